//! A film that failed goes on from what it has; nothing is paid for twice (D44).

use anyhow::{Context, Result, ensure};
use end_to_end::{Answer, Person, Provider, reconciling, stack, unique_word};
use reqwest::Method;
use serde_json::{Value, json};

use crate::two_scenes;

/// What the provider does to a film's second scene, how often, and how the film fails.
struct Case {
    behaviour: &'static str,
    times: u32,
    code: &'static str,
    /// What has been made by then, if it takes so long that the rest is.
    kept: Option<&'static [&'static str]>,
}

impl Case {
    async fn check(&self) -> Result<()> {
        let stack = stack()?;
        let (person, provider) = (Person::sign_up(&stack).await?, Provider::new(&stack));
        let film = two_scenes(&unique_word(self.behaviour));
        let prompt = film["prompt"].as_str().context("no prompt")?;
        // A scene's prompt begins with its title.
        let quote = person.post("/api/v1/jobs?dryRun=true", &film).await?;
        let title = quote.body["scenes"][1]["title"].as_str();
        let second = format!("{}: {prompt}", title.context("no title")?);
        let limits = json!({"times": self.times, "seconds": 30});
        provider.misbehave(&second, self.behaviour, &limits).await?;

        let id = person.create(&film).await?;
        let failed = reconciling(&stack, person.watch(&id)).await?;
        let failed = failed.end();
        ensure!(failed["error"]["code"] == self.code, "{failed}");
        let paid = provider.creates(prompt).await?.paid;

        let path = format!("/api/v1/jobs/{id}/resume");
        let resume = || async { Answer::of(person.request(Method::POST, &path)).await };
        let (first, second) = tokio::try_join!(resume(), resume())?;
        ensure!(
            (first.status, second.status) == (202, 202),
            "{}",
            first.body
        );
        ensure!(
            first.body["jobId"] == second.body["jobId"],
            "{}",
            second.body
        );
        let kept = first.body["kept"].as_array().context("kept")?;
        let rest = first.body["cost"]["steps"].as_array().context("steps")?;
        ensure!(kept.len() + rest.len() == 3, "{}", first.body);
        if let Some(expected) = self.kept {
            ensure!(first.body["kept"] == json!(expected), "{}", first.body);
        }

        let course = reconciling(&stack, person.watch(&id)).await?;
        ensure!(course.status() == "completed", "{}", course.end());
        let paid_again = provider.creates(prompt).await?.paid - paid;
        ensure!(paid_again == rest.len(), "{paid_again} paid for {rest:?}");
        ensure!(person.usage().await? == (1, 0, 9));
        ensure!(resume().await?.status == 409, "a film that is made goes on");
        Ok(())
    }
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_failed_film_goes_on_and_what_was_made_is_not_paid_for_again() -> Result<()> {
    let hangs = Case {
        behaviour: "hang",
        times: 2,
        code: "PROVIDER_FAILED",
        kept: Some(&["scene-001", "soundtrack"]),
    };
    let is_refused = Case {
        behaviour: "refuse",
        times: 1,
        code: "CONTENT_REFUSED",
        kept: None,
    };
    let has_no_credit = Case {
        behaviour: "insufficient-credit",
        times: 1,
        code: "PROVIDER_ACCOUNT",
        kept: None,
    };
    tokio::try_join!(hangs.check(), is_refused.check(), has_no_credit.check())?;
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_dry_run_tells_the_price_and_pays_nothing() -> Result<()> {
    let stack = stack()?;
    let (person, provider) = (Person::sign_up(&stack).await?, Provider::new(&stack));
    let word = unique_word("dry");
    let film = two_scenes(&word);
    let quote = person.post("/api/v1/jobs?dryRun=true", &film).await?;
    ensure!(quote.status == 200, "{}", quote.body);
    let steps = quote.body["cost"]["steps"].as_array().context("steps")?;
    ensure!(steps.len() == 3, "{}", quote.body);
    ensure!(person.usage().await? == (0, 0, 10));
    ensure!(provider.creates(&word).await?.attempted == 0);

    let id = person.create(&film).await?;
    let course = reconciling(&stack, person.watch(&id)).await?;
    let ledger = course.end()["ledger"].as_array().context("ledger")?;
    // A prediction that failed is another one's price.
    let first = |line: &&Value| {
        let is_first = line["step"]
            .as_str()
            .is_some_and(|step| step.ends_with("#1"));
        line["kind"] == "model" && is_first
    };
    let expected = ledger.iter().filter(first);
    let expected: u64 = expected
        .filter_map(|line| line["predictedNanoUsd"].as_u64())
        .sum();
    let told = &quote.body["cost"]["nanoUsd"];
    ensure!(
        *told == expected,
        "{told} is not what {ledger:?} adds up to"
    );
    Ok(())
}

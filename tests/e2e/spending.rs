//! The installation's day as administrators see and set it (D49), and the switch that
//! stops all buying. Nothing else runs beside the test of the switch (`.config/nextest.toml`),
//! because it would be stopped too.

use anyhow::{Result, ensure};
use devcloud::{PATIENCE, watch};
use end_to_end::{Answer, Person, Provider, Stack, reconciling, stack, unique_word};
use reqwest::Method;
use serde_json::{Value, json};

use crate::refusals::check_error;
use crate::short_film;

const SPENDING: &str = "/api/v1/admin/spending";

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_film_that_is_being_made_holds_its_quote() -> Result<()> {
    let stack = stack()?;
    let admin = Person::sign_up_administrator(&stack).await?;
    let word = unique_word("quote");
    Provider::new(&stack)
        .misbehave(&word, "hang", &Value::Null)
        .await?;
    admin.create(&short_film(&word)).await?;

    let day = admin.get(SPENDING).await?;
    assert_eq!(day.status, 200, "{}", day.body);
    assert_eq!(day.body["stopped"], false);
    let taken = ["reservedUsd", "spentUsd"].map(|name| day.body[name].as_f64());
    assert!(taken.iter().flatten().sum::<f64>() > 0.0, "{}", day.body);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn only_administrators_set_the_day() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let admin = Person::sign_up_administrator(&stack).await?;
    let put = async |person: &Person, body: &Value| {
        Answer::of(person.request(Method::PUT, SPENDING).json(body)).await
    };
    check_error(&person.get(SPENDING).await?, 403, "FORBIDDEN");
    let stop = json!({ "stopped": true });
    check_error(&put(&person, &stop).await?, 403, "FORBIDDEN");
    let nothing = put(&admin, &json!({})).await?;
    check_error(&nothing, 400, "VALIDATION_ERROR");
    let same = put(&admin, &json!({ "stopped": false })).await?;
    assert_eq!((same.status, &same.body["stopped"]), (200, &json!(false)));
    Ok(())
}

/// A film whose first prediction hangs would be paid for once more. Stopped, it is not:
/// the film fails and its place comes back, and no other is begun until buying goes on.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn while_spending_is_stopped_nothing_more_is_bought() -> Result<()> {
    let stack = stack()?;
    let admin = Person::sign_up_administrator(&stack).await?;
    let person = Person::sign_up(&stack).await?;
    let word = unique_word("stop");
    let provider = Provider::new(&stack);
    let once = json!({"times": 1, "seconds": 20});
    provider.misbehave(&word, "hang", &once).await?;
    let id = person.create(&short_film(&word)).await?;
    bought(&provider, &word).await?;

    set_stopped(&admin, true).await?;
    let while_stopped = nothing_is_bought(&stack, &person, &id).await;
    // Whatever was found: those that come after are not stopped.
    set_stopped(&admin, false).await?;
    while_stopped?;
    let creates = provider.creates(&word).await?;
    assert_eq!(creates.paid, 1, "{creates:?}");

    let word = unique_word("go-on");
    let id = person.create(&short_film(&word)).await?;
    let course = reconciling(&stack, person.watch(&id)).await?;
    assert_eq!(course.status(), "completed", "{}", course.end());
    assert_eq!(person.usage().await?, (1, 0, 9));
    Ok(())
}

/// Until a prediction was paid for.
async fn bought(provider: &Provider, word: &str) -> Result<()> {
    let ask = || async {
        let status = match provider.creates(word).await?.paid {
            0 => "processing",
            _ => "completed",
        };
        Ok(json!({ "status": status }))
    };
    watch(ask, PATIENCE, |_| {}).await.map(drop)
}

async fn set_stopped(admin: &Person, is_stopped: bool) -> Result<()> {
    let body = json!({ "stopped": is_stopped });
    let answer = Answer::of(admin.request(Method::PUT, SPENDING).json(&body)).await?;
    ensure!(answer.status == 200, "{}", answer.body);
    ensure!(answer.body["stopped"] == is_stopped, "{}", answer.body);
    Ok(())
}

async fn nothing_is_bought(stack: &Stack, person: &Person, running: &str) -> Result<()> {
    let refused = person
        .post("/api/v1/jobs", &short_film(&unique_word("refused")))
        .await?;
    ensure!(refused.status == 503, "{}", refused.body);
    ensure!(
        refused.body["code"] == "SPENDING_STOPPED",
        "{}",
        refused.body
    );

    let course = reconciling(stack, person.watch(running)).await?;
    ensure!(course.status() == "failed", "{}", course.end());
    let code = &course.end()["error"]["code"];
    ensure!(code == "SPENDING_STOPPED", "{}", course.end());
    ensure!(person.usage().await? == (0, 0, 10), "its place is held");
    Ok(())
}

//! A film is cancelled by its owner, wherever it is (D43).

use anyhow::{Context, Result, ensure};
use end_to_end::{Answer, Person, Provider, Stack, reconciling, stack, unique_word};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{short_film, two_scenes};

/// A film, its owner and its provider.
struct Film {
    stack: Stack,
    person: Person,
    provider: Provider,
    word: String,
    id: String,
}

impl Film {
    /// The film of a word is asked for; its predictions meet `behaviour`.
    async fn ask(film: impl Fn(&str) -> Value, behaviour: Option<&str>) -> Result<Self> {
        let stack = stack()?;
        let (person, provider) = (Person::sign_up(&stack).await?, Provider::new(&stack));
        let word = unique_word("cancel");
        if let Some(behaviour) = behaviour {
            provider.misbehave(&word, behaviour, &json!({})).await?;
        }
        let id = person.create(&film(&word)).await?;
        Ok(Self {
            stack,
            person,
            provider,
            word,
            id,
        })
    }

    async fn cancel(&self) -> Result<Answer> {
        let path = format!("/api/v1/jobs/{}", self.id);
        Answer::of(self.person.request(Method::DELETE, &path)).await
    }

    /// It is cancelled, nothing runs for it, what ran is charged, and its place came back.
    async fn check_cancelled(&self) -> Result<Value> {
        let first = self.cancel().await?;
        ensure!(first.status == 202, "{} {}", first.status, first.body);
        let status = first.body["status"].as_str().context("status")?;
        ensure!(["cancelling", "cancelled"].contains(&status), "{status}");
        let course = reconciling(&self.stack, self.person.watch(&self.id)).await?;
        ensure!(course.status() == "cancelled", "{}", course.end());

        for id in self.provider.creates(&self.word).await?.predictions {
            let prediction = self.provider.prediction(&id).await?;
            let status = prediction["status"].as_str().unwrap_or_default();
            ensure!(
                !["starting", "processing"].contains(&status),
                "{prediction}"
            );
        }
        ensure!(self.person.usage().await? == (0, 0, 10));
        let again = self.cancel().await?;
        ensure!(again.status == 202 && again.body["status"] == "cancelled");
        ensure!(self.person.usage().await? == (0, 0, 10));
        let video = format!("/api/v1/jobs/{}/video", self.id);
        ensure!(self.person.get(&video).await?.status == 409);
        self.person.job(&self.id).await
    }
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_film_is_cancelled_before_it_has_begun() -> Result<()> {
    let film = Film::ask(two_scenes, None).await?;
    film.check_cancelled().await.map(drop)
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_cancelled_films_predictions_are_canceled_and_charged() -> Result<()> {
    let film = Film::ask(two_scenes, Some("hang")).await?;
    let is_charged = |line: &Value| line["kind"] == "model";
    // Each scene, and the music.
    let all_began = |job: &Value| {
        let lines = job["ledger"].as_array().into_iter().flatten();
        lines.filter(|line| is_charged(line)).count() == 3
    };
    film.person.watch_until(&film.id, all_began).await?;
    let job = film.check_cancelled().await?;

    let creates = film.provider.creates(&film.word).await?;
    ensure!(creates.paid == 3, "{creates:?}");
    for id in creates.predictions {
        let prediction = film.provider.prediction(&id).await?;
        ensure!(prediction["status"] == "canceled", "{prediction}");
    }
    let lines = job["ledger"].as_array().context("ledger")?;
    for line in lines.iter().filter(|line| is_charged(line)) {
        ensure!(line["actualNanoUsd"] == line["predictedNanoUsd"], "{line}");
    }
    let scenes = job["scenes"].as_array().context("scenes")?;
    ensure!(scenes.iter().all(|scene| scene["status"] == "pending"));
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_film_is_cancelled_while_it_is_composed() -> Result<()> {
    // Long enough to be met while it is composed.
    let long = |word: &str| {
        let mut film = two_scenes(word);
        film["durationSeconds"] = json!(20);
        film
    };
    let film = Film::ask(long, None).await?;
    let is_composed = |job: &Value| job["stage"] == "composing";
    film.person.watch_until(&film.id, is_composed).await?;
    let job = film.check_cancelled().await?;
    ensure!(job["stage"] == "composing", "{job}");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_film_that_is_made_is_not_cancelled() -> Result<()> {
    let film = Film::ask(short_film, None).await?;
    let course = reconciling(&film.stack, film.person.watch(&film.id)).await?;
    ensure!(course.status() == "completed", "{}", course.end());
    let answer = film.cancel().await?;
    ensure!(answer.status == 409 && answer.body["code"] == "CONFLICT");
    ensure!(film.person.usage().await? == (1, 0, 9));
    ensure!(film.person.job(&film.id).await?["status"] == "completed");
    Ok(())
}

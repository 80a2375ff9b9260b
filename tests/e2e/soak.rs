//! Functions are killed at random while films are made (reliability F): each film ends, its
//! place in the month is settled once, and no prediction is paid for twice.
//!
//! `OMNIGEN_SOAK_SECONDS=300 OMNIGEN_SOAK_FILMS=100` is the long form (docs/proofs.md).

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use end_to_end::{Person, Stack, reconciling, stack, unique_word};
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::{books, processes, short_film};

const SECONDS: u64 = 30;
const FILMS: u64 = 8;
/// Between two kills.
const KILL_EVERY: Duration = Duration::from_millis(500);
/// Films that are being made side by side.
const AT_ONCE: usize = 8;
/// Longer than a film takes of which every function dies once.
const PATIENCE: Duration = Duration::from_secs(420);
const LOOK_AGAIN: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn films_outlive_their_functions() -> Result<()> {
    let stack = stack()?;
    let life = Duration::from_secs(setting("OMNIGEN_SOAK_SECONDS", SECONDS)?);
    let count = setting("OMNIGEN_SOAK_FILMS", FILMS)?;

    let films = stream::iter(0..count)
        .map(|_| Film::make(&stack))
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<Film>>();
    let (killed, films) = tokio::join!(kill_for(&stack, life), reconciling(&stack, films));
    let (killed, films) = (killed?, films?);

    let mut completed = 0;
    for film in &films {
        let listed = books::check(&film.person, &film.word, &film.end).await?;
        ensure!(listed == 1, "{listed} jobs of one creation");
        completed += u64::from(film.is_completed());
    }
    println!("{killed} functions killed, {completed} of {count} films completed");
    ensure!(
        killed >= life.as_secs(),
        "only {killed} functions were killed"
    );
    // What dies is tried again; on a busy machine many a film meets more deaths than it has
    // tries, and fails as it should.
    ensure!(completed * 2 >= count, "{completed} of {count} films");
    Ok(())
}

fn setting(name: &str, default: u64) -> Result<u64> {
    let text = config::Environment::of_process().optional(name);
    text.map_or(Ok(default), |text| text.parse().context(name.to_owned()))
}

/// Kills any function, at work or waiting, again and again; how many.
async fn kill_for(stack: &Stack, life: Duration) -> Result<u64> {
    let started = Instant::now();
    let mut killed = 0;
    while started.elapsed() < life {
        tokio::time::sleep(KILL_EVERY).await;
        let functions = processes::functions(stack)?;
        let Some(victim) = fastrand::choice(functions) else {
            continue;
        };
        // It may end by itself just now.
        killed += u64::from(processes::kill(victim).is_ok());
    }
    Ok(killed)
}

/// A film of a person of its own, made to its end.
struct Film {
    person: Person,
    word: String,
    end: Value,
}

impl Film {
    async fn make(stack: &Stack) -> Result<Self> {
        let person = Person::sign_up(stack).await?;
        let word = unique_word("soak");
        let body = short_film(&word);
        let created = asked(|| {
            let request = person.request(Method::POST, "/api/v1/jobs").json(&body);
            request.header("Idempotency-Key", &word)
        });
        let id = created.await?["jobId"]
            .as_str()
            .context("no id")?
            .to_owned();

        let path = format!("/api/v1/jobs/{id}");
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let job = asked(|| person.request(Method::GET, &path)).await?;
            if ["completed", "failed"]
                .iter()
                .any(|end| job["status"] == *end)
            {
                return Ok(Self {
                    person,
                    word,
                    end: job,
                });
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        bail!("{id} does not end")
    }

    fn is_completed(&self) -> bool {
        self.end["status"] == "completed"
    }
}

/// The body of the first good answer: the function may be killed before it answers, which
/// the gateway tells in its own words.
async fn asked(request: impl Fn() -> reqwest::RequestBuilder) -> Result<Value> {
    let started = Instant::now();
    let mut last = StatusCode::OK;
    while started.elapsed() < PATIENCE {
        let answer = request().send().await?;
        last = answer.status();
        if last.is_success() {
            return Ok(answer.json().await?);
        }
        ensure!(
            last.is_server_error() || last == StatusCode::CONFLICT,
            "{last}: {}",
            answer.text().await?
        );
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    bail!("no good answer, the last one was {last}")
}

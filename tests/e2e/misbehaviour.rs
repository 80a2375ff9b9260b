//! Whatever the provider does, a job ends rightly: with its film or with its
//! reason, its place in the month settled once, and nothing paid for twice.

use anyhow::{Context, Result, ensure};
use end_to_end::{Person, Provider, Stack, reconciling, stack, unique_word};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::short_film;

/// Jobs of one test that are made side by side.
const AT_ONCE: usize = 5;

/// How a job is to end.
#[derive(Debug, Clone, Copy)]
enum End {
    Completed,
    /// With a film, but without the music that was asked for (D17).
    WithoutMusic,
    Failed {
        code: &'static str,
        retryable: bool,
    },
}

/// A job, what the provider does to it, and what is to become of it.
struct Case {
    behaviour: &'static str,
    limits: Value,
    music: bool,
    end: End,
    /// Predictions that may be paid for, exactly.
    paid: usize,
}

impl Case {
    /// One scene without music, whose first prediction meets the behaviour.
    fn once(behaviour: &'static str, end: End, paid: usize) -> Self {
        Self::new(behaviour, json!({"times": 1}), end, paid)
    }

    fn new(behaviour: &'static str, limits: Value, end: End, paid: usize) -> Self {
        Self {
            behaviour,
            limits,
            music: false,
            end,
            paid,
        }
    }

    async fn check(&self, stack: &Stack) -> Result<()> {
        let provider = Provider::new(stack);
        let word = unique_word(self.behaviour);
        provider
            .misbehave(&word, self.behaviour, &self.limits)
            .await?;
        let person = Person::sign_up(stack).await?;
        let mut film = short_film(&word);
        if self.music {
            film["audio"] = json!("music");
        }

        let id = person.create(&film).await?;
        let used = person.usage().await?.0;
        let is_made = person.job(&id).await?["status"] == "completed";
        ensure!(used == 0 || is_made, "used before it is made");
        let course = reconciling(stack, person.watch(&id)).await?;

        self.check_end(course.end())?;
        let creates = provider.creates(&word).await?;
        ensure!(
            creates.paid == self.paid,
            "paid: {creates:?}, not {}",
            self.paid
        );
        let usage = person.usage().await?;
        let expected = match self.end {
            End::Completed | End::WithoutMusic => (1, 0, 9),
            End::Failed { .. } => (0, 0, 10),
        };
        ensure!(usage == expected, "usage is {usage:?}");
        Ok(())
    }

    fn check_end(&self, job: &Value) -> Result<()> {
        match self.end {
            End::Completed => {
                ensure!(job["status"] == "completed", "{job}");
                ensure!(job.get("degraded").is_none(), "{job}");
            }
            End::WithoutMusic => {
                ensure!(job["status"] == "completed", "{job}");
                ensure!(job["soundtrack"] == "failed", "{job}");
                ensure!(job["degraded"].is_string(), "{job}");
            }
            End::Failed { code, retryable } => {
                ensure!(job["status"] == "failed", "{job}");
                let error = &job["error"];
                ensure!(error["code"] == code, "{error}");
                ensure!(error["retryable"] == retryable, "{error}");
                ensure!(error["stage"] == "generating", "{error}");
                ensure!(
                    error["message"]
                        .as_str()
                        .is_some_and(|text| text.len() > 10)
                );
            }
        }
        Ok(())
    }
}

async fn check_all(cases: Vec<Case>) -> Result<()> {
    let stack = stack()?;
    let runs = cases.iter().map(|case| async {
        let done = case.check(&stack).await;
        done.with_context(|| format!("{} {}", case.behaviour, case.limits))
    });
    let results: Vec<Result<()>> = stream::iter(runs).buffer_unordered(AT_ONCE).collect().await;
    let failures: Vec<String> = results
        .into_iter()
        .filter_map(Result::err)
        .map(|error| format!("{error:#}"))
        .collect();
    ensure!(failures.is_empty(), "\n{}", failures.join("\n"));
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn webhooks_are_hints() -> Result<()> {
    check_all(vec![
        Case::new("lose-webhook", json!({}), End::Completed, 1),
        Case::new("duplicate-webhook", json!({}), End::Completed, 1),
        Case::new("early-webhook", json!({}), End::Completed, 1),
        Case::new("missign-webhook", json!({}), End::Completed, 1),
        Case::new("late-webhook", json!({"seconds": 5}), End::Completed, 1),
    ])
    .await
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn predictions_may_fail() -> Result<()> {
    check_all(vec![
        Case::new(
            "hang",
            json!({"times": 1, "seconds": 10}),
            End::Completed,
            2,
        ),
        Case::once("fail", End::Completed, 2),
        Case::new(
            "fail",
            json!({}),
            End::Failed {
                code: "PROVIDER_FAILED",
                retryable: true,
            },
            2,
        ),
        Case::new(
            "refuse",
            json!({}),
            End::Failed {
                code: "CONTENT_REFUSED",
                retryable: false,
            },
            1,
        ),
    ])
    .await
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn creates_may_be_refused_or_lost() -> Result<()> {
    check_all(vec![
        Case::new("throttle", json!({"times": 2}), End::Completed, 1),
        Case::new("unavailable", json!({"times": 2}), End::Completed, 1),
        Case::once("create-then-drop", End::Completed, 1),
        Case::new(
            "insufficient-credit",
            json!({}),
            End::Failed {
                code: "PROVIDER_ACCOUNT",
                retryable: true,
            },
            0,
        ),
    ])
    .await
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn outputs_may_be_useless() -> Result<()> {
    check_all(vec![
        Case::once("broken-file", End::Completed, 2),
        Case::once("huge-file", End::Completed, 2),
        Case::once("expire-output", End::Completed, 2),
        Case::once("html-output", End::Completed, 2),
        Case::once("redirect-output", End::Completed, 2),
    ])
    .await
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_film_does_without_music_that_cannot_be_made() -> Result<()> {
    let music = |behaviour, paid| Case {
        music: true,
        ..Case::new(behaviour, json!({"kind": "music"}), End::WithoutMusic, paid)
    };
    check_all(vec![music("fail", 3), music("refuse", 2)]).await
}

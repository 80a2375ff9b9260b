//! Jobs whose workflow never began, or was ended from outside.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use end_to_end::{Person, Provider, aws, reconciling, stack, unique_word};
use serde_json::Value;

use crate::{accepted, short_film, tables};

/// The creator wrote the job and died before it started the work, half a minute
/// ago: the reconciler starts it, and the film comes.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_job_whose_creator_died_is_made_all_the_same() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let word = unique_word("orphan");
    let created_at = config::clock::now().before(Duration::from_secs(31));
    let job = accepted(&person, &short_film(&word), created_at)?;
    let id = job.job_id;
    let (jobs, usage) = tables(&stack)?;
    usage
        .reserve(&jobs, &job, store::Ceilings::of_quota(10))
        .await?;

    let course = reconciling(&stack, person.watch(&id.to_string())).await?;
    assert_eq!(course.status(), "completed", "{}", course.end());
    assert_eq!(Provider::new(&stack).creates(&word).await?.paid, 1);
    assert_eq!(person.usage().await?, (1, 0, 9));
    Ok(())
}

/// An execution that is stopped takes nothing with it: the job says why, the
/// place comes back, and the provider is told to stop working.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_job_whose_execution_is_stopped_ends_as_failed() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let provider = Provider::new(&stack);
    let word = unique_word("stopped");
    provider.misbehave(&word, "hang", &Value::Null).await?;
    let id = person.create(&short_film(&word)).await?;
    running(&person, &id).await?;
    assert_eq!(person.usage().await?, (0, 1, 9));

    aws::stop_execution(&stack, &id).await?;

    let course = person.watch(&id).await?;
    assert_eq!(course.status(), "failed", "{}", course.end());
    let error = &course.end()["error"];
    assert_eq!(error["code"], "INTERNAL_ERROR", "{error}");
    assert_eq!(error["retryable"], true, "{error}");
    assert_eq!(person.usage().await?, (0, 0, 10));
    let creates = provider.creates(&word).await?;
    assert_eq!(creates.paid, 1, "{creates:?}");
    let prediction = creates.predictions.first().context("no prediction")?;
    canceled(&provider, prediction).await
}

/// Past its time limit a job ends, whatever its execution is waiting for.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_job_past_its_time_limit_is_ended() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let word = unique_word("late");
    Provider::new(&stack)
        .misbehave(&word, "hang", &Value::Null)
        .await?;
    let id = person.create(&short_film(&word)).await?;
    running(&person, &id).await?;

    aws::set_deadline(&stack, &id, "2026-01-01T00:00:00.000Z").await?;

    let course = reconciling(&stack, person.watch(&id)).await?;
    assert_eq!(course.status(), "failed", "{}", course.end());
    assert_eq!(
        course.end()["error"]["code"],
        "TIMED_OUT",
        "{}",
        course.end()
    );
    assert_eq!(person.usage().await?, (0, 0, 10));
    Ok(())
}

/// Waits until the provider is at work.
async fn running(person: &Person, id: &str) -> Result<()> {
    let is_begun = |job: &Value| job["scenes"][0]["status"] == "generating";
    person.watch_until(id, is_begun).await.map(drop)
}

/// The job is ended first, the prediction right after.
async fn canceled(provider: &Provider, prediction: &str) -> Result<()> {
    for _ in 0..10 {
        if provider.prediction(prediction).await?["status"] == "canceled" {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    bail!("{prediction} runs on")
}

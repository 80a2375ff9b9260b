//! What must agree once a film has ended, whatever happened while it was made.

use anyhow::{Context, Result, ensure};
use end_to_end::{Person, Provider};
use serde_json::Value;

/// Holds a person's only film, as it ended, against the list, the provider and the month: its
/// place is settled and nothing was paid for twice. `word` stands in its prompt. Answers how
/// many jobs are listed; those that could not be begun stand there as failed.
pub(crate) async fn check(person: &Person, word: &str, end: &Value) -> Result<usize> {
    let answer = person.get("/api/v1/jobs").await?;
    let jobs = answer.body["jobs"].as_array().context("no jobs")?;
    let live = jobs.iter().filter(|job| job["status"] != "failed").count();
    let made = usize::from(end["status"] == "completed");
    ensure!(live == made, "{live} films of one creation: {end}");

    let paid = Provider::new(&person.stack).creates(word).await?.paid;
    ensure!((made..=1).contains(&paid), "paid {paid}: {end}");

    let (usage, used) = (person.usage().await?, made as u64);
    ensure!(usage == (used, 0, 10 - used), "{usage:?}: {end}");
    Ok(jobs.len())
}

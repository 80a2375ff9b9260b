//! A transcode is cancelled by its owner (D43): no worker works on it any more, nothing of it
//! is left, and its place is free.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use domain::rendition::Quality;
use end_to_end::{Answer, stack};
use reqwest::Method;
use serde_json::json;

use super::killed::{worker_with, workers_with};
use crate::transcode_fixture::{self, TranscodeFixture};

const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// A worker looks at its lease every third of ten seconds.
const PATIENCE: Duration = Duration::from_secs(60);

async fn cancel(fixture: &TranscodeFixture, id: &str) -> Result<Answer> {
    let path = format!("/api/jobs/{id}");
    Answer::of(fixture.person.request(Method::DELETE, &path)).await
}

/// Twice, and nothing is held.
async fn check_cancelled(fixture: &TranscodeFixture, id: &str) -> Result<()> {
    for _ in 0..2 {
        let answer = cancel(fixture, id).await?;
        ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
        ensure!(
            answer.body["job"]["status"] == "CANCELLED",
            "{}",
            answer.body
        );
    }
    let me = fixture.person.get("/api/v1/me").await?;
    let held = &me.body["holding"]["transcodes"]["held"];
    ensure!(*held == 0, "{}", me.body);
    ensure!(fixture.assets(id).await?.is_empty());
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_cancelled_transcode_is_worked_on_no_more() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let film = transcode_fixture::drawn("1280x720", 30, 60)?;
    let size = film.len() as u64;
    let key = fixture.source(film).await?;
    let asked_for = async || fixture.create(&key, &json!(["medium"])).await;
    let (id, _worker) = tokio::try_join!(asked_for(), worker_with(size))?;

    check_cancelled(&fixture, &id).await?;

    let begun = Instant::now();
    loop {
        let files = fixture.files(&id).await?;
        let workers = workers_with(size)?;
        if files.is_empty() && workers.is_empty() {
            break;
        }
        ensure!(
            begun.elapsed() < PATIENCE,
            "{workers:?} work on, {files:?} lie there"
        );
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let job = fixture.job(&id).await?;
    ensure!(job["status"] == "CANCELLED", "{job}");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_transcode_is_cancelled_before_it_is_begun_and_not_after_its_end() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let key = fixture
        .source(transcode_fixture::drawn("320x240", 25, 2)?)
        .await?;
    let waiting = fixture
        .silent(&key, &[Quality::Low], config::clock::now())
        .await?;
    check_cancelled(&fixture, &waiting.id.to_string()).await?;

    let id = fixture.create(&key, &json!(["low"])).await?;
    let end = fixture.end(&id).await?;
    ensure!(end["status"] == "COMPLETED", "{end}");
    let late = cancel(&fixture, &id).await?;
    ensure!(late.status == 409 && late.body["code"] == "CONFLICT");
    let files: BTreeMap<String, u64> = fixture.files(&id).await?;
    ensure!(!files.is_empty());
    Ok(())
}

//! A long film is worked on by as many workers as there are, and not a frame is lost,
//! though one of them dies every second.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use end_to_end::stack;
use serde_json::{Value, json};

use super::frames;
use super::killed::{kill, workers_with};
use crate::transcode_fixture::{self, TranscodeFixture};
use crate::video_file::Film;

/// Workers are looked for so often; each has its FFmpeg for a part of a second only.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// And the API is asked once in so many looks.
const LOOKS: usize = 20;
const KILL_EVERY: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(600);

fn has_ended(job: &Value) -> bool {
    ["COMPLETED", "FAILED"]
        .iter()
        .any(|end| job["status"] == *end)
}

/// The one rendition that was made has every frame.
async fn check_film(fixture: &TranscodeFixture, id: &str, expected: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let key = domain::keys::transcode_output(id.parse()?, "low.mp4");
    let film = Film::save(fixture.objects.read(&key).await?, folder.path())?;
    assert_eq!(frames(&film.probe().await?), Some(expected));
    let files = fixture.files(id).await?;
    let is_left = |name: &String| name.starts_with("segments/");
    ensure!(!files.keys().any(is_left), "{files:?}");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn workers_side_by_side_make_a_film_of_every_frame() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let film = transcode_fixture::drawn("854x480", 30, 24)?;
    let size = film.len() as u64;
    let key = fixture.source(film).await?;
    let id = fixture.create(&key, &json!(["low"])).await?;
    let mut workers = BTreeSet::new();
    let mut progress = 0;
    let end = loop {
        for _ in 0..LOOKS {
            workers.extend(workers_with(size)?);
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        let job = fixture.job(&id).await?;
        let percent = job["progress"].as_u64().unwrap_or_default();
        ensure!(percent >= progress, "{progress} fell to {percent}");
        progress = percent;
        if has_ended(&job) {
            break job;
        }
    };
    ensure!(end["status"] == "COMPLETED", "{end}");
    ensure!(workers.len() >= 2, "only {workers:?} worked on it");
    check_film(&fixture, &id, 24 * 30).await
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_worker_killed_every_second_loses_nothing_of_ten_minutes() -> Result<()> {
    const SECONDS: u32 = 600;
    const RATE: u32 = 5;
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let film = transcode_fixture::drawn("160x90", RATE, SECONDS)?;
    let size = film.len() as u64;
    let key = fixture.source(film).await?;
    let id = fixture.create(&key, &json!(["low"])).await?;
    let begun = Instant::now();
    let mut killed = 0;
    let end = loop {
        ensure!(begun.elapsed() < PATIENCE, "{killed} were killed");
        let workers = workers_with(size)?;
        // A part that takes longer than a second must be left alone once it is the last.
        if workers.len() > 1 {
            // It may have ended by itself meanwhile.
            killed += usize::from(kill(workers[killed % workers.len()]).is_ok());
        }
        let job = fixture.job(&id).await?;
        if has_ended(&job) {
            break job;
        }
        tokio::time::sleep(KILL_EVERY).await;
    };
    ensure!(end["status"] == "COMPLETED", "{end}");
    ensure!(killed >= 10, "only {killed} were killed");
    check_film(&fixture, &id, u64::from(SECONDS * RATE)).await
}

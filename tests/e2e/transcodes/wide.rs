//! A long film is worked on by as many workers as there are, and not a frame is lost,
//! though one of them dies every second.

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use domain::ids::TranscodeId;
use domain::transcode::{Transcode, TranscodeStatus};
use end_to_end::stack;
use serde_json::json;

use super::frames;
use super::killed::{kill, workers_with};
use crate::transcode_fixture::{self, TranscodeFixture};
use crate::video_file::Film;

/// What is worked on is looked at so often.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const KILL_EVERY: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(600);

/// The transcode as it stands.
async fn transcode(fixture: &TranscodeFixture, id: TranscodeId) -> Result<Transcode> {
    let state = fixture.transcodes.get(id).await?;
    Ok(state.context("it is gone")?.transcode)
}

/// The workers whose `FFmpeg` reads a source of this size, while `work` goes on.
async fn workers_during<Answer>(
    size: u64,
    work: impl Future<Output = Result<Answer>>,
) -> Result<(Answer, BTreeSet<i32>)> {
    let mut workers = BTreeSet::new();
    let mut work = pin!(work);
    loop {
        tokio::select! {
            answer = &mut work => return Ok((answer?, workers)),
            () = tokio::time::sleep(LOOK_AGAIN) => workers.extend(workers_with(size)?),
        }
    }
}

/// The one rendition that was made has every frame.
async fn check_film(fixture: &TranscodeFixture, id: TranscodeId, expected: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let key = domain::keys::transcode_output(id, "low.mp4");
    let film = Film::save(fixture.objects.read(&key).await?, folder.path())?;
    assert_eq!(frames(&film.probe().await?), Some(expected));
    let files = fixture.files(&id.to_string()).await?;
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
    // On a busy machine the work may be done before the request for it is answered.
    let work = async {
        let id = fixture.create(&key, &json!(["low"])).await?;
        let end = fixture.end(&id).await?;
        ensure!(end["status"] == "COMPLETED", "{end}");
        Ok(id.parse()?)
    };
    let (id, workers) = workers_during(size, work).await?;
    ensure!(workers.len() >= 2, "only {workers:?} worked on it");
    check_film(&fixture, id, 24 * 30).await
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
    let id = fixture.create(&key, &json!(["low"])).await?.parse()?;
    let begun = Instant::now();
    let (mut killed, mut last_kill) = (0, begun);
    let end = loop {
        ensure!(begun.elapsed() < PATIENCE, "{killed} were killed");
        let workers = workers_with(size)?;
        // A part that takes longer than a second must be left alone once it is the last.
        if workers.len() > 1 && last_kill.elapsed() >= KILL_EVERY {
            // It may have ended by itself meanwhile.
            killed += usize::from(kill(workers[killed % workers.len()]).is_ok());
            last_kill = Instant::now();
        }
        let transcode = transcode(&fixture, id).await?;
        if transcode.status.is_final() {
            break transcode;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    };
    ensure!(end.status == TranscodeStatus::Completed, "{end:?}");
    ensure!(killed >= 10, "only {killed} were killed");
    check_film(&fixture, id, u64::from(SECONDS * RATE)).await
}

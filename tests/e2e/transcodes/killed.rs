//! The worker dies in the middle of its work. Another one goes on where it was,
//! and not one segment that was stored is made again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use domain::ids::TranscodeId;
use domain::transcode::TranscodePart;
use end_to_end::stack;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use store::PartState;

use crate::transcode_fixture::{self, TranscodeFixture};

const LOOK_AGAIN: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(300);
/// Segments that must be stored when the worker is killed, of seven.
const STORED: usize = 1;

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_transcode_outlives_its_worker_and_loses_no_segment() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let film = transcode_fixture::drawn("854x480", 30, 30)?;
    let size = film.len() as u64;
    let key = fixture.source(film).await?;
    let id = fixture.create(&key, &json!(["low"])).await?;
    let name: TranscodeId = id.parse()?;

    let before = stored(&fixture, name, |stored| stored.len() >= STORED).await?;
    // One that is at work now: between two messages it may have taken one that it has not
    // hidden yet, which comes again after an hour and a half.
    kill(worker_with(size).await?)?;
    // What it stored in its last moment counts too.
    let before = before.into_iter().chain(by_worker(&fixture, name).await?);
    let before: BTreeMap<u32, String> = before.collect();
    let is_brought_on = |stored: &BTreeMap<u32, String>| stored.len() > before.len();
    let after = stored(&fixture, name, is_brought_on).await?;
    for (index, worker) in &before {
        assert_eq!(
            after.get(index),
            Some(worker),
            "segment {index} was made again"
        );
    }
    let end = fixture.end(&id).await?;
    assert_eq!(end["status"], "COMPLETED", "{end}");
    assert_eq!(fixture.assets(&id).await?.len(), 3);
    Ok(())
}

/// The stored segments with their workers, as soon as they are as wanted.
async fn stored(
    fixture: &TranscodeFixture,
    id: TranscodeId,
    is_wanted: impl Fn(&BTreeMap<u32, String>) -> bool,
) -> Result<BTreeMap<u32, String>> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let found = by_worker(fixture, id).await?;
        if is_wanted(&found) {
            return Ok(found);
        }
        let state = fixture.transcodes.get(id).await?.context("it is gone")?;
        ensure!(!state.transcode.status.is_final(), "it was done before");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    bail!("it does not come so far")
}

async fn by_worker(fixture: &TranscodeFixture, id: TranscodeId) -> Result<BTreeMap<u32, String>> {
    let parts = fixture.transcodes.parts(id).await?;
    let maker = |(part, state): (TranscodePart, PartState)| match part {
        TranscodePart::Segment(index) => Some((index, state.made_by?)),
        _ => None,
    };
    Ok(parts.into_iter().filter_map(maker).collect())
}

/// The worker whose FFmpeg reads a source of this size. Between two segments
/// none does.
pub(super) async fn worker_with(size: u64) -> Result<i32> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if let Some(worker) = workers_with(size)?.first() {
            return Ok(*worker);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    bail!("nobody works on it")
}

/// All of them, now.
pub(super) fn workers_with(size: u64) -> Result<Vec<i32>> {
    let sources = fs::read_dir("/proc")?.flatten().filter_map(|entry| {
        let line = fs::read(entry.path().join("cmdline")).ok()?;
        source_of(&String::from_utf8_lossy(&line))
    });
    let has_size = |path: &PathBuf| fs::metadata(path).is_ok_and(|file| file.len() == size);
    Ok(sources
        .filter(|(_, path)| has_size(path))
        .map(|(worker, _)| worker)
        .collect())
}

/// The worker that the folder of an FFmpeg's source is named after, and the source.
fn source_of(command_line: &str) -> Option<(i32, PathBuf)> {
    let mut arguments = command_line.split('\0');
    let source = arguments.find(|text| text.starts_with("file:") && text.ends_with("/input"))?;
    let path = PathBuf::from(source.trim_start_matches("file:"));
    let folder = path.parent()?.file_name()?.to_str()?;
    let worker = folder.strip_prefix("omnigen-")?.split('-').next()?;
    Some((worker.parse().ok()?, path))
}

pub(super) fn kill(pid: i32) -> Result<()> {
    let path = Path::new("/proc").join(pid.to_string()).join("cmdline");
    let line = fs::read(path).unwrap_or_default();
    let line = String::from_utf8_lossy(&line).into_owned();
    ensure!(line.contains("bootstrap"), "{pid} is no function: {line}");
    let pid = Pid::from_raw(pid).context("no process")?;
    Ok(kill_process(pid, Signal::KILL)?)
}

//! A long transcode over the real code and a real FFmpeg: its parts in any order, by as many
//! workers as there are, with messages that are lost, doubled and late, workers that die in
//! the middle of a part, and pieces that are spoilt in the bucket.

mod given_up;
mod lost;
mod schedule;

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

use domain::prices;
use domain::transcode::TranscodePart;
use futures_util::future::join_all;
use serde_json::json;
use store::MadePart;
use store::testing::{Units, etag};

use super::*;

/// Length of the source in seconds, and its frames in each.
const SECONDS: usize = 7;
const RATE: usize = 10;
/// Of two seconds; the last one has three.
const SEGMENTS: usize = 3;
/// Schedules of which each is one seed.
const SCHEDULES: u64 = 8;
const STEPS: usize = 14;
/// The queue gives a message so often, then it is a dead letter (D32).
const TRIES: u32 = 3;
/// Rounds of an hour in which everything answers, by which it must have ended.
const LAST_ROUNDS: usize = 12;
/// A part takes so many milliseconds at most here; a worker may die in any of them.
const LIFE: u64 = 400;

/// A film with sound.
fn film(folder: &Path) -> Vec<u8> {
    let path = folder.join("film.mp4");
    let picture = format!("testsrc=size=160x120:rate={RATE}:duration={SECONDS}");
    let sound = format!("sine=frequency=440:duration={SECONDS}");
    let drawn = Command::new(testkit::ffmpeg::path())
        .args([
            "-v", "error", "-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", &sound,
        ])
        .args([
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-c:a",
            "aac",
            "-shortest",
        ])
        .arg(&path)
        .status()
        .unwrap();
    assert!(drawn.success());
    std::fs::read(path).unwrap()
}

async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let film = film(folder.path());
    let world = World::with(testkit::ffmpeg::path(), Some(etag(&film))).await;
    let source = world.state().await.transcode.input_source;
    world.bucket.put(&source, &film);
    world
}

fn order() -> TranscodeMessage {
    TranscodeMessage::new(id())
}

/// The rendition's frames, and whether it has sound.
fn rendition(world: &World) -> (usize, bool) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("low.mp4");
    let key = keys::transcode_output(id(), "low.mp4");
    std::fs::write(&path, world.bucket.object(&key).unwrap()).unwrap();
    let (_, [frames, sounds]) = testkit::ffmpeg::probe(&path);
    (frames, sounds > 0)
}

/// All that is shown is there, and nothing is left of the work.
async fn check_completed(world: &World) {
    let (transcode, assets) = world.transcodes.with_assets(id()).await.unwrap().unwrap();
    assert_eq!(transcode.status, TranscodeStatus::Completed);
    assert_eq!(transcode.progress, 100);
    assert_eq!(transcode.duration.map(f64::round), Some(SECONDS as f64));
    let formats: Vec<&str> = assets.iter().map(|asset| asset.format.as_str()).collect();
    assert_eq!(formats, ["jpg", "gif", "mp4"]);
    for asset in &assets {
        let stored = world
            .bucket
            .object(&asset.s3_key)
            .map(|bytes| bytes.len() as u64);
        assert_eq!(stored, Some(asset.file_size));
    }
    assert_eq!(rendition(world), (SECONDS * RATE, true));
    let folder = keys::transcode_folder(id());
    let bytes = |key: &String| {
        world
            .bucket
            .object(key)
            .map_or(0, |bytes| bytes.len() as u64)
    };
    let stored: u64 = world.bucket.keys(&folder).iter().map(bytes).sum();
    assert_eq!(transcode.stored_bytes, stored);
    let pieces = keys::transcode_output(id(), "segments/");
    assert_eq!(world.bucket.keys(&pieces), [""; 0]);
    assert_eq!(world.transcodes.parts(id()).await.unwrap(), []);
}

/// The parts that messages ask for.
fn asked(messages: &[String]) -> HashSet<Option<TranscodePart>> {
    let orders = messages
        .iter()
        .map(|body| TranscodeMessage::read(body).unwrap());
    orders.map(|order| order.part).collect()
}

#[tokio::test]
async fn as_many_workers_as_there_are_parts_make_them_at_once() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    let sent = world.messages.take();
    let segments = (0..SEGMENTS as u32).map(TranscodePart::Segment);
    let parts = segments.chain([TranscodePart::Sound]).map(Some);
    assert_eq!(asked(&sent), parts.collect());
    assert_eq!(world.status().await, TranscodeStatus::Processing);
    // The lease of the whole is free: who looks next need not wait.
    assert_eq!(world.state().await.lease_state.lease_until, None);

    let messages: Vec<Message> = sent.into_iter().map(|body| message(body, 1)).collect();
    let owners: Vec<_> = (0..messages.len())
        .map(|number| run(&format!("worker-{number}")))
        .collect();
    let works = messages.iter().zip(&owners);
    let works = works.map(|(message, owner)| world.worker.work(message, owner));
    assert!(join_all(works).await.iter().all(Result::is_ok));
    let sent = world.messages.take();
    assert!(!sent.is_empty());
    assert_eq!(
        asked(&sent),
        HashSet::from([None]),
        "somebody looks what comes next"
    );

    assert!(world.works(&message(sent[0].clone(), 1)).await);
    let sent = world.messages.take();
    let joined = [TranscodePart::Rendition, TranscodePart::Stream].map(|of| Some(of(Quality::Low)));
    assert_eq!(asked(&sent), HashSet::from(joined));
    for body in sent {
        assert!(world.works(&message(body, 1)).await);
    }
    let sent = world.messages.take();
    assert!(world.works(&message(sent[0].clone(), 1)).await);
    check_completed(&world).await;
}

/// The source is planned by so many hundredths of its beginning, and a fifth at its end.
async fn plan_by_ends(world: &mut World, head: u64) {
    let source = world.state().await.transcode.input_source;
    let length = world.bucket.object(&source).unwrap().len() as u64;
    world.worker.ends = Ends {
        head: length * head / 100,
        tail: length / 5,
    };
}

/// Brings the transcode to its end, by one worker after the other.
async fn work_to_the_end(world: &World) {
    for _ in 0..STEPS {
        for body in world.messages.take() {
            assert!(world.works(&message(body, 1)).await);
        }
    }
    check_completed(world).await;
}

#[tokio::test]
async fn a_large_source_is_planned_by_its_ends() {
    let mut world = world().await;
    assert!(world.works(&first_message()).await);
    let of_the_whole = world.transcodes.kept_plan(id()).await.unwrap();
    world.transcodes.forget_work(id()).await.unwrap();
    world.worker.kept_source.clear().await;
    world.messages.take();

    plan_by_ends(&mut world, 60).await;
    assert!(world.works(&first_message()).await);
    assert_eq!(
        world.transcodes.kept_plan(id()).await.unwrap(),
        of_the_whole
    );
    assert!(world.worker.kept_source.take(id()).await.is_none());
    work_to_the_end(&world).await;
}

#[tokio::test]
async fn a_source_whose_ends_are_not_enough_is_fetched() {
    let mut world = world().await;
    plan_by_ends(&mut world, 1).await;
    assert!(world.works(&first_message()).await);
    let kept = world.worker.kept_source.take(id()).await;
    assert!(kept.is_some());
    work_to_the_end(&world).await;
}

#[tokio::test]
async fn a_short_source_of_many_bytes_is_fetched() {
    let mut world = world().await;
    plan_by_ends(&mut world, 60).await;
    world.worker.segment_seconds = 10;
    assert!(world.works(&first_message()).await);
    assert_eq!(world.messages.sent(), [""; 0]);
    check_completed(&world).await;
}

#[tokio::test]
async fn a_short_source_stays_with_one_worker() {
    let mut world = world().await;
    world.worker.segment_seconds = 10;
    assert!(world.works(&first_message()).await);
    assert_eq!(world.messages.sent(), [""; 0]);
    check_completed(&world).await;
}

/// Makes a segment by a worker that has not the source.
async fn make_segment(world: &World) {
    world.worker.kept_source.clear().await;
    let part = TranscodePart::Segment(1);
    assert!(world.works(&message(order().of_part(part).body(), 1)).await);
    let state = world.transcodes.part(id(), part).await.unwrap().unwrap();
    assert!(matches!(state.made, Some(MadePart::Segment(_))));
}

/// What it fetched was not the source.
#[tokio::test]
async fn a_segment_is_made_of_its_own_bytes() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    make_segment(&world).await;
    assert!(world.worker.kept_source.take(id()).await.is_none());
}

#[tokio::test]
async fn a_segment_whose_bytes_are_not_enough_is_made_of_the_whole() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    let table = &world.transcodes;
    let plan = table.kept_plan(id()).await.unwrap().unwrap();
    let mut plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    // The file's head and its index, and none of its frames.
    let source = world.state().await.transcode.input_source;
    let film = world.bucket.object(&source).unwrap();
    let index = film.windows(4).position(|kind| kind == b"moov").unwrap() - 4;
    plan["bytes"]["segments"][1] = json!([index, film.len()]);
    plan["bytes"]["common"] = json!([[0, 48]]);
    table.forget_work(id()).await.unwrap();
    table.keep_plan(id(), &plan.to_string()).await.unwrap();
    make_segment(&world).await;
    assert!(world.worker.kept_source.take(id()).await.is_some());
}

/// Reliability S2: a message that comes twice makes nothing twice.
#[tokio::test]
async fn a_part_that_two_workers_are_asked_for_is_made_by_one() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    world.messages.take();
    let part = TranscodePart::Segment(1);
    let asked = message(order().of_part(part).body(), 1);
    let (one, other) = (run("one"), run("other"));
    let works = [&one, &other].map(|owner| world.worker.work(&asked, owner));
    let done = join_all(works)
        .await
        .iter()
        .filter(|work| work.is_ok())
        .count();
    assert_eq!(done, 1, "the other waits for what becomes of it");
    let wait = LEASE + Duration::from_secs(1);
    let hidden = world.messages.hidden();
    assert!(hidden.iter().any(|(_, time)| *time == wait), "{hidden:?}");
    let made = world.transcodes.part(id(), part).await.unwrap();
    let before = world.bucket.keys(&keys::transcode_folder(id()));
    assert!(made.as_ref().is_some_and(|state| state.made.is_some()));
    // And once more, later: it is made already.
    world.pass(LEASE * 2);
    assert!(world.works(&asked).await);
    assert_eq!(world.transcodes.part(id(), part).await.unwrap(), made);
    assert_eq!(world.bucket.keys(&keys::transcode_folder(id())), before);
}

/// Who notes the last part and dies before the message is sent has not lost the transcode.
#[tokio::test]
async fn a_part_that_comes_again_hands_the_work_on() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    let mut sent = world.messages.take();
    let last = message(sent.pop().unwrap(), 1);
    for body in sent {
        assert!(world.works(&message(body, 1)).await);
    }
    assert_eq!(world.messages.sent(), [""; 0]);
    world.messages.outage().begin_after(0);
    assert!(!world.works(&last).await);
    world.messages.outage().end();
    // Another message for the same part has nothing to do with that.
    assert!(world.works(&last).await);
    assert_eq!(world.messages.take(), [""; 0]);
    assert!(world.works(&message(last.body, 2)).await);
    assert_eq!(asked(&world.messages.take()), HashSet::from([None]));
}

/// Messages are still being sent when the lease is given back, and a beat may come then.
#[tokio::test(start_paused = true)]
async fn a_lease_that_was_given_back_is_not_lost() {
    let world = world().await;
    assert!(matches!(world.take("worker").await, Lease::Taken(_)));
    let (message, run) = (first_message(), run("worker"));
    let run = TranscodeRun::new(&world.worker, order(), &message, &run);
    run.release(None).await.unwrap();
    let beats = tokio::time::timeout(LEASE, run.keep_the_lease());
    assert!(beats.await.is_err());
    let hidden = world.hidden_for();
    assert_eq!(hidden, Some(LEASE + Duration::from_secs(10)));
}

/// Else the message of who dies before its first heartbeat would come back after an hour and
/// a half.
#[tokio::test]
async fn a_message_is_hidden_for_a_lease_before_anything_is_done() {
    let world = World::new().await;
    world.tables.outage().begin_after(0);
    assert!(!world.works(&first_message()).await);
    let hidden: Vec<Duration> = world
        .messages
        .hidden()
        .iter()
        .map(|(_, time)| *time)
        .collect();
    assert_eq!(
        hidden,
        [LEASE + Duration::from_secs(10), Duration::from_secs(10)]
    );
}

#[tokio::test]
async fn all_that_was_spoilt_is_made_again_at_once() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    for body in world.messages.take() {
        assert!(world.works(&message(body, 1)).await);
    }
    let pieces = keys::transcode_output(id(), "segments/");
    for key in world.bucket.keys(&pieces) {
        world.bucket.put(&key, b"spoilt");
    }
    let mut queued = world.messages.take();
    let mut handovers = 0;
    while let Some(body) = queued.pop() {
        handovers = handovers.max(TranscodeMessage::read(&body).unwrap().handover);
        assert!(world.works(&message(body, 1)).await);
        queued.extend(world.messages.take());
    }
    check_completed(&world).await;
    // The sound is fetched first, then the pieces.
    assert!(handovers <= 2 + 2 * 2, "{handovers}");
}

#[tokio::test]
async fn what_is_wrong_with_the_source_ends_it_whoever_finds_out() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    world.worker.kept_source.clear().await;
    let source = world.state().await.transcode.input_source;
    world.bucket.put(&source, b"something else");
    let part = TranscodePart::Segment(1);
    assert!(world.works(&message(order().of_part(part).body(), 1)).await);
    let transcode = world.state().await.transcode;
    assert_eq!(transcode.status, TranscodeStatus::Failed);
    // No worker holds it when the transcode is tried again.
    let state = world.transcodes.part(id(), part).await.unwrap();
    assert_eq!(state.map(|state| state.lease_until), Some(None));
    // The others are told by their next beat, and by their next try.
    let other = TranscodePart::Segment(2);
    assert!(
        world
            .works(&message(order().of_part(other).body(), 1))
            .await
    );
    assert_eq!(world.transcodes.part(id(), other).await.unwrap(), None);
}

/// `cargo xtask cost` reckons with what a part writes and reads (docs/costs.md).
#[tokio::test]
async fn what_a_part_writes_and_reads_is_in_its_price() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    let mut queued = world.messages.take();
    world.tables.units();
    let mut parts = 0.0;
    let mut used = Units::default();
    while let Some(body) = queued.pop() {
        let is_part = TranscodeMessage::read(&body).unwrap().part.is_some();
        assert!(world.works(&message(body, 1)).await);
        queued.extend(world.messages.take());
        let units = world.tables.units();
        if is_part {
            parts += 1.0;
            used.written += units.written;
            used.read += units.read;
        }
    }
    check_completed(&world).await;
    let written = used.written / (parts * prices::PART_WRITES);
    let read = used.read / (parts * prices::PART_READS);
    assert!((0.8..=1.0).contains(&written), "{used:?} of {parts} parts");
    assert!((0.8..=1.0).contains(&read), "{used:?} of {parts} parts");
}

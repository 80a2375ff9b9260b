//! A long transcode over the real code and a real FFmpeg: its parts in any order, by as many
//! workers as there are, with messages that are lost, doubled and late, workers that die in
//! the middle of a part, and pieces that are spoilt in the bucket.

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
    let low = TranscodePart::Rendition(Quality::Low);
    assert_eq!(asked(&sent), HashSet::from([Some(low)]));
    assert!(world.works(&message(sent[0].clone(), 1)).await);
    let sent = world.messages.take();
    assert!(world.works(&message(sent[0].clone(), 1)).await);
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

/// Reliability S2: a message that comes twice makes nothing twice.
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
    // It is nobody's when the transcode is tried again.
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

#[tokio::test]
async fn a_part_that_is_given_up_ends_the_transcode_with_its_cause() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    world.worker.kept_source.clear().await;
    let part = message(order().of_part(TranscodePart::Segment(1)).body(), TRIES);
    let until = world.now().after(LEASE);
    let taken =
        world
            .transcodes
            .take_part(id(), TranscodePart::Segment(1), "other", world.now(), until);
    taken.await.unwrap();
    assert!(
        world.handler.handle(&part).await.is_err(),
        "a worker has it"
    );
    world.pass(LEASE * 2);
    world.bucket.outage().begin_after(0);
    assert!(!world.works(&part).await);
    world.bucket.outage().end();
    world.handler.handle(&part).await.unwrap();
    let error = world.state().await.transcode.error.unwrap();
    assert_eq!(error.code, "DOWNLOAD_FAILED");
    assert_eq!(world.letters().await, 1);
}

/// The others' work is not lost because the workers of one part died, three of them.
#[tokio::test]
async fn a_part_whose_workers_died_is_asked_for_again_a_counted_number_of_times() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    world.messages.take();
    let mut order = order();
    loop {
        let part = order.of_part(TranscodePart::Segment(1));
        let dead = message(part.body(), TRIES);
        world.handler.handle(&dead).await.unwrap();
        let sent = world.messages.take();
        let Some(next) = sent.first() else {
            break;
        };
        assert_eq!(world.status().await, TranscodeStatus::Processing);
        order = TranscodeMessage::read(next).unwrap();
        assert_eq!(order.part, None);
    }
    assert_eq!(order.handover, MAX_HANDOVERS);
    let error = world.state().await.transcode.error.unwrap();
    assert_eq!(error.code, "PROCESSING_INTERRUPTED");
}

#[tokio::test]
async fn a_part_that_was_made_is_not_given_up() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    let part = message(order().of_part(TranscodePart::Segment(1)).body(), TRIES);
    assert!(world.works(&part).await);
    world.messages.take();
    world.handler.handle(&part).await.unwrap();
    assert_eq!(world.status().await, TranscodeStatus::Processing);
    assert_eq!(world.letters().await, 0);
    // Who made it may have died before the work went on.
    assert_eq!(asked(&world.messages.take()), HashSet::from([None]));
}

/// It came twice, or its worker died after the parts were asked for.
#[tokio::test]
async fn parts_are_not_given_up_with_the_message_that_asked_for_them() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    world.messages.take();
    world.handler.handle(&first_message()).await.unwrap();
    assert_eq!(world.status().await, TranscodeStatus::Processing);
    assert_eq!(asked(&world.messages.take()), HashSet::from([None]));
}

/// What went wrong once and not again is no reason to give up.
#[tokio::test]
async fn an_old_fault_of_a_part_is_forgotten_by_who_tries_again() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    world.worker.kept_source.clear().await;
    world.messages.take();
    let part = TranscodePart::Segment(1);
    let asked_for = message(order().of_part(part).body(), 1);
    world.bucket.outage().begin_after(0);
    assert!(!world.works(&asked_for).await);
    world.bucket.outage().end();
    let until = world.now().after(LEASE);
    let taken = world
        .transcodes
        .take_part(id(), part, "dead", world.now(), until);
    taken.await.unwrap();
    world.pass(LEASE * 2);
    world.handler.handle(&asked_for).await.unwrap();
    assert_eq!(world.status().await, TranscodeStatus::Processing);
    assert_eq!(asked(&world.messages.take()), HashSet::from([None]));
}

#[tokio::test]
async fn a_cancelled_transcode_loses_the_workers_of_its_parts() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    let part = TranscodePart::Segment(0);
    let asked = message(order().of_part(part).body(), 1);
    let until = world.now().after(LEASE);
    let taken = world
        .transcodes
        .take_part(id(), part, "worker", world.now(), until);
    taken.await.unwrap();
    let run = run("worker");
    let run = TranscodeRun::new(&world.worker, order().of_part(part), &asked, &run);
    world.canceller.cancel(id(), "user").await.unwrap();
    tokio::time::pause();
    assert!(matches!(run.keep_the_lease().await, RunError::LeaseLost));
    tokio::time::resume();
    assert!(world.works(&asked).await);
    assert_eq!(world.bucket.keys(&keys::transcode_folder(id())), [""; 0]);
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

/// A schedule of one transcode.
struct Schedule {
    world: World,
    random: fastrand::Rng,
    /// Messages in the queue, and how often each was received.
    queued: Vec<(String, u32)>,
    progress: u32,
    workers: usize,
}

impl Schedule {
    async fn new(seed: u64) -> Self {
        Self {
            world: world().await,
            random: fastrand::Rng::with_seed(seed),
            queued: vec![(order().body(), 0)],
            progress: 0,
            workers: 0,
        }
    }

    async fn run(mut self) {
        for _ in 0..STEPS {
            self.step().await;
            self.check().await;
        }
        for _ in 0..LAST_ROUNDS {
            while !self.queued.is_empty() {
                self.deliver(2).await;
                self.check().await;
            }
            if self.world.status().await.is_final() {
                break;
            }
            self.world.pass(MINUTE * 61);
            self.resend().await;
        }
        check_completed(&self.world).await;
    }

    async fn step(&mut self) {
        match self.random.u8(0..100) {
            0..45 => {
                let workers = self.random.usize(1..4);
                self.deliver(workers).await;
            }
            45..65 => self.die().await,
            65..75 => self.queued.extend(self.queued.last().cloned()),
            75..82 => drop(self.queued.pop()),
            82..90 => self.spoil(),
            90..95 => self.world.pass(LEASE * 2),
            _ => self.resend().await,
        }
    }

    /// Takes a message out of the queue; one that was tried too often is a dead letter.
    async fn receive(&mut self) -> Option<Message> {
        if self.queued.is_empty() {
            return None;
        }
        let index = self.random.usize(0..self.queued.len());
        let (body, receives) = self.queued.swap_remove(index);
        if receives < TRIES {
            return Some(message(body, receives + 1));
        }
        let letter = message(body, receives);
        if self.world.handler.handle(&letter).await.is_err() {
            self.queued.push((letter.body, receives));
            self.world.pass(LEASE * 2);
        }
        None
    }

    /// So many workers work on as many messages at once.
    async fn deliver(&mut self, workers: usize) {
        let mut messages = Vec::new();
        for _ in 0..workers {
            messages.extend(self.receive().await);
        }
        let runs: Vec<Invocation> = messages.iter().map(|_| self.worker()).collect();
        let works = messages.iter().zip(&runs);
        let works = works.map(|(message, run)| self.world.worker.work(message, run));
        let done = join_all(works).await;
        for (message, done) in messages.into_iter().zip(done) {
            if done.is_err() {
                self.queued.push((message.body, message.receives));
                self.world.pass(MINUTE);
            }
        }
        self.collect();
    }

    fn worker(&mut self) -> Invocation {
        self.workers += 1;
        run(&format!("worker-{}", self.workers))
    }

    /// A worker is killed in the middle of its work: its function, its disk and FFmpeg go.
    async fn die(&mut self) {
        let Some(message) = self.receive().await else {
            return;
        };
        let (run, life) = (self.worker(), self.random.u64(0..LIFE));
        let work = self.world.worker.work(&message, &run);
        let outcome = tokio::time::timeout(Duration::from_millis(life), work).await;
        if !matches!(outcome, Ok(Ok(()))) {
            self.queued.push((message.body, message.receives));
        }
        self.world.worker.kept_source.clear().await;
        self.world.pass(LEASE * 2);
        self.collect();
    }

    /// A piece or the sound is not what was stored any more.
    fn spoil(&mut self) {
        let pieces = keys::transcode_output(id(), "segments/");
        let keys = self.world.bucket.keys(&pieces);
        if let Some(key) = self.random.choice(keys) {
            self.world.bucket.put(&key, b"spoilt");
        }
    }

    async fn resend(&mut self) {
        self.world.resender.resend_lost().await.unwrap();
        self.collect();
    }

    fn collect(&mut self) {
        let sent = self.world.messages.take();
        self.queued.extend(sent.into_iter().map(|body| (body, 0)));
    }

    /// The progress never falls, and of a rendition nothing is there before its pieces are.
    async fn check(&mut self) {
        let transcode = self.world.state().await.transcode;
        assert!(
            transcode.progress >= self.progress,
            "{} fell to {}",
            self.progress,
            transcode.progress
        );
        self.progress = transcode.progress;
        let parts = self.world.transcodes.parts(id()).await.unwrap();
        for (part, state) in &parts {
            let is_rendition = matches!(state.made, Some(MadePart::Rendition { .. }));
            assert_eq!(part.is_joined() && state.made.is_some(), is_rendition);
        }
        let assets = self.world.transcodes.with_assets(id()).await.unwrap();
        let (transcode, assets) = assets.unwrap();
        assert_eq!(
            !assets.is_empty(),
            transcode.status == TranscodeStatus::Completed
        );
    }
}

/// Nothing goes wrong here that another worker could not mend.
#[tokio::test]
async fn whatever_the_order_every_frame_is_there_in_the_end() {
    for seed in 0..SCHEDULES {
        eprintln!("seed {seed}");
        Schedule::new(seed).await.run().await;
    }
}

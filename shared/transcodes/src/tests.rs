//! Workers, dead letters and messages sent again, over tables, a bucket and a queue
//! in memory. What FFmpeg makes of a source is the end-to-end tests' matter.

mod ending;
mod lost;
mod schedules;
mod wide;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::{Duration, Instant};

use domain::delivery::{MAX_HANDOVERS, TranscodeMessage};
use domain::holding::HoldingLimits;
use domain::ids::TranscodeId;
use domain::keys;
use domain::rendition::Quality;
use domain::time::{Clock, Time};
use domain::transcode::{Transcode, TranscodeFault, TranscodeStatus};
use edge::queue::Message;
use edge::step::Invocation;
use media::Ffmpeg;
use media::source::{ENDS, Ends};
use store::testing::{self, Bucket, Messages, Tables, now};
use store::{
    Counters, History, Lease, Objects, Queue, TranscodeState, TranscodesTable, VideosTable,
};
use uuid::Uuid;

use crate::error::RunError;
use crate::kept_source::KeptSource;
use crate::run::TranscodeRun;
use crate::{CancelError, DeadLetterHandler, Resender, TranscodeCanceller, TranscodeClock, Worker};

const LEASE: Duration = Duration::from_secs(60);
const MINUTE: Duration = Duration::from_secs(60);

/// One transcode, accepted at [`now`], and everything around it.
struct World {
    tables: Tables,
    bucket: Bucket,
    messages: Messages,
    /// Messages of webhooks.
    events: Messages,
    time: Arc<AtomicI64>,
    transcodes: TranscodesTable,
    counters: Counters,
    worker: Worker,
    handler: DeadLetterHandler,
    canceller: TranscodeCanceller,
    resender: Resender,
}

impl World {
    async fn new() -> Self {
        Self::with("/nowhere/ffmpeg".into(), None).await
    }

    async fn with(ffmpeg: PathBuf, source_etag: Option<String>) -> Self {
        let (tables, bucket) = (Tables::default(), Bucket::default());
        let messages = Messages::default();
        let time = Arc::new(AtomicI64::new(now().as_millisecond()));
        let clock = {
            let time = time.clone();
            Clock::new(move || Time::from_millisecond(time.load(SeqCst)))
        };
        let transcodes = TranscodesTable::new(tables.client(), "transcodes");
        let counters = Counters::new(&tables.client(), "stats", "usage");
        let queue = Queue::new(messages.client(), "queue");
        let events = Messages::default();
        let outbox = testing::outbox(&tables, &events);
        let worker = Worker {
            transcodes: transcodes.clone(),
            counters: counters.clone(),
            history: TranscodeClock {
                history: History::new(tables.client(), "stats"),
            },
            videos: VideosTable::new(tables.client(), "videos"),
            objects: Objects::new(bucket.client(), "bucket"),
            queue: queue.clone(),
            outbox: outbox.clone(),
            ffmpeg: Ffmpeg::locate(Some(ffmpeg)),
            lease: LEASE,
            segment_seconds: 2,
            ends: ENDS,
            kept_source: KeptSource::default(),
            clock: clock.clone(),
        };
        let canceller = TranscodeCanceller {
            transcodes: transcodes.clone(),
            counters: counters.clone(),
            outbox: outbox.clone(),
            clock: clock.clone(),
        };
        let handler = DeadLetterHandler {
            transcodes: transcodes.clone(),
            counters: counters.clone(),
            queue: queue.clone(),
            transcode_queue: queue.clone(),
            outbox,
            clock: clock.clone(),
        };
        let resender = Resender {
            transcodes: transcodes.clone(),
            queue,
            lease: LEASE,
            clock,
        };
        let transcode = Transcode {
            source_etag,
            ..testing::transcode(id(), now())
        };
        transcodes
            .create(&counters, &transcode, HoldingLimits::NONE)
            .await
            .unwrap();
        Self {
            tables,
            bucket,
            messages,
            events,
            time,
            transcodes,
            counters,
            worker,
            handler,
            canceller,
            resender,
        }
    }

    fn pass(&self, time: Duration) {
        let milliseconds = i64::try_from(time.as_millis()).unwrap();
        self.time.fetch_add(milliseconds, SeqCst);
    }

    fn now(&self) -> Time {
        Time::from_millisecond(self.time.load(SeqCst))
    }

    async fn take(&self, owner: &str) -> Lease {
        let until = self.now().after(LEASE);
        let taken = self.transcodes.take(id(), owner, self.now(), until);
        taken.await.unwrap()
    }

    async fn state(&self) -> TranscodeState {
        self.transcodes.get(id()).await.unwrap().unwrap()
    }

    async fn status(&self) -> TranscodeStatus {
        self.state().await.transcode.status
    }

    /// Whether a worker is done with the message.
    async fn works(&self, message: &Message) -> bool {
        self.worker.work(message, &run("worker")).await.is_ok()
    }

    async fn letters(&self) -> usize {
        let letters = self.transcodes.dead_letters(10, None, false);
        letters.await.unwrap().0.len()
    }

    /// The reconciler looks; how many messages it sends.
    async fn resends(&self) -> usize {
        self.resender.resend_lost().await.unwrap()
    }

    fn hidden_for(&self) -> Option<Duration> {
        self.messages.hidden().last().map(|(_, time)| *time)
    }
}

fn id() -> TranscodeId {
    TranscodeId(Uuid::from_u128(1))
}

fn run(owner: &str) -> Invocation {
    let started = Instant::now();
    Invocation {
        request_id: owner.to_owned(),
        deadline: started + MINUTE * 10,
        memory_mb: 3008,
        started,
    }
}

fn message(body: String, receives: u32) -> Message {
    Message {
        id: "message".to_owned(),
        receipt: format!("receipt-{receives}"),
        body,
        receives,
    }
}

fn first_message() -> Message {
    message(TranscodeMessage::new(id()).body(), 1)
}

#[tokio::test]
async fn a_message_waits_while_another_worker_has_the_lease() {
    let world = World::new().await;
    assert!(matches!(world.take("other").await, Lease::Taken(_)));
    assert!(!world.works(&first_message()).await);
    assert_eq!(world.hidden_for(), Some(LEASE + Duration::from_secs(1)));
    assert_eq!(world.status().await, TranscodeStatus::Pending);
}

#[tokio::test]
async fn what_is_wrong_with_the_source_ends_the_transcode_at_once() {
    let world = World::new().await;
    assert!(world.works(&first_message()).await);
    let transcode = world.state().await.transcode;
    let code = transcode.error.map(|error| error.code);
    assert_eq!(transcode.status, TranscodeStatus::Failed);
    assert_eq!(code.as_deref(), Some("SOURCE_NOT_FOUND"));
    let stats = world.counters.stats.transcodes().await.unwrap();
    assert_eq!((stats.pending, stats.processing, stats.failed), (0, 0, 1));
    // The message comes once more, and there is nothing to do.
    assert!(world.works(&first_message()).await);
}

#[tokio::test]
async fn what_may_go_well_later_is_tried_again_and_then_given_up_with_its_cause() {
    let world = World::new().await;
    world.bucket.outage().begin_after(0);
    for receives in 1..=3 {
        let message = message(TranscodeMessage::new(id()).body(), receives);
        assert!(!world.works(&message).await);
        assert_eq!(world.hidden_for(), Some(Duration::from_secs(10) * receives));
        assert_eq!(world.status().await, TranscodeStatus::Downloading);
        world.pass(MINUTE);
    }
    for _ in 0..2 {
        world.handler.handle(&first_message()).await.unwrap();
    }
    let error = world.state().await.transcode.error;
    assert_eq!(
        error.map(|error| error.code).as_deref(),
        Some("DOWNLOAD_FAILED")
    );
    assert_eq!(world.letters().await, 1);
}

#[tokio::test]
async fn a_worker_whose_table_fails_leaves_the_message() {
    let world = World::new().await;
    for calls in 0..2 {
        world.tables.outage().begin_after(calls);
        assert!(!world.works(&first_message()).await, "{calls}");
        world.tables.outage().end();
        world.pass(LEASE + MINUTE);
    }
    assert_eq!(world.status().await, TranscodeStatus::Pending);
    assert!(world.works(&first_message()).await);
}

#[tokio::test]
async fn a_message_that_cannot_be_read_becomes_a_letter_without_a_transcode() {
    let world = World::new().await;
    let unreadable = message("nonsense".to_owned(), 1);
    assert!(!world.works(&unreadable).await);
    world.handler.handle(&unreadable).await.unwrap();
    let (letters, _) = world
        .transcodes
        .dead_letters(10, None, false)
        .await
        .unwrap();
    assert_eq!(
        (letters[0].transcode, letters[0].body.as_str()),
        (None, "nonsense")
    );
    assert_eq!(world.status().await, TranscodeStatus::Pending);
}

#[tokio::test]
async fn nothing_is_given_up_that_a_worker_still_has() {
    let world = World::new().await;
    assert!(matches!(world.take("other").await, Lease::Taken(_)));
    assert!(world.handler.handle(&first_message()).await.is_err());
    assert_eq!(world.letters().await, 0);
    world.pass(LEASE + Duration::from_secs(1));
    world.handler.handle(&first_message()).await.unwrap();
    let error = world.state().await.transcode.error;
    let code = error.map(|error| error.code);
    assert_eq!(code.as_deref(), Some("PROCESSING_INTERRUPTED"));
    assert_eq!(world.letters().await, 1);
}

#[tokio::test]
async fn the_owners_webhooks_are_told_of_a_failure_once() {
    let world = World::new().await;
    // That the message is lost changes nothing: the event stands in the table.
    world.events.outage().begin_after(0);
    world.handler.handle(&first_message()).await.unwrap();
    world.handler.handle(&first_message()).await.unwrap();
    assert_eq!(world.status().await, TranscodeStatus::Failed);
    let webhooks = testing::webhooks(&world.tables);
    let later = now().after(MINUTE);
    let due = webhooks.due_work(later, 10).await.unwrap();
    assert_eq!(due.len(), 1, "{due:?}");
    assert!(world.events.sent().is_empty());
}

/// The letter is written first: that it is there twice is better than not at all.
#[tokio::test]
async fn while_the_table_fails_nothing_is_given_up() {
    let world = World::new().await;
    for calls in 0..3 {
        world.tables.outage().begin_after(calls);
        assert!(world.handler.handle(&first_message()).await.is_err());
        world.tables.outage().end();
        assert_eq!(world.status().await, TranscodeStatus::Pending);
    }
    world.handler.handle(&first_message()).await.unwrap();
    assert_eq!(world.status().await, TranscodeStatus::Failed);
}

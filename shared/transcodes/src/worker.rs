//! The worker behind the queue: takes the transcode of a message, if it may.

use std::time::Duration;

use config::Bootstrap;
use domain::delivery::TranscodeMessage;
use domain::ids::TranscodeId;
use domain::keys;
use domain::time::{Clock, Time};
use domain::transcode::{Transcode, TranscodePart, TranscodeStatus};
use edge::queue::Message;
use edge::step::Invocation;
use media::Ffmpeg;
use media::source::{ENDS, Ends};
use store::{
    Counters, Lease, Objects, Outbox, PartLease, Queue, StoreError, TranscodesTable, VideosTable,
};

use crate::Error;
use crate::TranscodeClock;
use crate::heartbeat::AFTER_THE_LEASE;
use crate::kept_source::KeptSource;
use crate::run::TranscodeRun;

/// How long a lease lasts that is not renewed, unless an operator says otherwise.
const LEASE_SECONDS: u64 = 60;
/// The length of a segment, unless an operator says otherwise.
const SEGMENT_SECONDS: u32 = 16;

/// How long a message waits after a failed try, times the tries.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(10);
/// An unreadable message is soon given up.
const POISON_AFTER: Duration = Duration::from_secs(1);

/// Why a message is left in the queue, and when it is to come again.
#[derive(Debug)]
pub(crate) struct RetryLater {
    pub(crate) why: Error,
    pub(crate) again_in: Duration,
}

impl RetryLater {
    pub(crate) fn new(why: impl Into<Error>, again_in: Duration) -> Self {
        Self {
            why: why.into(),
            again_in,
        }
    }
}

/// The table failed.
impl From<StoreError> for RetryLater {
    fn from(error: StoreError) -> Self {
        Self::new(error, RETRY_AFTER)
    }
}

/// Does what messages ask for.
#[derive(Debug)]
pub struct Worker {
    pub(crate) transcodes: TranscodesTable,
    pub(crate) counters: Counters,
    pub(crate) history: TranscodeClock,
    pub(crate) videos: VideosTable,
    pub(crate) objects: Objects,
    pub(crate) queue: Queue,
    pub(crate) outbox: Outbox,
    pub(crate) ffmpeg: Ffmpeg,
    pub(crate) lease: Duration,
    pub(crate) segment_seconds: u32,
    /// What a large source is planned by.
    pub(crate) ends: Ends,
    pub(crate) kept_source: KeptSource,
    pub(crate) clock: Clock,
}

impl Worker {
    /// Wires the worker up.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let segment: u32 = bootstrap
            .environment()
            .parsed("SEGMENT_SECONDS", SEGMENT_SECONDS);
        Self {
            transcodes: TranscodesTable::connect(bootstrap),
            counters: Counters::connect(bootstrap),
            history: TranscodeClock::connect(bootstrap),
            videos: VideosTable::connect(bootstrap),
            objects: Objects::connect_for_files(bootstrap),
            queue: Queue::connect(bootstrap),
            outbox: Outbox::connect(bootstrap),
            ffmpeg: Ffmpeg::locate(bootstrap.environment().ffmpeg_path()),
            lease: lease_time(bootstrap),
            segment_seconds: segment.max(1),
            ends: ENDS,
            kept_source: KeptSource::default(),
            clock: bootstrap.clock(),
        }
    }

    /// Does what a message asks for. An error leaves the message in the queue, for another
    /// try.
    ///
    /// # Errors
    ///
    /// The work failed and is to be tried again.
    pub async fn work(&self, message: &Message, run: &Invocation) -> Result<(), Error> {
        // Before anything else: who dies before its first heartbeat must not have hidden the
        // message for as long as a worker may live.
        hide(&self.queue, message, self.lease + AFTER_THE_LEASE).await;
        match self.try_to_work(message, run).await {
            Ok(()) => Ok(()),
            Err(later) => {
                // Else it would be hidden for as long as a worker may live.
                hide(&self.queue, message, later.again_in).await;
                Err(later.why)
            }
        }
    }

    async fn try_to_work(&self, message: &Message, run: &Invocation) -> Result<(), RetryLater> {
        let order = TranscodeMessage::read(&message.body)
            .map_err(|error| RetryLater::new(error, POISON_AFTER))?;
        let work = TranscodeRun::new(self, order, message, run);
        match order.part {
            None => self.try_the_whole(&work).await,
            Some(part) => self.try_a_part(&work, part).await,
        }
    }

    async fn try_the_whole(&self, work: &TranscodeRun<'_>) -> Result<(), RetryLater> {
        let (id, now) = (work.id(), self.clock.now());
        let until = now.after(self.lease);
        match self.transcodes.take(id, work.owner, now, until).await? {
            Lease::Taken(state) => {
                let transcode = self.begun(state.transcode, work.owner, now).await?;
                work.hold(transcode).await
            }
            Lease::Held(until) => Err(held(id, until, now)),
            Lease::Ended(status) => {
                tracing::info!(transcode = %id, "it has ended");
                self.remove_leftovers(id, status).await;
                Ok(())
            }
            Lease::Missing => {
                tracing::warn!(transcode = %id, "there is no such transcode");
                Ok(())
            }
        }
    }

    /// Of one that is begun anew nothing is made here: who begins it asks for its parts.
    async fn try_a_part(
        &self,
        work: &TranscodeRun<'_>,
        part: TranscodePart,
    ) -> Result<(), RetryLater> {
        let (id, now) = (work.id(), self.clock.now());
        let Some(state) = self.transcodes.get(id).await? else {
            tracing::warn!(transcode = %id, "there is no such transcode");
            return Ok(());
        };
        let transcode = state.transcode;
        if transcode.status != TranscodeStatus::Processing {
            tracing::info!(transcode = %id, status = transcode.status.as_str(), "no part is made");
            self.remove_leftovers(id, transcode.status).await;
            return Ok(());
        }
        let until = now.after(self.lease);
        let taken = self.transcodes.take_part(id, part, work.owner, now, until);
        match taken.await? {
            PartLease::Taken => work.hold(transcode).await,
            PartLease::Held(until) => Err(held(id, until, now)),
            // A message that comes again may be another worker's, or that of a worker that
            // made the part and died before the work went on.
            PartLease::Made if work.message.receives > 1 => {
                work.follow_up_again(&transcode, part).await
            }
            PartLease::Made => Ok(()),
        }
    }

    /// The transcode in a status of work: `DOWNLOADING`, if no worker began it before.
    async fn begun(
        &self,
        transcode: Transcode,
        owner: &str,
        now: Time,
    ) -> Result<Transcode, StoreError> {
        if transcode.status != TranscodeStatus::Pending {
            return Ok(transcode);
        }
        self.transcodes
            .begin(&self.counters, transcode.id, owner, now)
            .await?;
        tracing::info!(transcode = %transcode.id, status = "DOWNLOADING", "begun");
        Ok(Transcode {
            status: TranscodeStatus::Downloading,
            started_at: transcode.started_at.or(Some(now)),
            ..transcode
        })
    }

    /// Removes what an ended transcode has no use for: the pieces of a completed one,
    /// everything of a cancelled one. A failed one may be restarted. What is missed here the
    /// storage janitor finds.
    pub(crate) async fn remove_leftovers(&self, id: TranscodeId, status: TranscodeStatus) {
        let leftovers = match status {
            TranscodeStatus::Completed => keys::transcode_output(id, "segments/"),
            TranscodeStatus::Cancelled => keys::transcode_folder(id),
            _ => return,
        };
        let removed = async {
            self.objects.remove_folder(&leftovers, false).await?;
            self.transcodes.forget_work(id).await
        };
        if let Err(error) = removed.await {
            tracing::warn!(transcode = %id, error = %error, "pieces are left");
        }
    }
}

/// How long a lease lasts that is not renewed, as `LEASE_SECONDS` tells.
pub(crate) fn lease_time(bootstrap: &mut Bootstrap) -> Duration {
    let environment = bootstrap.environment();
    let seconds: u64 = environment.parsed("LEASE_SECONDS", LEASE_SECONDS);
    Duration::from_secs(seconds.max(1))
}

/// The message waits for what becomes of the other worker's lease.
fn held(id: TranscodeId, until: Time, now: Time) -> RetryLater {
    tracing::info!(transcode = %id, "another worker has it");
    let rest = until.since(now) + Duration::from_secs(1);
    RetryLater::new("another worker has it", rest)
}

/// Hides a message for so long. That it could not be hidden only means that it
/// comes again at another time.
pub(crate) async fn hide(queue: &Queue, message: &Message, time: Duration) {
    if let Err(error) = queue.hide(&message.receipt, time).await {
        tracing::warn!(messageId = message.id, error = %error, "could not be hidden");
    }
}

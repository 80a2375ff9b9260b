//! What the routes share that put transcodes into the queue: the table, its
//! counters, and the queue.

use config::Bootstrap;
use domain::delivery::TranscodeMessage;
use domain::holding::HoldingLimits;
use domain::ids::TranscodeId;
use domain::time::Clock;
use domain::transcode::Transcode;
use store::{Counters, HoldError, Queue, StoreError, TranscodesTable};

/// The transcodes, and how they come to a worker.
#[derive(Debug, Clone)]
pub struct TranscodeQueue {
    /// The transcodes.
    pub transcodes: TranscodesTable,
    /// Their counters.
    pub counters: Counters,
    /// Where their messages go.
    pub messages: Queue,
    /// How much a user may hold.
    pub limits: HoldingLimits,
    /// The clock.
    pub clock: Clock,
}

/// What became of a failed transcode that was to be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reopened {
    /// It is open.
    Open,
    /// It was not failed any more.
    NotFailed,
    /// Its user holds as much as may be at once, so it stays failed.
    NoPlace,
}

impl TranscodeQueue {
    /// Wires it up.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            transcodes: TranscodesTable::connect(bootstrap),
            counters: Counters::connect(bootstrap),
            messages: Queue::connect(bootstrap),
            limits: bootstrap.environment().transcode_limits(),
            clock: bootstrap.clock(),
        }
    }

    /// Makes a failed transcode open again, without its message.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn reopen(&self, transcode: &Transcode) -> Result<Reopened, StoreError> {
        let (counters, now) = (&self.counters, self.clock.now());
        let restarted = self
            .transcodes
            .restart(counters, transcode, self.limits, now);
        match restarted.await {
            Ok(()) => Ok(Reopened::Open),
            Err(HoldError::Refused(_)) => Ok(Reopened::NoPlace),
            Err(HoldError::Store(error)) if error.is_conflict() => Ok(Reopened::NotFailed),
            Err(HoldError::Store(error)) => Err(error),
        }
    }

    /// Sends the first message of a user's transcode.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn send(&self, user_id: &str, id: TranscodeId) -> Result<(), StoreError> {
        let message = TranscodeMessage::new(id).body();
        self.messages.send(user_id, &message).await
    }
}

//! What the routes share that put transcodes into the queue: the table, its
//! counters, and the queue.

use config::Bootstrap;
use domain::delivery::TranscodeMessage;
use domain::ids::TranscodeId;
use domain::time::Clock;
use store::{Queue, StatsTable, StoreError, TranscodesTable, unless_conflict};

/// The transcodes, and how they come to a worker.
#[derive(Debug, Clone)]
pub struct TranscodeQueue {
    /// The transcodes.
    pub transcodes: TranscodesTable,
    /// Their counters.
    pub stats: StatsTable,
    /// Where their messages go.
    pub messages: Queue,
    /// The clock.
    pub clock: Clock,
}

impl TranscodeQueue {
    /// Wires it up.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            transcodes: TranscodesTable::connect(bootstrap),
            stats: StatsTable::connect(bootstrap),
            messages: Queue::connect(bootstrap),
            clock: bootstrap.clock(),
        }
    }

    /// Makes a failed transcode open again, without its message; `false` when it
    /// is not failed any more.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn reopen(&self, id: TranscodeId) -> Result<bool, StoreError> {
        let now = self.clock.now();
        unless_conflict(self.transcodes.restart(&self.stats, id, now).await)
    }

    /// Sends the first message of a transcode.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn send(&self, id: TranscodeId) -> Result<(), StoreError> {
        self.messages.send(&TranscodeMessage::new(id).body()).await
    }
}

//! What the routes share that put transcodes into the queue: the table, its
//! counters, and the queue.

use domain::delivery::TranscodeMessage;
use domain::ids::TranscodeId;
use edge::http::{Error, Gate, Wiring};
use store::{Queue, StatsTable, StoreError, TranscodesTable, unless_conflict};

/// The transcodes, and how they come to a worker.
#[derive(Debug, Clone)]
pub struct Dispatch {
    /// The transcodes.
    pub transcodes: TranscodesTable,
    /// Their counters.
    pub stats: StatsTable,
    /// Where their messages go.
    pub queue: Queue,
}

impl Dispatch {
    /// Wires a route up from the environment, its gate included.
    pub async fn connect() -> Result<(Gate, Self), Error> {
        let mut wiring = Wiring::begin().await;
        let dispatch = Self::new(&mut wiring);
        Ok((wiring.gate()?, dispatch))
    }

    /// The dispatch's part of a route that needs more.
    pub fn new(wiring: &mut Wiring) -> Self {
        Self {
            transcodes: wiring.transcodes(),
            stats: wiring.stats(),
            queue: wiring.queue(),
        }
    }

    /// Makes a failed transcode open again, without its message; `false` when it
    /// is not failed any more.
    pub async fn reopen(&self, id: TranscodeId) -> Result<bool, StoreError> {
        let now = config::clock::now();
        unless_conflict(self.transcodes.restart(&self.stats, id, now).await)
    }

    /// Sends the first message of a transcode.
    pub async fn send(&self, id: TranscodeId) -> Result<(), StoreError> {
        self.queue.send(&TranscodeMessage::new(id).body()).await
    }
}

//! Its owner ends a transcode (D43).

use config::Bootstrap;
use domain::ids::TranscodeId;
use domain::time::Clock;
use domain::transcode::{Transcode, TranscodeStatus};
use store::{Counters, Outbox, StoreError, TranscodesTable};

/// Between reading and ending a transcode it may be begun, and may end, and be restarted.
const TRIES: usize = 4;

/// Cancels transcodes.
#[derive(Debug, Clone)]
pub struct TranscodeCanceller {
    pub(crate) transcodes: TranscodesTable,
    pub(crate) counters: Counters,
    pub(crate) outbox: Outbox,
    pub(crate) clock: Clock,
}

/// Why a transcode was not cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// There is none of that name, or it is another user's.
    #[error("there is no such transcode")]
    Missing,
    /// It was completed, or had failed.
    #[error("the transcode has ended")]
    Ended,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TranscodeCanceller {
    /// Wires it up.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            transcodes: TranscodesTable::connect(bootstrap),
            counters: Counters::connect(bootstrap),
            outbox: Outbox::connect(bootstrap),
            clock: bootstrap.clock(),
        }
    }

    /// The user's transcode as it is once cancelled, now or before. Who works on it, or
    /// on a part of it, finds that by the next heartbeat, stops FFmpeg and removes what was
    /// stored.
    ///
    /// # Errors
    ///
    /// [`CancelError`]: it is not there, has ended, or the table failed.
    pub async fn cancel(&self, id: TranscodeId, user_id: &str) -> Result<Transcode, CancelError> {
        let mut tries = 0;
        loop {
            let state = self.transcodes.get(id).await?;
            let transcode = state
                .map(|state| state.transcode)
                .filter(|transcode| transcode.user_id == user_id)
                .ok_or(CancelError::Missing)?;
            match transcode.status {
                TranscodeStatus::Cancelled => return Ok(transcode),
                status if status.is_final() => return Err(CancelError::Ended),
                _ => {}
            }
            tries += 1;
            match self.end(transcode).await {
                Err(error) if error.is_conflict() && tries < TRIES => {}
                ended => return Ok(ended?),
            }
        }
    }

    async fn end(&self, transcode: Transcode) -> Result<Transcode, StoreError> {
        let now = self.clock.now();
        let webhooks = &self.outbox.webhooks;
        let event = self
            .transcodes
            .cancel(&self.counters, webhooks, &transcode, now)
            .await?;
        self.outbox.announce(&transcode.user_id, &event).await;
        tracing::info!(transcode = %transcode.id, status = "CANCELLED", "ended by its owner");
        metrics::counter!("TranscodesEnded", "Status" => "CANCELLED").increment(1);
        Ok(Transcode {
            status: TranscodeStatus::Cancelled,
            updated_at: now,
            completed_at: Some(now),
            ..transcode
        })
    }
}

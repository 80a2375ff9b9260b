//! The safety net below the queue: messages that must be thought lost are sent
//! again (reliability W2).

use config::Bootstrap;
use domain::delivery::{PATIENCE, TranscodeMessage};
use domain::time::{Clock, Time};
use store::{Queue, StoreError, TranscodeState, TranscodesTable};

/// Sends messages again.
#[derive(Debug)]
pub struct Resender {
    pub(crate) transcodes: TranscodesTable,
    pub(crate) queue: Queue,
    pub(crate) clock: Clock,
}

impl Resender {
    /// Wires it up.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            transcodes: TranscodesTable::connect(bootstrap),
            queue: Queue::connect(bootstrap),
            clock: bootstrap.clock(),
        }
    }

    /// Sends the message of each open transcode again that waits or lies too
    /// long; answers how many. One that cannot be sent is tried in an hour.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn resend_lost(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        // What is younger cannot be lost yet.
        let oldest = Time::from_millisecond(
            now.as_millisecond() - i64::try_from(PATIENCE.as_millis()).unwrap_or(0),
        );
        let mut sent = 0;
        for state in self.transcodes.open_since(oldest).await? {
            let transcode = &state.transcode;
            if !state
                .lease_state
                .is_lost(transcode.status, transcode.updated_at, now)
            {
                continue;
            }
            match self.resend(&state, now).await {
                Ok(()) => sent += 1,
                Err(error) if error.is_conflict() => {}
                Err(error) => {
                    tracing::error!(transcode = %transcode.id, error = %error, "could not be sent again");
                }
            }
        }
        Ok(sent)
    }

    /// Noted first, so that two who look at the same time send one message.
    async fn resend(&self, state: &TranscodeState, now: Time) -> Result<(), StoreError> {
        let id = state.transcode.id;
        self.transcodes
            .note_resent(id, state.lease_state.resent_at, now)
            .await?;
        let message = TranscodeMessage::new(id).body();
        self.queue.send(&state.transcode.user_id, &message).await?;
        tracing::warn!(transcode = %id, "its message was lost and is sent again");
        Ok(())
    }
}

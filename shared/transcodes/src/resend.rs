//! The safety net below the queue: messages that must be thought lost are sent
//! again (reliability W2).

use std::time::Duration;

use config::Bootstrap;
use domain::delivery::{Patience, TranscodeMessage};
use domain::ids::TranscodeId;
use domain::time::{Clock, Time};
use domain::transcode::{TranscodePart, TranscodeStatus};
use store::{Queue, StoreError, TranscodeState, TranscodesTable};

use crate::coordination::to_make;
use crate::plan::Plan;
use crate::worker::lease_time;

/// Sends messages again.
#[derive(Debug)]
pub struct Resender {
    pub(crate) transcodes: TranscodesTable,
    pub(crate) queue: Queue,
    pub(crate) lease: Duration,
    pub(crate) clock: Clock,
}

impl Resender {
    /// Wires it up.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            transcodes: TranscodesTable::connect(bootstrap),
            queue: Queue::connect(bootstrap),
            lease: lease_time(bootstrap),
            clock: bootstrap.clock(),
        }
    }

    /// Sends the messages of open transcodes again, or of their parts, that wait or lie too
    /// long; answers how many. What cannot be sent is tried again later.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn resend_lost(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let oldest = now.before(Patience::least(self.lease));
        let open = self.transcodes.open_since(oldest).await?;
        if open.is_empty() {
            return Ok(0);
        }
        let patience = Patience::new(self.queue.has_waiting().await?, self.lease);
        let mut sent = 0;
        for state in open {
            match self.resend(&state, patience, now).await {
                Ok(messages) => sent += messages,
                Err(error) if error.is_conflict() => {}
                Err(error) => {
                    tracing::error!(transcode = %state.transcode.id, error = %error, "could not be sent again");
                }
            }
        }
        Ok(sent)
    }

    /// Noted first, so that of two who look at the same time one sends.
    async fn resend(
        &self,
        state: &TranscodeState,
        patience: Patience,
        now: Time,
    ) -> Result<usize, StoreError> {
        let lost = self.lost_messages(state, patience, now).await?;
        if lost.is_empty() {
            return Ok(0);
        }
        let (id, user_id) = (state.transcode.id, &state.transcode.user_id);
        self.transcodes
            .note_asked(id, state.lease_state.asked_at, now)
            .await?;
        for message in &lost {
            self.queue.send(user_id, &message.body()).await?;
            tracing::warn!(transcode = %id, part = ?message.part, "its message was lost and is sent again");
        }
        Ok(lost.len())
    }

    /// Where no message waits in the queue, of one that is made in parts those are lost that
    /// nobody has; else its own message may be.
    async fn lost_messages(
        &self,
        state: &TranscodeState,
        patience: Patience,
        now: Time,
    ) -> Result<Vec<TranscodeMessage>, StoreError> {
        let (transcode, leases) = (&state.transcode, &state.lease_state);
        let order = TranscodeMessage::new(transcode.id);
        let updated_at = transcode.updated_at;
        if let Patience::Short(wait) = patience
            && transcode.status == TranscodeStatus::Processing
            && leases.lease_until.is_none()
        {
            let mut missing = self.missing_parts(transcode.id).await?;
            if !missing.is_empty() {
                missing.retain(|(part, held_until)| {
                    leases.is_part_lost(*part, *held_until, updated_at, wait, now)
                });
                let lost = missing.into_iter().map(|(part, _)| order.of_part(part));
                return Ok(lost.collect());
            }
        }
        let is_lost = leases.is_lost(transcode.status, updated_at, patience, now);
        Ok(is_lost.then_some(order).into_iter().collect())
    }

    /// The parts that may be made now, each with the end of its last lease; none of what is
    /// not made in parts.
    async fn missing_parts(
        &self,
        id: TranscodeId,
    ) -> Result<Vec<(TranscodePart, Option<Time>)>, StoreError> {
        let plan = Plan::kept(&self.transcodes, id).await?;
        let Some(plan) = plan.filter(Plan::is_wide) else {
            return Ok(Vec::new());
        };
        let parts = self.transcodes.parts(id).await?;
        let held_until = |wanted: TranscodePart| {
            let begun = parts.iter().find(|(part, _)| *part == wanted);
            begun.and_then(|(_, state)| state.lease_until)
        };
        let missing = to_make(&plan, &parts).into_iter();
        Ok(missing.map(|part| (part, held_until(part))).collect())
    }
}

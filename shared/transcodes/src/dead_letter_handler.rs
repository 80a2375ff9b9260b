//! What was given up: ends the transcode of a dead letter, with its cause (D32).

use std::time::Duration;

use config::Bootstrap;
use domain::delivery::TranscodeMessage;
use domain::time::{Clock, Time};
use domain::transcode::{TranscodeError, TranscodeFault, TranscodeStatus};
use edge::queue::Message;
use store::{Counters, DeadLetter, Outbox, Queue, StoreError, TranscodeState, TranscodesTable};

use crate::Error;
use crate::plan::Plan;
use crate::worker::hide;

/// Reads the dead letters.
#[derive(Debug)]
pub struct DeadLetterHandler {
    pub(crate) transcodes: TranscodesTable,
    pub(crate) counters: Counters,
    /// The dead letters.
    pub(crate) queue: Queue,
    pub(crate) transcode_queue: Queue,
    pub(crate) outbox: Outbox,
    pub(crate) clock: Clock,
}

impl DeadLetterHandler {
    /// Wires the function up.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            transcodes: TranscodesTable::connect(bootstrap),
            counters: Counters::connect(bootstrap),
            queue: Queue::connect_dead_letters(bootstrap),
            transcode_queue: Queue::connect(bootstrap),
            outbox: Outbox::connect(bootstrap),
            clock: bootstrap.clock(),
        }
    }

    /// Ends the transcode of a message that was given up and keeps the letter. A
    /// message that cannot be read is kept only. An error leaves the message
    /// in its queue, for later.
    ///
    /// # Errors
    ///
    /// A worker still has the transcode, or a service failed.
    pub async fn handle(&self, message: &Message) -> Result<(), Error> {
        let order = match TranscodeMessage::read(&message.body) {
            Ok(order) => order,
            Err(error) => {
                tracing::error!(messageId = message.id, error = %error, "an unreadable message was given up");
                let letter = self.letter(message, None, error.to_string());
                return Ok(self.transcodes.put_dead_letter(&letter).await?);
            }
        };
        let id = order.transcode_id;
        let Some(state) = self.transcodes.get(id).await? else {
            tracing::warn!(transcode = %id, "there is no such transcode");
            return Ok(());
        };
        if state.transcode.status.is_final() {
            return Ok(());
        }
        let Some(part) = order.part else {
            self.wait_for(message, state.lease_state.lease_until)
                .await?;
            let is_made_in_parts = self.is_made_in_parts(&state).await?;
            let last_fault = state.last_fault.as_ref();
            return self
                .go_on_or_end(message, order, &state, is_made_in_parts, last_fault)
                .await;
        };
        // One that is begun anew asks for its parts by itself.
        if state.transcode.status != TranscodeStatus::Processing {
            return Ok(());
        }
        let part = self.transcodes.part(id, part).await?.unwrap_or_default();
        let last_fault = match part.made {
            // Who made it may have died before the work went on.
            Some(_) => None,
            None => {
                self.wait_for(message, part.lease_until).await?;
                part.last_fault.as_ref()
            }
        };
        self.go_on_or_end(message, order, &state, true, last_fault)
            .await
    }

    /// Whether its parts are being made, which is not lost with one message.
    async fn is_made_in_parts(&self, state: &TranscodeState) -> Result<bool, StoreError> {
        let transcode = &state.transcode;
        if transcode.status != TranscodeStatus::Processing {
            return Ok(false);
        }
        let plan = Plan::kept(&self.transcodes, transcode.id).await?;
        Ok(plan.is_some_and(|plan| plan.is_wide()))
    }

    /// What no try has found fault with was given up because its workers died, or because
    /// the message came more than once: a worker is asked to look what comes next, a counted
    /// number of times. All else ends the transcode.
    async fn go_on_or_end(
        &self,
        message: &Message,
        order: TranscodeMessage,
        state: &TranscodeState,
        is_made_in_parts: bool,
        last_fault: Option<&TranscodeError>,
    ) -> Result<(), Error> {
        let next = order.handed_on().filter(|_| is_made_in_parts);
        let Some(next) = next.filter(|_| last_fault.is_none()) else {
            return Ok(self.end(message, state, last_fault).await?);
        };
        let transcode = &state.transcode;
        self.transcode_queue
            .send(&transcode.user_id, &next.body())
            .await?;
        tracing::warn!(transcode = %transcode.id, handover = next.handover, "given up and asked for anew");
        Ok(())
    }

    /// Another receipt of the same message: the worker that has the lease may yet succeed.
    async fn wait_for(&self, message: &Message, lease_until: Option<Time>) -> Result<(), Error> {
        let now = self.clock.now();
        let Some(until) = lease_until.filter(|until| *until > now) else {
            return Ok(());
        };
        let rest = until.since(now) + Duration::from_secs(1);
        hide(&self.queue, message, rest).await;
        Err("a worker has it".into())
    }

    /// The letter first: that it is there twice is better than not at all.
    async fn end(
        &self,
        message: &Message,
        state: &TranscodeState,
        last_fault: Option<&TranscodeError>,
    ) -> Result<(), StoreError> {
        let lost = || TranscodeFault::WorkerLost.error();
        let error = last_fault.cloned().unwrap_or_else(lost);
        let id = state.transcode.id;
        let letter = self.letter(message, Some(id), error.code.clone());
        self.transcodes.put_dead_letter(&letter).await?;
        let (transcode, now) = (&state.transcode, self.clock.now());
        let webhooks = &self.outbox.webhooks;
        let event = self
            .transcodes
            .fail(&self.counters, webhooks, transcode, None, &error, now)
            .await?;
        self.outbox.announce(&transcode.user_id, &event).await;
        tracing::error!(transcode = %id, code = error.code, "given up");
        metrics::counter!("TranscodesEnded", "Status" => "FAILED").increment(1);
        Ok(())
    }

    fn letter(
        &self,
        message: &Message,
        transcode: Option<domain::ids::TranscodeId>,
        cause: String,
    ) -> DeadLetter {
        let (id, body) = (&message.id, &message.body);
        DeadLetter::new(
            id,
            body,
            transcode,
            message.receives,
            cause,
            self.clock.now(),
        )
    }
}

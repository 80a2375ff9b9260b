//! Behind the queue of webhooks: an event becomes deliveries, and each is tried until its
//! endpoint takes it or is given up.
//!
//! What a message asks for stands in the table; one that comes twice, or late, finds it
//! done. What dies in between is due again and comes back by the reconciler.

use config::Bootstrap;
use domain::ids::{EventId, WebhookId};
use domain::time::Clock;
use domain::webhook::{
    Attempt, AttemptFailure, Delivery, Endpoint, EndpointStatus, Event, Next, PauseReason,
    RetrySchedule, Work,
};
use edge::queue::Message;
use secrecy::SecretString;
use store::{Outbox, StoreError, unless_conflict};
use webhooks::{Request, SendError, Sender};

use super::body::body;
use super::{webhook_targets, work_of};

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Does what messages ask for.
#[derive(Debug, Clone)]
pub struct WebhookWorker {
    pub(super) outbox: Outbox,
    pub(super) sender: Sender,
    pub(super) schedule: RetrySchedule,
    pub(super) clock: Clock,
    /// Random numbers from 0 to 1.
    pub(super) jitter: fn() -> f64,
}

impl WebhookWorker {
    /// Wires the worker up; `WEBHOOK_RETRY_SECONDS` tells the waits between attempts.
    ///
    /// # Errors
    ///
    /// The HTTP client cannot be made.
    pub fn connect(bootstrap: &mut Bootstrap) -> Result<Self, Error> {
        let schedule = RetrySchedule::default();
        Ok(Self {
            outbox: Outbox::connect(bootstrap),
            sender: Sender::new(webhook_targets(bootstrap))?,
            schedule: bootstrap
                .environment()
                .parsed("WEBHOOK_RETRY_SECONDS", schedule),
            clock: bootstrap.clock(),
            jitter: fastrand::f64,
        })
    }

    /// Does what a message asks for. An error leaves it in the queue.
    ///
    /// # Errors
    ///
    /// The message is unreadable, or the table failed.
    pub async fn handle(&self, message: &Message) -> Result<(), Error> {
        match Work::read(&message.body)? {
            Work::FanOut { user_id, event_id } => self.fan_out(&user_id, event_id).await,
            Work::Deliver {
                user_id,
                webhook_id,
                event_id,
            } => self.deliver(&user_id, webhook_id, event_id).await,
            Work::TakeUp {
                user_id,
                webhook_id,
            } => self.take_up(&user_id, webhook_id).await,
        }
    }

    /// One delivery for each endpoint that wants the event; then it is forgotten.
    async fn fan_out(&self, user_id: &str, id: EventId) -> Result<(), Error> {
        let table = &self.outbox.webhooks;
        let Some(event) = table.event(user_id, id).await? else {
            return Ok(());
        };
        let now = self.clock.now();
        for endpoint in table.endpoints(user_id).await? {
            let is_wanted = endpoint.wants(event.event_type);
            if !is_wanted || endpoint.status == EndpointStatus::Disabled {
                continue;
            }
            let delivery = Delivery::new(&endpoint, event.clone(), now);
            let is_new = table.create_delivery(user_id, &delivery).await?;
            if is_new && endpoint.status == EndpointStatus::Enabled {
                let work = work_of(user_id, &delivery);
                self.outbox.send(&work, now, now).await;
            }
        }
        Ok(table.remove_event(user_id, id).await?)
    }

    /// One attempt, if the delivery is due and no other worker has it.
    async fn deliver(
        &self,
        user_id: &str,
        webhook: WebhookId,
        event: EventId,
    ) -> Result<(), Error> {
        let table = &self.outbox.webhooks;
        let Some(delivery) = table.delivery(user_id, webhook, event).await? else {
            return Ok(());
        };
        let now = self.clock.now();
        let taken = delivery.taken(now);
        if !delivery.is_due(now) || !table.change_delivery(user_id, &delivery, &taken).await? {
            return Ok(());
        }
        // Read behind the taking: what was deleted before is not sent to any more.
        let Some(endpoint) = table.endpoint(user_id, webhook).await? else {
            return Ok(table.remove_delivery(user_id, &taken).await?);
        };
        if endpoint.status != EndpointStatus::Enabled {
            let held = taken.held(now);
            table.change_delivery(user_id, &taken, &held).await?;
            return Ok(());
        }
        let attempt = self.attempt(&endpoint, &delivery.event).await?;
        self.settle(&endpoint, &taken, attempt).await
    }

    /// What was held of an endpoint that is enabled again is due at once.
    async fn take_up(&self, user_id: &str, webhook: WebhookId) -> Result<(), Error> {
        let table = &self.outbox.webhooks;
        let endpoint = table.endpoint(user_id, webhook).await?;
        let Some(endpoint) = endpoint.filter(|endpoint| endpoint.due_at.is_some()) else {
            return Ok(());
        };
        let now = self.clock.now();
        if endpoint.status == EndpointStatus::Enabled {
            for held in table.held_deliveries(user_id, webhook).await? {
                let again = held.again(now);
                if table.change_delivery(user_id, &held, &again).await? {
                    self.outbox.send(&work_of(user_id, &again), now, now).await;
                }
            }
        }
        let taken_up = endpoint.taken_up(now);
        let changed = table.change_endpoint(&endpoint, &taken_up).await;
        unless_conflict(changed)?;
        Ok(())
    }

    /// Posts the event. Whatever the receiver does is an attempt; only a fault of ours is
    /// an error.
    async fn attempt(&self, endpoint: &Endpoint, event: &Event) -> Result<Attempt, Error> {
        let at = self.clock.now();
        let secrets: Vec<SecretString> = endpoint
            .signing_secrets(at)
            .into_iter()
            .map(|secret| secret.expose().into())
            .collect();
        let request = Request {
            url: &endpoint.url,
            id: &event.event_id.to_string(),
            timestamp: at.as_second(),
            body: &body(event)?,
            secrets: &secrets,
        };
        let sent = self.sender.send(&request).await;
        let taken = self.clock.now().since(at).as_millis();
        let (response_status, failure, retry_after) = match sent {
            Ok(delivered) => (Some(delivered.status), None, None),
            Err(SendError::Sign(error)) => return Err(error.into()),
            Err(error) => (error.status(), Some(failure(&error)), error.retry_after()),
        };
        let retry_after_seconds = retry_after.map(|asked| asked.as_secs());
        tracing::info!(
            webhook = %endpoint.webhook_id,
            event = %event.event_id,
            event_type = event.event_type.as_str(),
            response_status,
            failure = ?failure,
            retry_after_seconds,
            "webhook tried"
        );
        Ok(Attempt {
            at,
            milliseconds: u64::try_from(taken).unwrap_or(u64::MAX),
            response_status,
            failure,
            retry_after_seconds,
        })
    }

    /// Writes what came of an attempt, and sees to what comes next.
    async fn settle(
        &self,
        endpoint: &Endpoint,
        taken: &Delivery,
        attempt: Attempt,
    ) -> Result<(), Error> {
        let table = &self.outbox.webhooks;
        let (user_id, now) = (&endpoint.user_id, self.clock.now());
        let last_success = endpoint.last_success_at;
        let (next, then) = taken.tried(attempt, &self.schedule, last_success, now, (self.jitter)());
        if let Next::GivenUp(Some(reason)) = then {
            // First: a worker that dies behind it leaves a delivery that is held.
            self.pause(endpoint, reason).await?;
        }
        if !table.change_delivery(user_id, taken, &next).await? {
            return Ok(());
        }
        match then {
            Next::Delivered => {
                table.note_success(endpoint, now).await?;
            }
            Next::Retry(due) => {
                self.outbox.send(&work_of(user_id, &next), due, now).await;
            }
            Next::GivenUp(_) => {
                metrics::counter!("WebhooksGivenUp").increment(1);
            }
        }
        Ok(())
    }

    /// Pauses an endpoint, unless its owner has changed it since it was read.
    pub(super) async fn pause(
        &self,
        endpoint: &Endpoint,
        reason: PauseReason,
    ) -> Result<bool, StoreError> {
        let paused = endpoint.paused(reason, self.clock.now());
        let table = &self.outbox.webhooks;
        let is_paused = unless_conflict(table.change_endpoint(endpoint, &paused).await)?;
        tracing::warn!(webhook = %endpoint.webhook_id, is_paused, reason = ?reason, "webhook given up");
        Ok(is_paused)
    }
}

fn failure(error: &SendError) -> AttemptFailure {
    match error {
        SendError::Target(_) | SendError::PrivateAddress => AttemptFailure::AddressRefused,
        SendError::TimedOut => AttemptFailure::TimedOut,
        SendError::Redirected { .. } => AttemptFailure::Redirected,
        SendError::Refused { .. } => AttemptFailure::Refused,
        SendError::NotReached(_) | SendError::Sign(_) => AttemptFailure::NotReached,
    }
}

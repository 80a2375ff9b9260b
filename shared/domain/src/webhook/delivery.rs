//! An event on its way to one endpoint.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DUE, Endpoint, EndpointStatus, Event, PauseReason, RetrySchedule};
use crate::ids::WebhookId;
use crate::time::Time;

/// How long a worker has a delivery for itself; longer than its function runs.
const LEASE: Duration = Duration::from_secs(60);
/// How often a delivery is looked at whose endpoint is not enabled. When that is enabled
/// again it is taken up at once; this is the net below.
const HELD_FOR: Duration = Duration::from_secs(6 * 3600);
/// How far the clocks of two workers may be apart.
const CLOCKS_APART: Duration = Duration::from_secs(2);
/// How long a delivery is kept.
const KEPT: Duration = Duration::from_secs(30 * 86_400);
/// Attempts that the log shows, the newest; redeliveries add to it.
const LONGEST_LOG: usize = 20;

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryStatus {
    /// It will be tried at its time.
    Pending,
    /// Its endpoint is not enabled; it goes on when it is.
    Held,
    /// The endpoint took it.
    Delivered,
    /// Every attempt failed.
    Failed,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AttemptFailure {
    /// The address is one that events are not sent to.
    AddressRefused,
    /// No connection came about, or it broke off.
    NotReached,
    /// No answer within 15 seconds.
    TimedOut,
    /// The answer was a redirect, which is not followed.
    Redirected,
    /// The answer's status was not 2xx.
    Refused,
}

/// One attempt of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// When it began.
    pub at: Time,
    /// How long it took.
    pub milliseconds: u64,
    /// The status of the answer, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_status: Option<u16>,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<AttemptFailure>,
    /// For how many seconds the receiver asked to be left alone, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
}

impl Attempt {
    /// How long the receiver is to be left alone, even by a worker whose clock is ahead.
    fn asked(&self) -> Option<Duration> {
        let asked = self.retry_after_seconds.map(Duration::from_secs);
        asked.map(|asked| asked.saturating_add(CLOCKS_APART))
    }
}

/// An event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The endpoint.
    pub webhook_id: WebhookId,
    /// What it is told.
    pub event: Event,
    /// How far it is.
    pub status: DeliveryStatus,
    /// Failed attempts since it was asked for.
    pub attempts: u32,
    /// When the first of them began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_attempt_at: Option<Time>,
    /// The newest attempts, oldest first.
    #[serde(default)]
    pub log: Vec<Attempt>,
    /// Counts the changes; each is written on the condition that none came before it.
    pub revision: u32,
    /// [`DUE`](super::DUE) while it is pending or held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// When it is to be tried, or looked at, next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Time>,
    /// When it is forgotten, in seconds since 1970.
    pub expires_at: i64,
}

/// What comes after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing: the endpoint took it.
    Delivered,
    /// Another attempt then.
    Retry(Time),
    /// No attempt more. With a reason the endpoint is to be paused.
    GivenUp(Option<PauseReason>),
}

impl Delivery {
    /// A new one; held where its endpoint is not enabled.
    pub fn new(endpoint: &Endpoint, event: Event, now: Time) -> Self {
        let delivery = Self {
            webhook_id: endpoint.webhook_id,
            event,
            status: DeliveryStatus::Pending,
            attempts: 0,
            first_attempt_at: None,
            log: Vec::new(),
            revision: 0,
            due: None,
            due_at: None,
            expires_at: now.after(KEPT).as_second(),
        };
        match endpoint.status {
            EndpointStatus::Enabled => delivery.due_then(now),
            EndpointStatus::Disabled | EndpointStatus::Paused => delivery.held_from(now),
        }
    }

    /// Whether it is to be tried, or looked at, now.
    pub fn is_due(&self, now: Time) -> bool {
        let latest = now.after(CLOCKS_APART);
        self.due_at.is_some_and(|due| due <= latest)
    }

    /// The same, taken by a worker: due again when the worker must have died.
    #[must_use]
    pub fn taken(&self, now: Time) -> Self {
        self.changed().due_then(now.after(LEASE))
    }

    /// The same, waiting for its endpoint to be enabled.
    #[must_use]
    pub fn held(&self, now: Time) -> Self {
        self.changed().held_from(now)
    }

    /// The same, to be sent now as if it had not been tried yet. Its event keeps its name.
    #[must_use]
    pub fn again(&self, now: Time) -> Self {
        let again = Self {
            attempts: 0,
            first_attempt_at: None,
            expires_at: now.after(KEPT).as_second(),
            ..self.changed()
        };
        again.due_then(now)
    }

    /// The same after an attempt, and what comes next. An endpoint that took something
    /// else since this delivery was first tried is not dead: only this one is given up.
    pub fn tried(
        &self,
        attempt: Attempt,
        schedule: &RetrySchedule,
        last_success_at: Option<Time>,
        now: Time,
        jitter: f64,
    ) -> (Self, Next) {
        let mut delivery = self.changed().not_due();
        let first_attempt_at = *delivery.first_attempt_at.get_or_insert(attempt.at);
        let is_gone = attempt.response_status == Some(410);
        let has_failed = attempt.failure.is_some();
        let asked = attempt.asked();
        delivery.log.push(attempt);
        let forgotten = delivery.log.len().saturating_sub(LONGEST_LOG);
        delivery.log.drain(..forgotten);
        if !has_failed {
            delivery.status = DeliveryStatus::Delivered;
            return (delivery, Next::Delivered);
        }
        delivery.attempts += 1;
        let again = schedule.next(delivery.attempts, asked, now, jitter);
        match again.filter(|_| !is_gone) {
            Some(due) => (delivery.due_then(due), Next::Retry(due)),
            None => {
                delivery.status = DeliveryStatus::Failed;
                let is_alive = last_success_at.is_some_and(|last| last >= first_attempt_at);
                let reason = match (is_gone, is_alive) {
                    (true, _) => Some(PauseReason::Gone),
                    (false, false) => Some(PauseReason::Unreachable),
                    (false, true) => None,
                };
                (delivery, Next::GivenUp(reason))
            }
        }
    }

    fn changed(&self) -> Self {
        Self {
            revision: self.revision.wrapping_add(1),
            ..self.clone()
        }
    }

    fn due_then(self, due_at: Time) -> Self {
        Self {
            status: DeliveryStatus::Pending,
            due: Some(DUE.to_owned()),
            due_at: Some(due_at),
            ..self
        }
    }

    fn held_from(self, now: Time) -> Self {
        Self {
            status: DeliveryStatus::Held,
            ..self.due_then(now.after(HELD_FOR))
        }
    }

    fn not_due(self) -> Self {
        Self {
            due: None,
            due_at: None,
            ..self
        }
    }
}

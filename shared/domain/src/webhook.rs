//! Webhooks of API clients: who is told of which events, how they are signed, and when
//! an endpoint that does not answer is tried again.

mod delivery;
mod event;
mod request;
mod schedule;
mod work;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::WebhookId;
use crate::time::Time;

pub use delivery::{Attempt, AttemptFailure, Delivery, DeliveryStatus, Next};
pub use event::{Event, EventError, EventType, Subject};
pub use request::{EndpointChange, NewEndpoint};
pub use schedule::{RetrySchedule, ScheduleError};
pub use work::{UnreadableWork, Work};

/// Webhooks of one user at most.
pub const MOST_WEBHOOKS: u32 = 5;
/// What `due` holds: the one key of the index of due work.
pub const DUE: &str = "yes";
/// How long the old secret signs beside the new one.
pub const SECRET_OVERLAP: Duration = Duration::from_secs(24 * 3600);

/// Where a user wants to be told of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// Its name.
    pub webhook_id: WebhookId,
    /// Whose it is.
    #[serde(rename = "account")]
    pub user_id: String,
    /// Where events are posted to.
    pub url: String,
    /// The owner's own words.
    #[serde(default)]
    pub description: String,
    /// The types that are sent; every type where it is empty.
    #[serde(default)]
    pub events: Vec<EventType>,
    /// Signs.
    pub secret: SigningSecret,
    /// Signs as well until its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_secret: Option<PreviousSecret>,
    /// Whether events are sent.
    pub status: EndpointStatus,
    /// Why and when it was paused, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    /// When it last took an event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success_at: Option<Time>,
    /// When it was made.
    pub created_at: Time,
    /// When its owner changed it or it was paused last.
    pub updated_at: Time,
    /// Counts these changes; a change is written on the condition that none came before it.
    pub revision: u32,
    /// [`DUE`] while deliveries wait to be taken up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Since when they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Time>,
}

/// Whether events are sent to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EndpointStatus {
    /// They are.
    Enabled,
    /// Its owner does not want them now; they are not kept.
    Disabled,
    /// It did not answer; they are kept until its owner enables it again.
    Paused,
}

impl EndpointStatus {
    /// The text in the table and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Paused => "paused",
        }
    }
}

/// Why an endpoint was paused, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    /// Why.
    pub reason: PauseReason,
    /// When.
    pub at: Time,
}

/// Why an endpoint was paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PauseReason {
    /// It answered 410.
    Gone,
    /// No attempt of a delivery succeeded, nor did another delivery meanwhile.
    Unreachable,
}

/// A secret that signed events until it was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreviousSecret {
    /// The secret.
    pub secret: SigningSecret,
    /// It signs until then.
    pub until: Time,
}

/// `whsec_` and 32 bytes in base64, as Standard Webhooks has it. Is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SigningSecret(String);

impl SigningSecret {
    /// From the text that is stored and shown to its owner.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningSecret")
    }
}

impl Endpoint {
    /// A new one, enabled.
    pub fn new(
        webhook_id: WebhookId,
        user_id: &str,
        wanted: NewEndpoint,
        secret: SigningSecret,
        now: Time,
    ) -> Self {
        Self {
            webhook_id,
            user_id: user_id.to_owned(),
            url: wanted.url,
            description: wanted.description,
            events: wanted.events,
            secret,
            previous_secret: None,
            status: EndpointStatus::Enabled,
            pause: None,
            last_success_at: None,
            created_at: now,
            updated_at: now,
            revision: 0,
            due: None,
            due_at: None,
        }
    }

    /// Whether it is told of events of this type.
    pub fn wants(&self, event_type: EventType) -> bool {
        self.events.is_empty() || self.events.contains(&event_type)
    }

    /// The secrets that sign now, the newest first.
    pub fn signing_secrets(&self, now: Time) -> Vec<&SigningSecret> {
        let previous = self.previous_secret.as_ref();
        let previous = previous.filter(|previous| previous.until > now);
        let previous = previous.map(|previous| &previous.secret);
        std::iter::once(&self.secret).chain(previous).collect()
    }

    /// The same after its owner's change. When it comes to be enabled, what was held is
    /// due at once.
    #[must_use]
    pub fn changed(&self, change: EndpointChange, now: Time) -> Self {
        let mut next = self.touched(now);
        if let Some(url) = change.url {
            next.url = url;
        }
        if let Some(description) = change.description {
            next.description = description;
        }
        if let Some(events) = change.events {
            next.events = events;
        }
        match change.enabled {
            Some(true) if self.status != EndpointStatus::Enabled => {
                next.status = EndpointStatus::Enabled;
                next.pause = None;
                next.due = Some(DUE.to_owned());
                next.due_at = Some(now);
            }
            Some(false) => {
                next.status = EndpointStatus::Disabled;
                next.pause = None;
            }
            Some(true) | None => {}
        }
        next
    }

    /// The same with a new secret; the old one signs beside it for a day.
    #[must_use]
    pub fn rotated(&self, secret: SigningSecret, now: Time) -> Self {
        let previous_secret = PreviousSecret {
            secret: self.secret.clone(),
            until: now.after(SECRET_OVERLAP),
        };
        Self {
            secret,
            previous_secret: Some(previous_secret),
            ..self.touched(now)
        }
    }

    /// The same, paused.
    #[must_use]
    pub fn paused(&self, reason: PauseReason, now: Time) -> Self {
        Self {
            status: EndpointStatus::Paused,
            pause: Some(Pause { reason, at: now }),
            ..self.touched(now)
        }
    }

    /// The same once its deliveries have been taken up.
    #[must_use]
    pub fn taken_up(&self, now: Time) -> Self {
        Self {
            due: None,
            due_at: None,
            ..self.touched(now)
        }
    }

    fn touched(&self, now: Time) -> Self {
        Self {
            updated_at: now,
            revision: self.revision.wrapping_add(1),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests;

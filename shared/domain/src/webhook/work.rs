//! What is due, as it is named in messages.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{EventId, WebhookId};
use crate::time::Time;

/// The longest time that a message of the queue can be delayed for.
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);
/// How long after its time work is thought forgotten. Until then its message may come yet.
const PATIENCE: Duration = Duration::from_secs(60);

/// Something to be done for a user. A message names it; the tables say whether it is
/// still to be done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "work"
)]
pub enum Work {
    /// An event is to become a delivery for each endpoint that wants it.
    FanOut {
        /// Whose.
        user_id: String,
        /// The event.
        event_id: EventId,
    },
    /// A delivery is to be tried.
    Deliver {
        /// Whose.
        user_id: String,
        /// The endpoint.
        webhook_id: WebhookId,
        /// The event.
        event_id: EventId,
    },
    /// An endpoint was enabled again: what was held goes on.
    TakeUp {
        /// Whose.
        user_id: String,
        /// The endpoint.
        webhook_id: WebhookId,
    },
}

/// A message that is not in the form written here.
#[derive(Debug, thiserror::Error)]
#[error("the message is not readable")]
pub struct UnreadableWork(#[from] serde_json::Error);

impl Work {
    /// Whose it is.
    pub fn user_id(&self) -> &str {
        match self {
            Self::FanOut { user_id, .. }
            | Self::Deliver { user_id, .. }
            | Self::TakeUp { user_id, .. } => user_id,
        }
    }

    /// Reads a message's body.
    ///
    /// # Errors
    ///
    /// The text is none of that form.
    pub fn read(body: &str) -> Result<Self, UnreadableWork> {
        Ok(serde_json::from_str(body)?)
    }

    /// The body to send.
    ///
    /// # Errors
    ///
    /// None is known.
    pub fn body(&self) -> Result<String, UnreadableWork> {
        Ok(serde_json::to_string(self)?)
    }

    /// How long the message for work due then is to be delayed; none when it is too far
    /// ahead for a message, and is left to the reconciler.
    pub fn delay(due: Time, now: Time) -> Option<Duration> {
        let delay = due.since(now);
        (delay <= LONGEST_DELAY).then_some(delay)
    }

    /// Work that was due before this time is sent again.
    pub fn forgotten_before(now: Time) -> Time {
        now.before(PATIENCE)
    }
}

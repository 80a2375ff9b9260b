//! From the table of webhooks to the worker: a message for what is due.

use config::Bootstrap;
use domain::time::Time;
use domain::webhook::{Event, Work};

use crate::queue::Queue;
use crate::webhooks::WebhooksTable;

/// The table of webhooks and the queue of its work. What is due stands in the table; a
/// message only makes it happen sooner, so that one that is lost does no harm.
#[derive(Debug, Clone)]
pub struct Outbox {
    /// The table.
    pub webhooks: WebhooksTable,
    queue: Queue,
}

impl Outbox {
    /// As the environment says.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            webhooks: WebhooksTable::connect(bootstrap),
            queue: Queue::connect_webhooks(bootstrap),
        }
    }

    /// From its parts.
    pub fn new(webhooks: WebhooksTable, queue: Queue) -> Self {
        Self { webhooks, queue }
    }

    /// Sends the message of an event that was written.
    pub async fn announce(&self, user_id: &str, event: &Event) {
        let work = Work::FanOut {
            user_id: user_id.to_owned(),
            event_id: event.event_id,
        };
        self.send(&work, event.occurred_at, event.occurred_at).await;
    }

    /// Sends the message of work that is due then; `true` when it was sent. What is too
    /// far ahead for a message, or could not be sent, the reconciler sends at its time.
    pub async fn send(&self, work: &Work, due: Time, now: Time) -> bool {
        let Some(delay) = Work::delay(due, now) else {
            return false;
        };
        let body = match work.body() {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(error = %error, "work of webhooks has no message");
                return false;
            }
        };
        let sent = self.queue.send_later(work.user_id(), &body, delay).await;
        if let Err(error) = &sent {
            tracing::warn!(error = %error, "a message of webhooks is left to the reconciler");
        }
        sent.is_ok()
    }
}

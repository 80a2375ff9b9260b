//! The safety net below the queue of webhooks: work whose message must be thought lost, or
//! that was too far ahead for one.

use config::Bootstrap;
use domain::time::Clock;
use domain::webhook::Work;
use store::{Outbox, StoreError};

/// Messages that one round sends at most; the next one goes on.
const MOST: i32 = 500;

/// Sends messages for what is due.
#[derive(Debug)]
pub struct WebhookResender {
    pub(super) outbox: Outbox,
    pub(super) clock: Clock,
}

impl WebhookResender {
    /// Wires it up.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            outbox: Outbox::connect(bootstrap),
            clock: bootstrap.clock(),
        }
    }

    /// Sends a message for everything that was due a minute ago; answers how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn resend_due(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let before = Work::forgotten_before(now);
        let mut sent = 0;
        for work in self.outbox.webhooks.due_work(before, MOST).await? {
            sent += usize::from(self.outbox.send(&work, now, now).await);
        }
        Ok(sent)
    }
}

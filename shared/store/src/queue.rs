//! The queues of transcodes and webhooks, and the messages in them (R106).
//!
//! Each message names its tenant, the user whose it is, as its group: the queues are SQS's
//! fair ones, so that one user's backlog does not keep another's messages waiting (fault S3).

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;

use crate::error::StoreError;
use config::Bootstrap;

/// The longest time a message can be hidden.
const LONGEST: Duration = Duration::from_secs(12 * 3600);

/// Access to one queue.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// The queue of transcodes, which `TRANSCODE_QUEUE_URL` names.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self::named(bootstrap, "TRANSCODE_QUEUE_URL")
    }

    /// The queue of dead letters, which `DEAD_LETTERS_URL` names.
    pub fn connect_dead_letters(bootstrap: &mut Bootstrap) -> Self {
        Self::named(bootstrap, "DEAD_LETTERS_URL")
    }

    /// The queue of webhooks' work, which `WEBHOOK_QUEUE_URL` names.
    pub fn connect_webhooks(bootstrap: &mut Bootstrap) -> Self {
        Self::named(bootstrap, "WEBHOOK_QUEUE_URL")
    }

    fn named(bootstrap: &mut Bootstrap, variable: &str) -> Self {
        let url = bootstrap.environment().required(variable);
        Self::new(Client::new(bootstrap.sdk()), url)
    }

    /// A queue behind a client.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self {
            client,
            url: url.into(),
        }
    }

    /// Sends a message of a tenant's.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn send(&self, tenant: &str, body: &str) -> Result<(), StoreError> {
        self.send_later(tenant, body, Duration::ZERO).await
    }

    /// Sends a message that comes after `delay`, at most a quarter of an hour, rounded up
    /// to whole seconds.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn send_later(
        &self,
        tenant: &str,
        body: &str,
        delay: Duration,
    ) -> Result<(), StoreError> {
        let seconds = delay.as_millis().div_ceil(1000);
        let seconds = i32::try_from(seconds).unwrap_or(i32::MAX);
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_group_id(tenant)
            .message_body(body)
            .delay_seconds(seconds)
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk("send message", error))
    }

    /// Hides a message that was received for so long from now; whole seconds.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn hide(&self, receipt: &str, time: Duration) -> Result<(), StoreError> {
        let seconds = i32::try_from(time.min(LONGEST).as_secs()).unwrap_or(i32::MAX);
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt)
            .visibility_timeout(seconds)
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk("hide message", error))
    }

    /// Whether messages wait in the queue that could be received now, as far as it knows: it
    /// may be a minute behind. Those that were received and are hidden do not wait.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn has_waiting(&self) -> Result<bool, StoreError> {
        let visible = QueueAttributeName::ApproximateNumberOfMessages;
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(visible.clone())
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("look at queue", error))?;
        let count = answer.attributes().and_then(|found| found.get(&visible));
        Ok(count.is_none_or(|count| count != "0"))
    }
}

//! Signed webhooks (Standard Webhooks), sent as the provider sends them: no
//! redirects, a terminal one retried with a growing pause, others tried once.

use crate::clock;
use anyhow::Context;
use base64::Engine;
use standardwebhooks::Webhook;
use std::time::Duration;

/// Tries of a terminal webhook: with a first pause of a second the last one
/// comes about half a minute after the end.
const TRIES: u32 = 6;
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// A message to one receiver. The id stays the same over retries and
/// duplicates, as the receiver's means to tell them.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) body: String,
    /// Sign with another key than the published one.
    pub(crate) missigned: bool,
}

/// The sender.
pub(crate) struct Webhooks {
    http: reqwest::Client,
    right: Webhook,
    wrong: Webhook,
    first_pause: Duration,
}

impl std::fmt::Debug for Webhooks {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Webhooks")
    }
}

impl Webhooks {
    /// # Errors
    /// The secret is no base64 after `whsec_`.
    pub(crate) fn new(secret: &str, first_pause: Duration) -> anyhow::Result<Self> {
        let other = base64::engine::general_purpose::STANDARD.encode("another key altogether");
        Ok(Self {
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(ANSWER_WITHIN)
                .no_proxy()
                .user_agent("Replicate/1.0 (look-alike)")
                .build()?,
            right: Webhook::new(secret).context("the webhook secret is no base64")?,
            wrong: Webhook::new(&other)?,
            first_pause,
        })
    }

    /// One try; true when the receiver answered 2xx.
    pub(crate) async fn send(&self, message: &Message) -> bool {
        let seconds = clock::now().as_second();
        let key = if message.missigned {
            &self.wrong
        } else {
            &self.right
        };
        let Ok(signature) = key.sign(&message.id, seconds, message.body.as_bytes()) else {
            return false;
        };
        let sent = self
            .http
            .post(&message.url)
            .header("content-type", "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signature)
            .body(message.body.clone())
            .send()
            .await;
        let accepted = sent.is_ok_and(|response| response.status().is_success());
        tracing::info!(message = message.id, accepted, "webhook");
        accepted
    }

    /// Tries until the receiver answers 2xx or the tries are used up.
    pub(crate) async fn send_until_accepted(&self, message: &Message) -> bool {
        let mut pause = self.first_pause;
        for attempt in 1..=TRIES {
            if self.send(message).await {
                return true;
            }
            if attempt < TRIES {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
        }
        false
    }
}

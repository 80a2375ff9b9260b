//! Webhooks: whether one is the provider's, and what it says. A webhook is a
//! hint: it may come twice, late, or never, and its handler must bear that.

use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use standardwebhooks::{
    HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook,
};

use crate::Prediction;

#[cfg(test)]
mod tests;

/// How far a webhook's time may be from ours, both ways, seconds.
const TOLERANCE: i64 = 5 * 60;
/// With an empty secret any signature could be forged; a real one has 24 bytes and more.
const SHORTEST_SECRET: usize = 16;

/// Why a webhook is not acted upon.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WebhookError {
    /// One of the three headers is missing.
    #[error("the header {0} is missing")]
    MissingHeader(&'static str),
    /// The time is not a number of seconds.
    #[error("the webhook's time cannot be read")]
    BadTimestamp,
    /// The time is more than five minutes off: a replay, or a wrong clock.
    #[error("the webhook's time is more than five minutes off")]
    Stale,
    /// It was not signed with the secret.
    #[error("the signature does not fit")]
    BadSignature,
    /// Our own secret is unusable: no webhook can be verified with it.
    #[error("the webhook secret is unusable")]
    BadSecret,
    /// It is the provider's, but not a prediction.
    #[error("the webhook's body is not a prediction")]
    BadBody,
}

/// The headers a webhook is signed with.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignatureHeaders<'a> {
    /// `webhook-id`
    pub id: Option<&'a str>,
    /// `webhook-timestamp`
    pub timestamp: Option<&'a str>,
    /// `webhook-signature`; may hold several, parted by spaces.
    pub signature: Option<&'a str>,
}

/// The prediction a webhook brings, once it is proven to be the provider's.
/// `body` must be the bytes as they came.
///
/// # Errors
/// [`WebhookError`]; the age is judged by `now` and then by the system's clock.
pub fn verify(
    secret: &SecretString,
    headers: SignatureHeaders<'_>,
    body: &[u8],
    now: Timestamp,
) -> Result<Prediction, WebhookError> {
    let map = check_headers(headers, now)?;
    webhook(secret)?
        .verify(body, &map)
        .map_err(|error| meaning(&error))?;
    serde_json::from_slice(body).map_err(|_| WebhookError::BadBody)
}

/// What can be refused without the secret: a header that is missing, a time that is
/// off, a signature of no known form. To be asked before the secret is fetched.
///
/// # Errors
/// [`WebhookError`], but neither `BadSecret` nor `BadBody`.
pub fn check_headers(
    headers: SignatureHeaders<'_>,
    now: Timestamp,
) -> Result<HeaderMap, WebhookError> {
    let signed = [
        (HEADER_WEBHOOK_ID, headers.id),
        (HEADER_WEBHOOK_TIMESTAMP, headers.timestamp),
        (HEADER_WEBHOOK_SIGNATURE, headers.signature),
    ];
    let mut map = HeaderMap::new();
    for (name, value) in signed {
        let value = value
            .filter(|value| !value.is_empty())
            .ok_or(WebhookError::MissingHeader(name))?;
        map.insert(
            name,
            HeaderValue::from_str(value).map_err(|_| WebhookError::BadSignature)?,
        );
    }
    check_age(headers.timestamp.unwrap_or_default(), now)?;
    let signatures = headers.signature.unwrap_or_default();
    if !signatures.split(' ').any(has_the_form_of_a_signature) {
        return Err(WebhookError::BadSignature);
    }
    Ok(map)
}

/// `v1,` and 32 bytes in base64.
fn has_the_form_of_a_signature(text: &str) -> bool {
    text.strip_prefix("v1,").is_some_and(|digest| {
        let digits = digest.trim_end_matches('=');
        digest.len() == 44
            && digits.len() == 43
            && digits
                .bytes()
                .all(|digit| digit.is_ascii_alphanumeric() || matches!(digit, b'+' | b'/'))
    })
}

fn webhook(secret: &SecretString) -> Result<Webhook, WebhookError> {
    let secret = secret.expose_secret().trim();
    if secret.trim_start_matches("whsec_").len() < SHORTEST_SECRET {
        return Err(WebhookError::BadSecret);
    }
    Webhook::new(secret).map_err(|_| WebhookError::BadSecret)
}

fn check_age(timestamp: &str, now: Timestamp) -> Result<(), WebhookError> {
    let sent: i64 = timestamp.parse().map_err(|_| WebhookError::BadTimestamp)?;
    if sent.abs_diff(now.as_second()) > TOLERANCE.unsigned_abs() {
        return Err(WebhookError::Stale);
    }
    Ok(())
}

fn meaning(error: &standardwebhooks::WebhookError) -> WebhookError {
    use standardwebhooks::WebhookError as Theirs;
    match error {
        Theirs::TimestampTooOldError | Theirs::FutureTimestampError => WebhookError::Stale,
        Theirs::InvalidTimestamp => WebhookError::BadTimestamp,
        Theirs::InvalidSecret(_) => WebhookError::BadSecret,
        Theirs::InvalidHeader(_)
        | Theirs::MissingHeader(_)
        | Theirs::InvalidSignature
        | Theirs::InvalidPayload => WebhookError::BadSignature,
    }
}

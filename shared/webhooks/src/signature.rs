//! The Standard Webhooks scheme.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use standardwebhooks::Webhook;

/// Bytes of a secret; the scheme asks for 24 to 64.
const SECRET_BYTES: usize = 32;
const PREFIX: &str = "whsec_";

/// A signature could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The secret is none of ours.
    #[error("the signing secret is unusable")]
    BadSecret,
    /// The operating system has no random numbers.
    #[error("no random numbers")]
    NoRandom(#[from] getrandom::Error),
}

/// A new secret, from the operating system's random numbers.
///
/// # Errors
///
/// [`SignError::NoRandom`].
pub fn new_secret() -> Result<SecretString, SignError> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{PREFIX}{}", STANDARD.encode(bytes)).into())
}

/// The value of the header `webhook-signature`: one signature for each secret.
///
/// # Errors
///
/// [`SignError::BadSecret`].
pub fn sign<'a>(
    secrets: impl IntoIterator<Item = &'a SecretString>,
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> Result<String, SignError> {
    let signatures = secrets.into_iter().map(|secret| {
        let webhook = Webhook::new(secret.expose_secret()).map_err(|_| SignError::BadSecret)?;
        let signature = webhook.sign(id, timestamp, body);
        signature.map_err(|_| SignError::BadSecret)
    });
    let signatures: Vec<String> = signatures.collect::<Result<_, _>>()?;
    Ok(signatures.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;

    /// The example of the scheme's own documentation.
    #[test]
    fn it_signs_as_the_scheme_says() {
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signature = sign(
            [&secret],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            b"{\"test\": 2432232314}",
        );
        assert_eq!(
            signature.unwrap(),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn while_two_secrets_sign_either_verifies() {
        let (old, new) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(old.expose_secret(), new.expose_secret());
        #[expect(
            clippy::disallowed_methods,
            reason = "the verifier asks the same clock"
        )]
        let now = std::time::SystemTime::now();
        let now = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let signatures = sign([&new, &old], "id", now.try_into().unwrap(), b"{}").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", "id".parse().unwrap());
        headers.insert("webhook-timestamp", now.to_string().parse().unwrap());
        headers.insert("webhook-signature", signatures.parse().unwrap());
        let verify = |secret: &SecretString, body: &[u8]| {
            let webhook = Webhook::new(secret.expose_secret()).unwrap();
            webhook.verify(body, &headers)
        };
        for secret in [&old, &new] {
            assert!(verify(secret, b"{}").is_ok());
            assert!(verify(secret, b"[]").is_err());
        }
        assert!(verify(&new_secret().unwrap(), b"{}").is_err());
    }

    #[test]
    fn a_secret_is_whsec_and_32_bytes() {
        let secret = new_secret().unwrap();
        let encoded = secret.expose_secret().strip_prefix(PREFIX).unwrap();
        assert_eq!(STANDARD.decode(encoded).unwrap().len(), 32);
    }
}

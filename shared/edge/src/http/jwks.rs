//! The pool's public keys: kept for an hour, fetched once more for an unknown
//! key id, then not again until a cooldown has passed; kept keys serve on while
//! the endpoint is down (R76).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use config::aws::FetchError;
use domain::time::Time;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, JwkSet};
use tokio::sync::Mutex;

const FRESH_FOR: Duration = Duration::from_secs(3600);
/// Keys older than this are not trusted any more, even if no newer can be had.
const STALE_FOR: Duration = Duration::from_secs(24 * 3600);
const COOLDOWN: Duration = Duration::from_secs(10);
/// Without any keys no token can be checked, so the endpoint is asked again sooner.
const FIRST_COOLDOWN: Duration = Duration::from_secs(1);
const FETCH_LIMIT: Duration = Duration::from_secs(2);
const MAX_BYTES: usize = 150_000;

type Keys = Arc<HashMap<String, DecodingKey>>;

/// The keys of one pool.
#[derive(Debug)]
pub(crate) struct KeySet {
    url: String,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    keys: Option<(Time, Keys)>,
    tried_at: Option<Time>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Kept")
            .field("tried_at", &self.tried_at)
            .finish_non_exhaustive()
    }
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JwksError {
    #[error("the key set could not be fetched")]
    Fetch(#[from] FetchError),
    #[error("the key set is not a JSON key set")]
    Malformed(#[from] serde_json::Error),
    #[error("the key set holds no key to use")]
    Empty,
    #[error("no key set, and none may be fetched yet")]
    CoolingDown,
}

impl KeySet {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            kept: Mutex::default(),
        }
    }

    /// Fetches the keys before the first request. A failure is forgotten: that request
    /// fetches them without a cooldown.
    pub(crate) async fn warm_up(&self, now: Time) {
        match self.fetch().await {
            Ok(keys) => self.kept.lock().await.keys = Some((now, keys)),
            Err(error) => tracing::info!(error = %error, "no key set yet"),
        }
    }

    /// The key of that id, or `None` when the pool has none.
    ///
    /// The lock is held while fetching: parallel callers wait for one fetch
    /// instead of starting their own.
    pub(crate) async fn find(&self, id: &str, now: Time) -> Result<Option<DecodingKey>, JwksError> {
        let mut kept = self.kept.lock().await;
        if let Some((fetched_at, keys)) = &kept.keys
            && now.since(*fetched_at) < FRESH_FOR
            && let Some(key) = keys.get(id)
        {
            return Ok(Some(key.clone()));
        }
        let cooldown = match kept.keys {
            Some(_) => COOLDOWN,
            None => FIRST_COOLDOWN,
        };
        let cooling = kept
            .tried_at
            .is_some_and(|tried_at| now.since(tried_at) < cooldown);
        if !cooling {
            kept.tried_at = Some(now);
            match self.fetch().await {
                Ok(keys) => kept.keys = Some((now, keys)),
                Err(error) if kept.keys.is_none() => return Err(error),
                Err(error) => tracing::warn!(error = %error, "the key set is stale"),
            }
        }
        match &kept.keys {
            Some((fetched_at, keys)) if now.since(*fetched_at) < STALE_FOR => {
                Ok(keys.get(id).cloned())
            }
            _ => Err(JwksError::CoolingDown),
        }
    }

    async fn fetch(&self) -> Result<Keys, JwksError> {
        let body = config::aws::fetch(&self.url, FETCH_LIMIT, MAX_BYTES).await?;
        let set: JwkSet = serde_json::from_slice(&body)?;
        let keys = set.keys.iter().filter_map(|key| {
            let id = key.common.key_id.clone()?;
            match key.algorithm {
                AlgorithmParameters::RSA(_) => Some((id, DecodingKey::from_jwk(key).ok()?)),
                _ => None,
            }
        });
        let keys: HashMap<_, _> = keys.collect();
        if keys.is_empty() {
            return Err(JwksError::Empty);
        }
        Ok(Arc::new(keys))
    }
}

#[cfg(test)]
mod tests;

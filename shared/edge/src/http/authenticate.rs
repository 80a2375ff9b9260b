//! Who is calling: the bearer token and its claims (R62, R75, R77).

use domain::time::Time;
use lambda_http::http::HeaderMap;
use lambda_http::http::header::AUTHORIZATION;

use super::caller::Caller;
use super::error::ApiError;
use super::jwks::KeySet;
use super::token::{self, Rules};

/// Proves tokens of one pool and one client.
#[derive(Debug)]
pub struct Authenticator {
    keys: KeySet,
    rules: Rules,
}

/// A header longer than this carries no token of ours.
const MAX_TOKEN: usize = 8 * 1024;

impl Authenticator {
    /// For the pool and client of the settings.
    pub fn new(sign_in: &config::SignIn) -> Self {
        Self {
            keys: KeySet::new(&sign_in.jwks_url),
            rules: Rules {
                issuer: sign_in.issuer.clone(),
                client_id: sign_in.client_id.clone(),
            },
        }
    }

    /// The caller, if the `Authorization` header proves one.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub async fn authenticate(&self, headers: &HeaderMap, now: Time) -> Result<Caller, ApiError> {
        let token = bearer(headers)?;
        let key_id = token::key_id(token).map_err(|_| ApiError::TokenInvalid)?;
        let key = self
            .keys
            .find(&key_id, now)
            .await
            .map_err(|error| ApiError::SignInUnavailable(Box::new(error)))?
            .ok_or(ApiError::TokenInvalid)?;
        token::verify(token, &key, &self.rules, now).map_err(|refusal| {
            tracing::info!(refusal = %refusal, "token refused");
            ApiError::TokenInvalid
        })
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(ApiError::TokenMissing)?;
    if values.next().is_some() || value.len() > MAX_TOKEN {
        return Err(ApiError::TokenInvalid);
    }
    let text = value.to_str().map_err(|_| ApiError::TokenInvalid)?;
    let (scheme, token) = text.split_once(' ').ok_or(ApiError::TokenInvalid)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(ApiError::TokenMissing);
    }
    Ok(token.trim())
}

#[cfg(test)]
mod tests;

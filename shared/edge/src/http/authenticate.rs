//! Who is calling: the token of the `Authorization` header or, without one, of the
//! session cookie, and its claims (R62, R75, R77, D20).

use domain::time::Time;
use lambda_http::http::HeaderMap;
use lambda_http::http::header::AUTHORIZATION;

use super::caller::Caller;
use super::cookies::{self, SESSION};
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

    /// Fetches the pool's keys, so that the first caller need not wait for them.
    pub(super) async fn warm_up(&self, now: Time) {
        self.keys.warm_up(now).await;
    }

    /// The caller, if the `Authorization` header proves one; without that header,
    /// if the session cookie does.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub async fn authenticate(&self, headers: &HeaderMap, now: Time) -> Result<Caller, ApiError> {
        let token = match has_header(headers) {
            true => bearer(headers)?,
            false => session(headers)?,
        };
        self.prove(token, now).await
    }

    /// The caller that a token is of.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: 401 for a token that is not to be accepted, 503 without keys.
    pub async fn prove(&self, token: &str, now: Time) -> Result<Caller, ApiError> {
        self.checked(token, None, now).await
    }

    /// The caller that an ID token is of, which must carry the nonce of the sign-in
    /// that asked for it.
    ///
    /// # Errors
    ///
    /// As [`Authenticator::prove`].
    pub async fn prove_id(&self, token: &str, nonce: &str, now: Time) -> Result<Caller, ApiError> {
        self.checked(token, Some(nonce), now).await
    }

    async fn checked(
        &self,
        token: &str,
        nonce: Option<&str>,
        now: Time,
    ) -> Result<Caller, ApiError> {
        let key_id = token::key_id(token).map_err(|_| ApiError::TokenInvalid)?;
        let key = self
            .keys
            .find(&key_id, now)
            .await
            .map_err(|error| ApiError::Unavailable(Box::new(error)))?
            .ok_or(ApiError::TokenInvalid)?;
        token::verify(token, &key, &self.rules, nonce, now).map_err(|refusal| {
            tracing::info!(refusal = %refusal, "token refused");
            ApiError::TokenInvalid
        })
    }
}

/// Whether a request signs in by nothing.
pub(super) fn is_anonymous(headers: &HeaderMap) -> bool {
    !has_header(headers) && cookies::read(headers, SESSION).next().is_none()
}

/// Whether a request signs in, if at all, by a cookie, which a browser sends on its own.
pub(super) fn is_by_cookie(headers: &HeaderMap) -> bool {
    !has_header(headers)
}

fn has_header(headers: &HeaderMap) -> bool {
    headers.contains_key(AUTHORIZATION)
}

fn session(headers: &HeaderMap) -> Result<&str, ApiError> {
    let mut values = cookies::read(headers, SESSION);
    let token = values.next().ok_or(ApiError::TokenMissing)?;
    if values.next().is_some() || token.len() > MAX_TOKEN {
        return Err(ApiError::TokenInvalid);
    }
    Ok(token)
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

//! Signing in through the pool's hosted UI, and out (R2-R4, D20, D21, D41).
//!
//! The authorization code flow with PKCE. What the callback must match waits in a cookie of
//! the browser that began: its state comes back in the callback's address, its nonce in the
//! ID token, and only its verifier turns the code into tokens. Nothing is kept here.

mod cookies;
mod hosted_ui;
mod pending;
mod return_path;

use std::sync::Arc;

use config::Bootstrap;
use contract::{SessionRenewed, SignedOut};
use domain::request::InvalidField;
use domain::time::Time;
use edge::http::{ApiError, Authenticator, Reply, Request, accepts_json, query};

use self::hosted_ui::{HostedUi, PoolError, Tokens};
use self::pending::Pending;
use self::return_path::ReturnPath;

/// What the sign-in's routes do.
#[derive(Debug, Clone)]
pub struct SignIn {
    pool: Arc<HostedUi>,
    authenticator: Arc<Authenticator>,
}

impl SignIn {
    /// As the environment says; see [`config::HostedUi`] and [`config::SignIn`].
    ///
    /// # Errors
    ///
    /// An address is malformed. What is missing is told by the end of the bootstrap.
    pub fn connect(bootstrap: &mut Bootstrap) -> Result<Self, url::ParseError> {
        let environment = bootstrap.environment();
        let (hosted_ui, sign_in) = (environment.hosted_ui(), environment.sign_in());
        Self::new(&hosted_ui, &sign_in)
    }

    /// From its parts.
    ///
    /// # Errors
    ///
    /// An address is none.
    pub fn new(
        hosted_ui: &config::HostedUi,
        sign_in: &config::SignIn,
    ) -> Result<Self, url::ParseError> {
        Ok(Self {
            pool: Arc::new(HostedUi::new(hosted_ui)?),
            authenticator: Arc::new(Authenticator::new(sign_in)),
        })
    }

    /// Leads the browser to the hosted UI, and afterwards to the path `returnTo` of the
    /// site.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: 400 for a path that would leave the site.
    pub fn begin(&self, request: &Request) -> Result<Reply, ApiError> {
        let return_path = match query(request, "returnTo") {
            Some(path) => ReturnPath::try_from(path).map_err(|_| {
                InvalidField::new("returnTo", "a path on this site of at most 256 bytes")
            })?,
            None => ReturnPath::home(),
        };
        let (pending, challenge) = Pending::begin(return_path);
        let cookie = pending
            .to_cookie()
            .map_err(|error| ApiError::Internal(Box::new(error)))?;
        let address = self.pool.address(&pending, challenge);
        Ok(Reply::found(address.into()).with_cookie(cookies::login(&cookie)))
    }

    /// Takes the browser back from the hosted UI, with the cookies of its session. What a
    /// sign-in can fail by is answered with 400 and ends it; it is begun anew then.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: 503 while the pool does not answer.
    pub async fn complete(&self, request: &Request, now: Time) -> Result<Reply, ApiError> {
        let reply = match self.completed(request, now).await {
            Ok(reply) => reply,
            Err(error) if error.status().is_server_error() => return Err(error),
            Err(error) => Reply::refusal(&error, now),
        };
        Ok(reply.with_cookie(cookies::no_login()))
    }

    async fn completed(&self, request: &Request, now: Time) -> Result<Reply, ApiError> {
        let pending = cookie(request, cookies::LOGIN).and_then(Pending::of_cookie);
        let pending = pending.ok_or(failed("state", "a sign-in that began in this browser"))?;
        let state = query(request, "state").unwrap_or_default();
        if !pending.is_of(&state) {
            return Err(failed("state", "the state of the sign-in that began last"));
        }
        if query(request, "error").is_some() {
            return Err(failed(
                "error",
                "none; the sign-in was refused or cancelled",
            ));
        }
        let code = query(request, "code").ok_or(failed("code", "required"))?;

        let (verifier, nonce, return_path) = pending.into_parts();
        let tokens = self.pool.exchange(code, verifier).await;
        let tokens = tokens.map_err(|error| unless_refused(error, failed("code", "unused")))?;
        self.prove(&tokens, &nonce, now).await?;
        let reply = Reply::found(return_path.as_str().to_owned());
        self.with_session(reply, &tokens)
    }

    /// Checks that the ID token answers this sign-in and that both tokens are of one user.
    async fn prove(&self, tokens: &Tokens, nonce: &str, now: Time) -> Result<(), ApiError> {
        let not_ours = || failed("code", "one for tokens of this sign-in");
        let id = tokens.id.as_deref().ok_or_else(not_ours)?;
        let refusal = |error: ApiError| match error.status().is_server_error() {
            true => error,
            false => not_ours(),
        };
        let by_id = self.authenticator.prove_id(id, nonce, now).await;
        let by_access = self.authenticator.prove(&tokens.access, now).await;
        match by_id.map_err(refusal)?.user_id == by_access.map_err(refusal)?.user_id {
            true => Ok(()),
            false => Err(not_ours()),
        }
    }

    /// Renews the session by the refresh token, and that itself where the pool rotates it.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: 401 without a refresh token, 503 while the pool does not answer.
    pub async fn refresh(&self, request: &Request, now: Time) -> Result<Reply, ApiError> {
        let token = cookie(request, cookies::REFRESH).ok_or(ApiError::TokenMissing)?;
        let tokens = match self.pool.refresh(token).await {
            Ok(tokens) => tokens,
            Err(error) => match unless_refused(error, ApiError::TokenInvalid) {
                ApiError::TokenInvalid => {
                    return Ok(self.without_session(Reply::refusal(&ApiError::TokenInvalid, now)));
                }
                error => return Err(error),
            },
        };
        let renewed = SessionRenewed {
            expires_in: tokens.seconds,
        };
        self.with_session(Reply::ok(&renewed)?, &tokens)
    }

    /// Ends the session: the refresh token is revoked and the cookies are taken back. A
    /// program is told where the hosted UI signs out; a browser is led there.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: 503 while the pool does not answer; the session is not ended then.
    pub async fn end(&self, request: &Request) -> Result<Reply, ApiError> {
        if let Some(token) = cookie(request, cookies::REFRESH) {
            let revoked = self.pool.revoke(token).await;
            revoked.map_err(|error| unless_refused(error, ApiError::TokenInvalid))?;
        }
        let logout_url = self.pool.logout().to_string();
        let reply = match accepts_json(request) {
            true => Reply::ok(&SignedOut { logout_url })?,
            false => Reply::found(logout_url),
        };
        Ok(self.without_session(reply))
    }

    fn with_session(&self, reply: Reply, tokens: &Tokens) -> Result<Reply, ApiError> {
        let refresh = tokens.refresh.as_deref();
        let is_too_long = tokens.access.len() > cookies::MAX_ACCESS_TOKEN
            || refresh.is_some_and(|token| token.len() > cookies::MAX_REFRESH_TOKEN);
        if is_too_long {
            let cause = "a token of the pool is longer than a cookie may be";
            return Err(ApiError::Internal(cause.into()));
        }
        let reply = reply.with_cookie(cookies::session(&tokens.access, tokens.seconds));
        Ok(match refresh {
            Some(token) => reply.with_cookie(cookies::refresh(token, self.pool.routes())),
            None => reply,
        })
    }

    fn without_session(&self, reply: Reply) -> Reply {
        reply
            .with_cookie(cookies::no_session())
            .with_cookie(cookies::no_refresh(self.pool.routes()))
    }
}

fn failed(field: &'static str, constraint: &'static str) -> ApiError {
    ApiError::SignInFailed { field, constraint }
}

/// What the client is told of a failure of the pool's: `refusal`, if the pool refused.
fn unless_refused(error: PoolError, refusal: ApiError) -> ApiError {
    match error {
        PoolError::Refused(reason) => {
            tracing::info!(reason, "the pool refused");
            refusal
        }
        PoolError::Unavailable(_) => ApiError::Unavailable(Box::new(error)),
        PoolError::Misconfigured(_) => ApiError::Internal(Box::new(error)),
    }
}

/// The value of the one cookie of that name.
fn cookie<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let mut values = edge::http::cookies::read(request.headers(), name);
    let value = values.next().filter(|value| !value.is_empty())?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests;

//! The user pool's hosted UI and token endpoint (R2, R3, R78).

use std::time::Duration;

use config::aws::FetchError;
use oauth2::basic::{
    BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse,
    BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AuthUrl, AuthorizationCode, Client, ClientId, EndpointNotSet, EndpointSet, ExtraTokenFields,
    HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken,
    RequestTokenError, Scope, StandardRevocableToken, StandardTokenResponse, TokenResponse,
    TokenUrl,
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::pending::Pending;

/// How long the pool may take for an answer.
const LIMIT: Duration = Duration::from_secs(5);
/// Three tokens and their frame.
const MAX_BYTES: usize = 32 * 1024;
const SCOPES: [&str; 2] = ["openid", "email"];

/// The ID token beside the tokens of OAuth. Never shown, not even for debugging.
#[derive(Serialize, Deserialize)]
pub(super) struct IdToken {
    id_token: Option<String>,
}

impl std::fmt::Debug for IdToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("IdToken")
    }
}

impl ExtraTokenFields for IdToken {}

type Answer = StandardTokenResponse<IdToken, BasicTokenType>;
type PoolClient = Client<
    BasicErrorResponse,
    Answer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// What the pool gives for a code or a refresh token.
pub(super) struct Tokens {
    pub(super) access: String,
    /// Seconds that the access token is good for.
    pub(super) seconds: i64,
    pub(super) id: Option<String>,
    /// None when the old one stays good.
    pub(super) refresh: Option<String>,
}

/// Why the pool gives nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum PoolError {
    /// The code or token is used, expired, revoked or not for this client.
    #[error("the pool refuses: {0}")]
    Refused(String),
    /// No answer, or none that could be read.
    #[error("the pool did not answer: {0}")]
    Unavailable(String),
    /// The pool says that our request is wrong.
    #[error("the pool knows no such client or request: {0}")]
    Misconfigured(String),
}

/// The hosted UI of one pool, for one client.
#[derive(Debug)]
pub(super) struct HostedUi {
    client: PoolClient,
    revocation: Url,
    logout: Url,
    /// The path that the sign-in's routes share, as browsers see it.
    routes: String,
}

impl HostedUi {
    /// As the settings say.
    ///
    /// # Errors
    ///
    /// An address is none.
    pub(super) fn new(settings: &config::HostedUi) -> Result<Self, url::ParseError> {
        let place = |path: &str| Url::parse(&settings.url)?.join(path);
        let callback = RedirectUrl::new(settings.callback_url.clone())?;
        let routes = callback.url().path();
        let routes = routes.rsplit_once('/').map_or("/", |(routes, _)| routes);
        let routes = routes.to_owned();

        let mut logout = place("/logout")?;
        Url::parse(&settings.logout_url)?;
        logout
            .query_pairs_mut()
            .append_pair("client_id", &settings.client_id)
            .append_pair("logout_uri", &settings.logout_url);
        let client = Client::new(ClientId::new(settings.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(place("/oauth2/authorize")?))
            .set_token_uri(TokenUrl::from_url(place("/oauth2/token")?))
            .set_redirect_uri(callback);
        Ok(Self {
            client,
            revocation: place("/oauth2/revoke")?,
            logout,
            routes,
        })
    }

    /// The path that the sign-in's routes share.
    pub(super) fn routes(&self) -> &str {
        &self.routes
    }

    /// Where a browser signs in.
    pub(super) fn address(&self, pending: &Pending, challenge: PkceCodeChallenge) -> Url {
        let (address, _) = self
            .client
            .authorize_url(|| pending.state())
            .add_scopes(SCOPES.map(|scope| Scope::new(scope.to_owned())))
            .add_extra_param("nonce", &pending.nonce)
            .set_pkce_challenge(challenge)
            .url();
        address
    }

    /// Where a browser signs out of the pool itself.
    pub(super) fn logout(&self) -> &Url {
        &self.logout
    }

    /// The tokens for a code, which the pool takes once.
    ///
    /// # Errors
    ///
    /// [`PoolError`].
    pub(super) async fn exchange(
        &self,
        code: String,
        verifier: PkceCodeVerifier,
    ) -> Result<Tokens, PoolError> {
        let request = self
            .client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(verifier);
        let answer = request.request_async(&send).await;
        Ok(tokens(&answer.map_err(refused)?))
    }

    /// New tokens for a refresh token.
    ///
    /// # Errors
    ///
    /// [`PoolError`].
    pub(super) async fn refresh(&self, token: &str) -> Result<Tokens, PoolError> {
        let token = RefreshToken::new(token.to_owned());
        let request = self.client.exchange_refresh_token(&token);
        let answer = request.request_async(&send).await;
        Ok(tokens(&answer.map_err(refused)?))
    }

    /// Makes a refresh token useless, and all that was made of it. By hand, because the
    /// library revokes over TLS only, which the local cloud does not speak.
    ///
    /// # Errors
    ///
    /// [`PoolError`]; that the token was useless before is none.
    pub(super) async fn revoke(&self, token: &str) -> Result<(), PoolError> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("client_id", self.client.client_id())
            .finish();
        let mut request = HttpRequest::new(form.into_bytes());
        *request.method_mut() = oauth2::http::Method::POST;
        *request.uri_mut() = self
            .revocation
            .as_str()
            .parse()
            .map_err(|_| PoolError::Misconfigured("its address".to_owned()))?;
        request.headers_mut().insert(
            oauth2::http::header::CONTENT_TYPE,
            oauth2::http::HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        let answer = send(request).await;
        let answer = answer.map_err(|error| PoolError::Unavailable(error.to_string()))?;
        match answer.status().as_u16() {
            200..300 => Ok(()),
            400 => revocation_refused(answer.body()),
            status => Err(PoolError::Unavailable(format!("status {status}"))),
        }
    }
}

/// A text that is no refresh token needs no revoking; a client that may not revoke does.
fn revocation_refused(body: &[u8]) -> Result<(), PoolError> {
    let answer: Option<BasicErrorResponse> = serde_json::from_slice(body).ok();
    match answer.map(|answer| answer.error().clone()) {
        Some(
            reason @ (BasicErrorResponseType::InvalidClient
            | BasicErrorResponseType::UnauthorizedClient),
        ) => Err(PoolError::Misconfigured(reason.to_string())),
        _ => Ok(()),
    }
}

fn tokens(answer: &Answer) -> Tokens {
    let seconds = answer.expires_in().map_or(0, |life| life.as_secs());
    Tokens {
        access: answer.access_token().secret().clone(),
        seconds: i64::try_from(seconds).unwrap_or_default(),
        id: answer.extra_fields().id_token.clone(),
        refresh: answer.refresh_token().map(|token| token.secret().clone()),
    }
}

async fn send(request: HttpRequest) -> Result<HttpResponse, FetchError> {
    config::aws::send(request, LIMIT, MAX_BYTES).await
}

/// What is kept of a failure: never the answer, which may hold tokens.
fn refused(error: RequestTokenError<FetchError, BasicErrorResponse>) -> PoolError {
    match error {
        RequestTokenError::ServerResponse(answer) => {
            let reason = answer.error().to_string();
            match answer.error() {
                BasicErrorResponseType::InvalidGrant => PoolError::Refused(reason),
                _ => PoolError::Misconfigured(reason),
            }
        }
        RequestTokenError::Request(error) => PoolError::Unavailable(error.to_string()),
        RequestTokenError::Parse(..) => PoolError::Unavailable("it is not JSON".to_owned()),
        RequestTokenError::Other(_) => PoolError::Unavailable("it is no token answer".to_owned()),
    }
}

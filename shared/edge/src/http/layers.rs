//! The layers around a handler, in the order a request meets them (R73):
//! log, authenticate, limit the rate, handle. CORS is the gateway's (D19); the
//! quota is a matter of the one handler that uses it up (D8).
//!
//! The innermost service never fails: an error becomes its response inside the
//! stack, so that even a 500 has its JSON.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use config::metrics::Metrics;
use config::{Bootstrap, RequestPath};
use futures_util::{FutureExt, join};
use lambda_http::{Body, Error, Request, Response};
use store::UsageTable;
use tower::util::BoxCloneSyncService;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};

use super::anonymous::limit_anonymous;
use super::authenticate::{self, Authenticator};
use super::caller::{Admin, Caller};
use super::cross_site::CrossSite;
use super::error::ApiError;
use super::reply::Reply;
use super::serve::{Serving, serve};

mod log;
mod rate_limit;

pub(super) use log::{log, refuse};
use rate_limit::limit_rate;
pub(super) use rate_limit::limited;

pub(super) type Route = BoxCloneSyncService<Request, Response<Body>, Infallible>;

/// Who may call a protected route, and how often.
#[derive(Debug)]
pub struct Authentication {
    /// Knows whose tokens to accept.
    pub authenticator: Authenticator,
    /// Refuses cookies that another site's page made the browser send.
    pub cross_site: CrossSite,
    /// Counts requests.
    pub usage: UsageTable,
    /// Requests a user may make in a minute (R83).
    pub rate_limit: u32,
    /// Anonymous requests that may come from an address in a minute.
    pub anonymous_rate_limit: u32,
    /// What the site's distribution sends.
    pub origin_secret: Option<String>,
    /// Where the tables are.
    pub database_url: String,
    /// See [`Authentication::for_reading`].
    pub is_for_reading: bool,
}

impl Authentication {
    /// As the environment says; see [`RequestPath`].
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let settings = bootstrap.environment().request_path();
        let cross_site = CrossSite::connect(bootstrap);
        Self::new(&settings, cross_site, UsageTable::connect(bootstrap))
    }

    /// From its parts.
    pub fn new(settings: &RequestPath, cross_site: CrossSite, usage: UsageTable) -> Self {
        Self {
            authenticator: Authenticator::new(&settings.sign_in),
            cross_site,
            usage,
            rate_limit: settings.rate_limit,
            anonymous_rate_limit: settings.anonymous_rate_limit,
            origin_secret: settings.origin_secret.clone(),
            database_url: settings.database_url.clone(),
            is_for_reading: false,
        }
    }

    /// For a route that only reads: its handler works while a signed-in caller's request is
    /// being counted, so that only one of the two is waited for. Of a request that is
    /// refused a read was wasted, and nothing of it is told.
    #[must_use]
    pub fn for_reading(self) -> Self {
        Self {
            is_for_reading: true,
            ..self
        }
    }

    /// Does what the first request would have to wait for while the function is being
    /// initialized, which Lambda does at full speed: the keys are fetched and the connection
    /// to the tables is opened. What fails here the first request finds out.
    async fn warm_up(&self) {
        join!(
            self.authenticator.warm_up(config::clock::now()),
            config::aws::open(&self.database_url)
        );
    }
}

/// Serves a public route.
///
/// # Errors
///
/// The runtime stopped.
pub async fn public<Handler, Answer>(endpoint: &'static str, handler: Handler) -> Result<(), Error>
where
    Handler: Fn(Request) -> Answer + Clone + Send + Sync + 'static,
    Answer: Future<Output = Result<Reply, ApiError>> + Send + 'static,
{
    let metrics = Metrics::start();
    let route = public_route(endpoint, metrics, innermost(handler));
    serve(endpoint, metrics, route).await
}

/// Serves a route for signed-in callers, each within the rate limit.
///
/// # Errors
///
/// The runtime stopped.
pub async fn protected<Handler, Answer>(
    endpoint: &'static str,
    authentication: Authentication,
    handler: Handler,
) -> Result<(), Error>
where
    Handler: Fn(Caller, Request) -> Answer + Clone + Send + Sync + 'static,
    Answer: Future<Output = Result<Reply, ApiError>> + Send + 'static,
{
    serve_protected(endpoint, authentication, with_caller(handler)).await
}

/// Serves a route for administrators (D31), each within the rate limit.
///
/// # Errors
///
/// The runtime stopped.
pub async fn administrative<Handler, Answer>(
    endpoint: &'static str,
    authentication: Authentication,
    handler: Handler,
) -> Result<(), Error>
where
    Handler: Fn(Admin, Request) -> Answer + Clone + Send + Sync + 'static,
    Answer: Future<Output = Result<Reply, ApiError>> + Send + 'static,
{
    serve_protected(endpoint, authentication, with_admin(handler)).await
}

/// Serves a handler behind authentication and the rate limit.
pub(super) fn serve_protected(
    endpoint: &'static str,
    authentication: Authentication,
    handler: Route,
) -> Serving {
    Box::pin(async move {
        let metrics = Metrics::start();
        authentication.warm_up().await;
        let route = protected_route(endpoint, metrics, authentication, handler);
        serve(endpoint, metrics, route).await
    })
}

/// Serves a public route that acts by a cookie: pages of other sites are refused.
///
/// # Errors
///
/// The runtime stopped.
pub async fn same_site<Handler, Answer>(
    endpoint: &'static str,
    cross_site: CrossSite,
    handler: Handler,
) -> Result<(), Error>
where
    Handler: Fn(Request) -> Answer + Clone + Send + Sync + 'static,
    Answer: Future<Output = Result<Reply, ApiError>> + Send + 'static,
{
    let metrics = Metrics::start();
    let handler = cross_site.guard(innermost(handler));
    serve(endpoint, metrics, public_route(endpoint, metrics, handler)).await
}

/// Serves a public route that knows who is signed in. With neither an `Authorization`
/// header nor a session cookie a request is anonymous and within the limit of its
/// address; with one of them its caller must be signed in, and within the rate limit.
///
/// # Errors
///
/// The runtime stopped.
pub async fn optional<Handler, Answer>(
    endpoint: &'static str,
    authentication: Authentication,
    handler: Handler,
) -> Result<(), Error>
where
    Handler: Fn(Option<Caller>, Request) -> Answer + Clone + Send + Sync + 'static,
    Answer: Future<Output = Result<Reply, ApiError>> + Send + 'static,
{
    serve_optional(endpoint, authentication, with_viewer(handler)).await
}

/// Serves a handler for whoever comes, whom authentication and the limits let in.
fn serve_optional(
    endpoint: &'static str,
    authentication: Authentication,
    handler: Route,
) -> Serving {
    Box::pin(async move {
        let metrics = Metrics::start();
        authentication.warm_up().await;
        let route = optional_route(endpoint, metrics, authentication, handler);
        serve(endpoint, metrics, route).await
    })
}

/// The handler behind authentication, with whom that proved.
pub(super) fn with_caller<Handler, Answer>(handler: Handler) -> Route
where
    Handler: Fn(Caller, Request) -> Answer + Clone + Send + Sync + 'static,
    Answer: Future<Output = Result<Reply, ApiError>> + Send + 'static,
{
    with_viewer(move |viewer, request| {
        let handler = handler.clone();
        async move {
            let caller = viewer.ok_or(ApiError::TokenMissing)?;
            handler(caller, request).await
        }
    })
}

/// The handler behind authentication, for administrators alone (D31).
pub(super) fn with_admin<Handler, Answer>(handler: Handler) -> Route
where
    Handler: Fn(Admin, Request) -> Answer + Clone + Send + Sync + 'static,
    Answer: Future<Output = Result<Reply, ApiError>> + Send + 'static,
{
    with_caller(move |caller, request| {
        let handler = handler.clone();
        async move { handler(Admin::new(caller)?, request).await }
    })
}

/// The handler, with the signed-in caller, if there is one.
fn with_viewer<Handler, Answer>(handler: Handler) -> Route
where
    Handler: Fn(Option<Caller>, Request) -> Answer + Clone + Send + Sync + 'static,
    Answer: Future<Output = Result<Reply, ApiError>> + Send + 'static,
{
    innermost(move |mut request: Request| {
        let viewer = request.extensions_mut().remove::<Caller>();
        handler(viewer, request)
    })
}

fn public_route(endpoint: &'static str, metrics: Metrics, handler: Route) -> Route {
    ServiceBuilder::new()
        .layer(log(endpoint, metrics))
        .service(handler)
}

fn protected_route(
    endpoint: &'static str,
    metrics: Metrics,
    authentication: Authentication,
    handler: Route,
) -> Route {
    let authentication = Arc::new(authentication);
    ServiceBuilder::new()
        .layer(log(endpoint, metrics))
        .layer(authenticate(authentication.clone()))
        .layer(limit_rate(authentication))
        .service(handler)
}

fn optional_route(
    endpoint: &'static str,
    metrics: Metrics,
    authentication: Authentication,
    handler: Route,
) -> Route {
    let authentication = Arc::new(authentication);
    let anonymous = limit_anonymous(authentication.clone()).layer(handler.clone());
    ServiceBuilder::new()
        .layer(log(endpoint, metrics))
        .layer(let_in_anonymous(anonymous))
        .layer(authenticate(authentication.clone()))
        .layer(limit_rate(authentication))
        .service(handler)
}

/// Leads anonymous requests past the authentication.
fn let_in_anonymous(handler: Route) -> impl Layer<Route, Service = Route> + Clone {
    around(move |request: Request, gated| {
        let is_anonymous = authenticate::is_anonymous(request.headers());
        call(if is_anonymous { handler.clone() } else { gated }, request)
    })
}

/// The handler, its errors and panics turned into responses.
pub(super) fn innermost<Handler, Answer>(handler: Handler) -> Route
where
    Handler: Fn(Request) -> Answer + Clone + Send + Sync + 'static,
    Answer: Future<Output = Result<Reply, ApiError>> + Send + 'static,
{
    Route::new(service_fn(move |request| {
        let handler = handler.clone();
        async move {
            // The call itself is inside too: a handler may panic before its first await.
            let result = AssertUnwindSafe(async { handler(request).await })
                .catch_unwind()
                .await
                .unwrap_or_else(|_| Err(ApiError::Internal("the handler panicked".into())));
            Ok(result.map_or_else(refuse, Reply::into_response))
        }
    }))
}

/// A layer from a function that gets the request and what comes behind it.
pub(super) fn around<Middle, Answer>(middle: Middle) -> impl Layer<Route, Service = Route> + Clone
where
    Middle: Fn(Request, Route) -> Answer + Clone + Send + Sync + 'static,
    Answer: Future<Output = Response<Body>> + Send + 'static,
{
    tower::layer::layer_fn(move |inner: Route| {
        let middle = middle.clone();
        Route::new(service_fn(move |request| {
            let answer = middle(request, inner.clone());
            async move { Ok(answer.await) }
        }))
    })
}

pub(super) async fn call(route: Route, request: Request) -> Response<Body> {
    match route.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Proves the caller (R75), whom the handler gets as its first argument.
fn authenticate(authentication: Arc<Authentication>) -> impl Layer<Route, Service = Route> + Clone {
    around(move |mut request: Request, inner| {
        let authentication = authentication.clone();
        async move {
            let caller = authentication
                .authenticator
                .authenticate(request.headers(), config::clock::now())
                .await;
            let caller = match caller {
                Ok(caller) => caller,
                Err(error) => return refuse(error),
            };
            request.extensions_mut().insert(caller.clone());
            let inner = match authenticate::is_by_cookie(request.headers()) {
                true => authentication.cross_site.guard(inner),
                false => inner,
            };
            let mut response = call(inner, request).await;
            response.extensions_mut().insert(caller);
            response
        }
    })
}

#[cfg(test)]
mod tests;

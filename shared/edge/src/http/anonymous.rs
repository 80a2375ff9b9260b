//! The limit for anonymous requests, by the address they come from
//! (faults S8). The same sliding window as a user's.

use std::sync::Arc;

use domain::window;
use lambda_http::{Body, Request, Response};
use tower::Layer;

use super::layers::{Authentication, Route, around, call, limited};
use super::request::client_ip;

/// Proves that a request came through the site's distribution.
const ORIGIN_SECRET: &str = "x-origin-secret";
/// The viewer's address, as the site's distribution saw it.
const VIEWER_ADDRESS: &str = "x-viewer-address";

/// Counts a request against its address; one round trip, as for a user.
pub(super) fn limit_anonymous(
    authentication: Arc<Authentication>,
) -> impl Layer<Route, Service = Route> + Clone {
    around(move |request: Request, inner| {
        let authentication = authentication.clone();
        async move { counted(&authentication, request, inner).await }
    })
}

async fn counted(
    authentication: &Authentication,
    request: Request,
    inner: Route,
) -> Response<Body> {
    let secret = authentication.origin_secret.as_deref();
    let who = window::address_key(&viewer_address(&request, secret));
    let limit = authentication.anonymous_rate_limit;
    let usage = &authentication.usage;
    let verdict = usage.count_request(&who, config::clock::now(), limit).await;
    limited(verdict, call(inner, request)).await
}

/// The client's address: the gateway's peer, or the viewer that the distribution names.
fn viewer_address(request: &Request, secret: Option<&str>) -> String {
    let header = |name| request.headers().get(name)?.to_str().ok();
    let is_ours = secret.is_some() && header(ORIGIN_SECRET) == secret;
    let viewer = header(VIEWER_ADDRESS).filter(|_| is_ours);
    viewer.map_or_else(|| client_ip(request), str::to_owned)
}

//! The limit for requests of nobody in particular, by the address they come from
//! (faults S8). The same sliding window as a user's.

use std::sync::Arc;

use domain::window;
use lambda_http::{Body, Request, Response};
use tower::Layer;

use super::error::ApiError;
use super::layers::{Authentication, Route, around, call, rated, refuse};
use super::request::client_ip;

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
    let who = window::address_key(&client_ip(&request));
    let limit = authentication.anonymous_rate_limit;
    let usage = &authentication.usage;
    let verdict = usage.count_request(&who, config::clock::now(), limit).await;
    match verdict {
        Ok(verdict) if verdict.allowed => rated(call(inner, request).await, &verdict),
        Ok(verdict) => rated(refuse(ApiError::RateLimited(verdict)), &verdict),
        Err(error) => refuse(error.into()),
    }
}

//! Requests are counted against their caller's minute.

use std::sync::Arc;

use domain::window::Verdict;
use futures_util::join;
use lambda_http::{Body, Request, Response};
use store::StoreError;
use tower::Layer;

use super::refuse;
use super::{Authentication, Route, around, call};
use crate::http::caller::Caller;
use crate::http::error::ApiError;
use crate::http::reply::set_header;

/// Counts the request against its caller's minute; one round trip (D10, D11).
pub(super) fn limit_rate(
    authentication: Arc<Authentication>,
) -> impl Layer<Route, Service = Route> + Clone {
    around(move |request: Request, inner| {
        let authentication = authentication.clone();
        async move {
            let Some(caller) = request.extensions().get::<Caller>() else {
                return refuse(ApiError::TokenMissing);
            };
            let user = caller.user_id.clone();
            let limit = authentication.rate_limit;
            let counted = authentication
                .usage
                .count_request(&user, config::clock::now(), limit);
            if authentication.is_for_reading {
                let (verdict, response) = join!(counted, call(inner, request));
                return limited(verdict, async { response }).await;
            }
            limited(counted.await, call(inner, request)).await
        }
    })
}

/// The answer of one that is within the limit, and what the caller has left.
pub(in crate::http) async fn limited(
    verdict: Result<Verdict, StoreError>,
    answer: impl Future<Output = Response<Body>>,
) -> Response<Body> {
    match verdict {
        Ok(verdict) if verdict.allowed => rated(answer.await, &verdict),
        Ok(verdict) => rated(refuse(ApiError::RateLimited(verdict)), &verdict),
        Err(error) => refuse(error.into()),
    }
}

/// The answer with what its caller has left (D11).
fn rated(mut response: Response<Body>, verdict: &Verdict) -> Response<Body> {
    let figures = [
        ("ratelimit-limit", u64::from(verdict.limit)),
        ("ratelimit-remaining", u64::from(verdict.remaining)),
        ("ratelimit-reset", verdict.reset_seconds),
    ];
    for (name, figure) in figures {
        set_header(&mut response, name, &figure.to_string());
    }
    response
}

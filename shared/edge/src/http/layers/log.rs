//! What is told of every request: a line, and metrics (R141, R142, R144).

use std::time::Instant;

use config::metrics::Metrics;
use contract::ErrorCode;
use domain::fields::shortened;
use lambda_http::http::Method;
use lambda_http::{Body, Response};
use tower::Layer;

use super::{Route, around, call};
use crate::http::caller::Caller;
use crate::http::error::ApiError;
use crate::http::request::client_ip;

fn class(status: u16) -> &'static str {
    match status {
        500.. => "5xx",
        400.. => "4xx",
        300.. => "3xx",
        _ => "2xx",
    }
}

/// One line and the metrics of every request (R141, R142, R144).
pub(in crate::http) fn log(
    endpoint: &'static str,
    metrics: Metrics,
) -> impl Layer<Route, Service = Route> + Clone {
    around(move |request, inner| async move {
        let started = Instant::now();
        let method = shortened(request.method().as_str()).to_owned();
        let path = shortened(request.uri().path()).to_owned();
        let ip = client_ip(&request);

        let is_head = request.method() == Method::HEAD;

        let mut response = call(inner, request).await;

        // As the answer to a GET, without its body.
        if is_head {
            *response.body_mut() = Body::Empty;
        }
        let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
        let status = response.status().as_u16();
        let user = response
            .extensions_mut()
            .remove::<Caller>()
            .map(|caller| caller.user_id);
        tracing::info!(
            endpoint,
            status,
            milliseconds,
            method,
            path,
            ip,
            user = user.as_deref().unwrap_or_default(),
            coldStart = metrics.cold_start(),
            "request"
        );
        // Each endpoint would be a metric of its own, and each metric is paid for: the line
        // above has them.
        metrics::counter!("RequestCount", "StatusClass" => class(status)).increment(1);
        metrics::histogram!("RequestDuration").record(milliseconds);
        metrics.flush();
        response
    })
}

/// Writes the failure's cause to the log, once, and answers without it.
pub(in crate::http) fn refuse(error: ApiError) -> Response<Body> {
    if error.status().is_server_error() {
        tracing::error!(
            code = error.code().as_str(),
            cause = crate::step::chain(&error),
            "request failed"
        );
    }
    if is_operators_matter(error.code()) {
        metrics::counter!("ErrorCount", "ErrorType" => error.code().as_str()).increment(1);
    }
    error.into_response(config::clock::now())
}

/// What a client does wrong is counted by the class of the status alone.
fn is_operators_matter(code: ErrorCode) -> bool {
    code.status() >= 500 || code == ErrorCode::SpendingLimit
}

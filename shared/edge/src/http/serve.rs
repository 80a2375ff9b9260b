//! One event in, one answer out.
//!
//! `lambda_http` makes a request of an event before any layer sees it, and fails
//! or panics on a header, a host or an address that no request can hold: the
//! client would read the gateway's 502. Such an event is answered here with 400.

use std::convert::Infallible;
use std::pin::Pin;

use config::metrics::Metrics;
use lambda_http::http::uri::Authority;
use lambda_http::http::{HeaderName, HeaderValue, Method, Uri};
use lambda_http::lambda_runtime::{self, service_fn};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Error, LambdaEvent};
use serde_json::{Map, Value, json};
use tower::{Layer, ServiceExt};

use super::error::ApiError;
use super::layers::{Route, innermost, log};

/// A function at work, until its runtime ends.
pub(super) type Serving = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

/// Serves a route until the runtime ends.
///
/// Boxed, so that the runtime is compiled here, once, and not again into every function.
///
/// # Errors
///
/// The runtime's own.
pub(super) fn serve(endpoint: &'static str, metrics: Metrics, route: Route) -> Serving {
    let refusal = refusal(endpoint, metrics);
    Box::pin(lambda_runtime::run(service_fn(move |event| {
        answer(event, route.clone(), refusal.clone())
    })))
}

/// Answers every event with 400, and logs it like any other request.
fn refusal(endpoint: &'static str, metrics: Metrics) -> Route {
    log(endpoint, metrics).layer(innermost(|_| async {
        Err(ApiError::InvalidRequest {
            constraint: "headers and an address without control characters",
        })
    }))
}

async fn answer(event: LambdaEvent<Value>, route: Route, refusal: Route) -> Result<Value, Error> {
    let LambdaEvent { payload, context } = event;
    let (payload, route) = match is_possible(&payload) {
        true => (payload, route),
        false => (without_the_clients(payload), refusal),
    };
    let payload: LambdaRequest = serde_json::from_value(payload)?;
    let event = LambdaEvent { payload, context };
    let answered: Result<_, Infallible> = Adapter::from(route).oneshot(event).await;
    match answered {
        Ok(response) => Ok(serde_json::to_value(response)?),
        Err(never) => match never {},
    }
}

/// Whether a request can be made of what the client sent.
fn is_possible(event: &Value) -> bool {
    let method = text(&event["requestContext"]["http"]["method"]);
    let is_method = Method::from_bytes(method.as_bytes()).is_ok();
    let none = Map::new();
    let headers = event["headers"].as_object().unwrap_or(&none);
    let is_header = |(name, value): (&String, &Value)| {
        HeaderName::from_bytes(name.as_bytes()).is_ok()
            && value
                .as_str()
                .is_some_and(|value| HeaderValue::from_str(value).is_ok())
    };
    let named = |wanted: &str| {
        let found = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| text(value))
    };
    let scheme = named("x-forwarded-proto").unwrap_or("https");
    let domain = || text(&event["requestContext"]["domainName"]);
    let host = named("host").unwrap_or_else(domain);
    is_method
        && headers.iter().all(is_header)
        && ["http", "https"].contains(&scheme)
        && is_host(host)
        && is_address(
            host,
            text(&event["rawPath"]),
            text(&event["rawQueryString"]),
        )
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A name or an address with or without a port, and nothing before it.
fn is_host(host: &str) -> bool {
    host.parse::<Authority>().is_ok() && !host.contains('@')
}

fn is_address(host: &str, path: &str, query: &str) -> bool {
    let Ok(mut address) = url::Url::parse(&format!("https://{host}{path}")) else {
        return false;
    };
    address.set_query(None);
    let address = match query {
        "" => address.to_string(),
        query => format!("{address}?{query}"),
    };
    path.starts_with('/') && address.parse::<Uri>().is_ok()
}

/// The event with what the gateway says and nothing of what the client sent.
fn without_the_clients(mut event: Value) -> Value {
    if let Some(fields) = event.as_object_mut() {
        fields.retain(|name, _| ["version", "routeKey", "requestContext"].contains(&name.as_str()));
        fields.insert("headers".to_owned(), json!({ "host": "localhost" }));
        fields.insert("rawPath".to_owned(), json!("/"));
        fields.insert("isBase64Encoded".to_owned(), json!(false));
    }
    if let Some(method) = event.pointer_mut("/requestContext/http/method") {
        *method = json!("GET");
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::reply::Reply;
    use proptest::prelude::*;

    fn event() -> Value {
        serde_json::from_str(include_str!("../../../../events/health.json")).unwrap()
    }

    async fn answered(payload: Value) -> Value {
        let route = innermost(|_| async { Reply::ok(&json!({})) });
        let event = LambdaEvent::new(payload, lambda_runtime::Context::default());
        let refusal = refusal("test", Metrics::start());
        answer(event, route, refusal).await.unwrap()
    }

    async fn status(payload: Value) -> Value {
        answered(payload).await["statusCode"].clone()
    }

    #[tokio::test]
    async fn a_request_that_cannot_be_is_400_in_the_contracts_body() {
        assert_eq!(status(event()).await, 200);
        for (name, value) in [
            ("x-note", "a\u{1}b"),
            ("x-note", "a\nb"),
            ("host", "[::1"),
            ("host", "a b"),
            ("host", "evil@host"),
            ("Host", ""),
            ("x-forwarded-proto", "ht tp"),
            ("bad name", "a"),
        ] {
            let mut odd = event();
            let headers = odd["headers"].as_object_mut().unwrap();
            headers.retain(|header, _| !header.eq_ignore_ascii_case(name));
            headers.insert(name.to_owned(), json!(value));
            let answer = answered(odd).await;
            assert_eq!(answer["statusCode"], 400, "{name}: {value:?}");
            assert_eq!(answer["headers"]["x-content-type-options"], "nosniff");
            let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
            assert_eq!(body["code"], "INVALID_REQUEST");
        }
        let mut odd = event();
        odd["requestContext"]["http"]["method"] = json!("G T");
        assert_eq!(status(odd).await, 400);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn no_text_of_a_client_makes_an_event_fail(
            host in "\\PC{0,12}|[\\[\\]:@%/a-z0-9]{0,12}",
            value in any::<String>(),
            path in "/[\\PC\\x00-\\x20]{0,12}",
            query in any::<String>(),
        ) {
            let mut odd = event();
            odd["headers"]["host"] = json!(host);
            odd["headers"]["x-note"] = json!(value);
            odd["rawPath"] = json!(path);
            odd["rawQueryString"] = json!(query);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let status = runtime.block_on(status(odd));
            prop_assert!(status == 200 || status == 400, "{status}");
        }
    }
}

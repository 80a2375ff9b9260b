//! Requests and answers of handlers, for the tests of functions.
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a test that cannot be made is to fail"
)]

use std::collections::HashMap;

use domain::time::Time;
use lambda_http::http::header::CONTENT_TYPE;
use lambda_http::{Body, Request, RequestExt, Response, http};
use serde_json::Value;

use super::caller::{Admin, Caller};
use super::error::ApiError;
use super::reply::Reply;

/// A caller of that name, in no group.
pub fn user(user_id: &str) -> Caller {
    Caller {
        user_id: user_id.to_owned(),
        email: None,
        groups: Vec::new(),
    }
}

/// A caller who may administer.
pub fn admin() -> Admin {
    let groups = vec!["admin".to_owned()];
    Admin::new(Caller {
        groups,
        ..user("admin")
    })
    .unwrap()
}

/// A request as it reaches a handler; `path` with its query, `body` null for none.
pub fn request(method: &str, path: &str, body: &Value) -> Request {
    let text = match body {
        Value::Null => Body::Empty,
        body => Body::Text(body.to_string()),
    };
    let request = http::Request::builder()
        .method(method)
        .uri(format!("https://host{path}"))
        .header(CONTENT_TYPE, "application/json")
        .body(text)
        .unwrap();
    let query = request.uri().query().unwrap_or_default().split('&');
    let parameters: HashMap<String, String> = query
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let raw_path = request.uri().path().to_owned();
    request
        .with_query_string_parameters(parameters)
        .with_raw_http_path(raw_path)
}

/// The status that a client sees, and the JSON of the body, null for none.
pub fn answer(result: Result<Reply, ApiError>) -> (u16, Value) {
    let response = response(result);
    let body: &[u8] = response.body();
    let body = serde_json::from_slice(body).unwrap_or(Value::Null);
    (response.status().as_u16(), body)
}

/// The response that a client sees.
pub fn response(result: Result<Reply, ApiError>) -> Response<Body> {
    match result {
        Ok(reply) => reply.into_response(),
        Err(error) => error.into_response(Time::from_millisecond(0)),
    }
}

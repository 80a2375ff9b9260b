//! Requests as the gateway's payload format 2.0 brings them.

use lambda_http::Request;
use serde_json::Value;

const ME: &str = include_str!("../../../events/me.json");

/// The sample `GET /api/v1/me` with these `Authorization` headers; the gateway
/// joins headers of one name by commas.
pub fn me(authorization: &[&str]) -> Request {
    let mut event: Value = serde_json::from_str(ME).expect("a sample in JSON");
    let headers = event["headers"]
        .as_object_mut()
        .expect("a sample with headers");
    headers.remove("authorization");
    if !authorization.is_empty() {
        headers.insert("authorization".to_owned(), authorization.join(",").into());
    }
    lambda_http::request::from_str(&event.to_string()).expect("an event of the gateway")
}

/// A `GET` of a path with its query.
pub fn get(target: &str) -> Request {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut event: Value = serde_json::from_str(ME).expect("a sample in JSON");
    event["rawPath"] = path.into();
    event["rawQueryString"] = query.into();
    let fields = query.split('&').filter_map(|pair| pair.split_once('='));
    let fields = fields.map(|(name, value)| (name.to_owned(), Value::from(value)));
    event["queryStringParameters"] = Value::Object(fields.collect());
    lambda_http::request::from_str(&event.to_string()).expect("an event of the gateway")
}

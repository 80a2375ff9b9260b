//! What a handler reads from a request.

use std::str::FromStr;

use domain::job::JobId;
use lambda_http::http::Method;
use lambda_http::http::header::{ACCEPT, CONTENT_TYPE};
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::ApiError;

/// The longest body, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// The body as its type.
///
/// # Errors
///
/// A body of another type, longer than the limit or no JSON object, and the first
/// field that is missing, unknown or of another type.
pub fn body<T: DeserializeOwned>(request: &Request) -> Result<T, ApiError> {
    Ok(contract::read(json_object(request)?)?)
}

/// The body as its type; no body is an empty one.
///
/// # Errors
///
/// As [`body`].
pub fn optional_body<T: DeserializeOwned>(request: &Request) -> Result<T, ApiError> {
    let fields = match request.body().is_empty() {
        true => Map::new(),
        false => json_object(request)?,
    };
    Ok(contract::read(fields)?)
}

/// The body as a JSON object, of the right type and size.
fn json_object(request: &Request) -> Result<Map<String, Value>, ApiError> {
    let body: &[u8] = request.body();
    if body.len() > MAX_BODY {
        return Err(ApiError::BodyTooLarge);
    }
    let media_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|value| value.trim().to_ascii_lowercase());
    if media_type.as_deref() != Some("application/json") {
        return Err(ApiError::UnsupportedMediaType);
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(ApiError::InvalidRequest {
            constraint: "a JSON object",
        }),
        Err(_) => Err(ApiError::InvalidRequest {
            constraint: "valid JSON",
        }),
    }
}

/// The name that a path has behind `collection`. What is no name is as unknown
/// as a `thing` that is not there.
///
/// # Errors
///
/// [`ApiError`]: what the client is told, by its status.
pub fn path_id<T: FromStr>(
    request: &Request,
    collection: &str,
    thing: &'static str,
) -> Result<T, ApiError> {
    path_after(request, collection)
        .and_then(|id| id.parse().ok())
        .ok_or(ApiError::NotFound(thing))
}

/// The job a path names. What is no job's name is as unknown as a job that is not there.
///
/// # Errors
///
/// [`ApiError`]: what the client is told, by its status.
pub fn job_id(request: &Request) -> Result<JobId, ApiError> {
    path_id(request, "jobs", "Job")
}

/// The path's segment behind the last segment of that name. Read from the path
/// itself, so that the same code runs behind the gateway and under
/// `cargo lambda watch`.
pub fn path_after<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let mut segments = request.uri().path().rsplit('/');
    let mut behind = None;
    loop {
        let segment = segments.next()?;
        if segment == name {
            return behind.filter(|text: &&str| !text.is_empty());
        }
        behind = Some(segment);
    }
}

/// Whether only the headers of the answer are asked for.
pub fn is_head(request: &Request) -> bool {
    request.method() == Method::HEAD
}

/// The path as it came, with what a URL's parser would tidy away.
pub fn raw_path(request: &Request) -> &str {
    request.raw_http_path()
}

/// A query parameter.
pub fn query(request: &Request, name: &str) -> Option<String> {
    request
        .query_string_parameters_ref()?
        .first(name)
        .map(str::to_owned)
}

/// The scheme and host by which the client reached the API.
pub fn origin(request: &Request) -> String {
    let uri = request.uri();
    let scheme = uri.scheme_str().unwrap_or("https");
    let host = uri.authority().map(|host| host.as_str());
    format!("{scheme}://{}", host.unwrap_or_default())
}

/// Whether the caller would rather have JSON than be sent elsewhere (D3).
pub fn accepts_json(request: &Request) -> bool {
    request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("application/json"))
}

/// The client's address, as the gateway saw it.
pub fn client_ip(request: &Request) -> String {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            context.http.source_ip.clone().unwrap_or_default()
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::{Body, http};

    fn request(content_type: &str, body: &str) -> Request {
        http::Request::builder()
            .uri("https://host/api/v1/jobs/abc/video")
            .header(CONTENT_TYPE, content_type)
            .body(Body::Text(body.to_owned()))
            .unwrap()
    }

    #[test]
    fn bodies_are_json_objects_of_limited_size() {
        assert!(json_object(&request("application/json; charset=utf-8", "{\"a\":1}")).is_ok());
        let optional = |request: Request| optional_body::<contract::RestartFailed>(&request);
        assert_eq!(optional(request("", "")).unwrap().limit, None);
        assert!(optional(request("application/json", "[]")).is_err());
        let refused = |content_type: &str, body: &str| {
            json_object(&request(content_type, body))
                .unwrap_err()
                .status()
                .as_u16()
        };
        assert_eq!(refused("text/plain", "{}"), 415);
        assert_eq!(refused("application/json", "{"), 400);
        assert_eq!(refused("application/json", "[]"), 400);
        assert_eq!(refused("application/json", ""), 400);
        assert_eq!(refused("application/json", &" ".repeat(MAX_BODY + 1)), 413);
    }

    #[test]
    fn ids_are_read_from_the_path() {
        let request = request("application/json", "");
        assert_eq!(path_after(&request, "jobs"), Some("abc"));
        assert_eq!(path_after(&request, "video"), None);
        assert_eq!(path_after(&request, "nowhere"), None);
    }
}

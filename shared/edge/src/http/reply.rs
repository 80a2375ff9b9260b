//! What a handler answers with.

use domain::time::Time;
use lambda_http::http::header::SET_COOKIE;
use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use serde::Serialize;

use super::error::ApiError;

/// A successful answer.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    headers: Vec<(&'static str, String)>,
    cookies: Vec<String>,
    body: Option<Vec<u8>>,
}

impl Reply {
    /// 200 with JSON.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub fn ok(body: &impl Serialize) -> Result<Self, ApiError> {
        Self::json(StatusCode::OK, body)
    }

    /// 201 with JSON: something new is there.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub fn created(body: &impl Serialize) -> Result<Self, ApiError> {
        Self::json(StatusCode::CREATED, body)
    }

    /// 202 with JSON: the work goes on.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub fn accepted(body: &impl Serialize) -> Result<Self, ApiError> {
        Self::json(StatusCode::ACCEPTED, body)
    }

    /// 503 with JSON: it works, but not all of it.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub fn unavailable(body: &impl Serialize) -> Result<Self, ApiError> {
        Self::json(StatusCode::SERVICE_UNAVAILABLE, body)
    }

    /// 200 with a text of this type.
    pub fn text(content_type: &'static str, text: String) -> Self {
        Self {
            status: StatusCode::OK,
            headers: vec![("content-type", content_type.to_owned())],
            cookies: Vec::new(),
            body: Some(text.into_bytes()),
        }
    }

    /// 200 with a file that is the same for everybody; kept by caches for an hour.
    pub fn file(content_type: &str, bytes: Vec<u8>) -> Self {
        Self {
            status: StatusCode::OK,
            headers: vec![
                ("content-type", content_type.to_owned()),
                ("cache-control", "public, max-age=3600".to_owned()),
            ],
            cookies: Vec::new(),
            body: Some(bytes),
        }
    }

    /// With one more header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// 302 to another place.
    pub fn found(location: String) -> Self {
        Self {
            status: StatusCode::FOUND,
            headers: vec![("location", location)],
            cookies: Vec::new(),
            body: None,
        }
    }

    /// The answer of a refusal, for what an error cannot carry: cookies.
    pub fn refusal(error: &ApiError, now: Time) -> Self {
        let mut headers = error.headers();
        headers.push(("content-type", "application/json".to_owned()));
        // A body of texts alone is always written.
        let body = serde_json::to_vec(&error.body(now)).unwrap_or_default();
        Self {
            status: error.status(),
            headers,
            cookies: Vec::new(),
            body: Some(body),
        }
    }

    /// The same with one more cookie, as `Set-Cookie` has it.
    #[must_use]
    pub fn with_cookie(mut self, cookie: String) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// Any status with JSON.
    fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_vec(body).map_err(|error| ApiError::Internal(Box::new(error)))?;
        Ok(Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            cookies: Vec::new(),
            body: Some(body),
        })
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let body = self.body.map_or(Body::Empty, |bytes| {
            String::from_utf8(bytes)
                .map_or_else(|error| Body::Binary(error.into_bytes()), Body::Text)
        });
        let mut response = response(self.status, self.headers, body);
        for cookie in &self.cookies {
            if let Ok(cookie) = HeaderValue::from_str(cookie) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
        }
        response
    }
}

impl ApiError {
    pub(crate) fn into_response(self, now: Time) -> Response<Body> {
        Reply::refusal(&self, now).into_response()
    }
}

/// On every answer: nothing is guessed from its bytes, and the host is asked over
/// TLS only for two years.
const SECURITY: [(&str, &str); 2] = [
    ("x-content-type-options", "nosniff"),
    (
        "strict-transport-security",
        "max-age=63072000; includeSubDomains",
    ),
];

fn response(
    status: StatusCode,
    headers: Vec<(&'static str, String)>,
    body: Body,
) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    // Answers are about one caller at one moment (R129).
    set_header(&mut response, "cache-control", "no-store, must-revalidate");
    for (name, value) in SECURITY {
        set_header(&mut response, name, value);
    }
    for (name, value) in headers {
        set_header(&mut response, name, &value);
    }
    response
}

/// Sets a header; a value that cannot stand in one is left out.
pub(crate) fn set_header(response: &mut Response<Body>, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
}

//! The provider's error bodies, verbatim (reference A.4).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use replicate::registry::Violation;
use serde_json::{Value, json};

/// Every refusal the API knows.
#[derive(Debug)]
pub(crate) enum ApiError {
    Unauthenticated,
    InsufficientCredit,
    NotFound,
    MethodNotAllowed,
    NotJson,
    InvalidVersion,
    InvalidInput(Vec<Violation>),
    Throttled {
        seconds: u64,
    },
    Unavailable,
    /// The connection "broke" after the prediction was made: a gateway's page.
    Dropped,
}

impl ApiError {
    /// One violation, as the schema check would name it.
    pub(crate) fn violation(field: &str, kind: &str, message: &str) -> Self {
        Self::InvalidInput(vec![Violation {
            field: field.into(),
            kind: kind.into(),
            message: message.into(),
        }])
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::InsufficientCredit => StatusCode::PAYMENT_REQUIRED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotJson => StatusCode::BAD_REQUEST,
            Self::InvalidVersion | Self::InvalidInput(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Dropped => StatusCode::BAD_GATEWAY,
        }
    }

    fn body(&self) -> Value {
        match self {
            Self::Unauthenticated => json!({
                "title": "Unauthenticated",
                "detail": "You did not pass a valid authentication token",
                "status": 401,
            }),
            Self::InsufficientCredit => json!({
                "title": "Insufficient credit",
                "detail": "You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing to purchase credit. Once you purchase credit, please wait a few minutes before trying again.",
                "status": 402,
            }),
            Self::NotFound => json!({
                "detail": "The requested resource could not be found.",
                "status": 404,
            }),
            Self::MethodNotAllowed => json!({
                "detail": "Method not allowed.",
                "status": 405,
            }),
            Self::NotJson => json!({
                "title": "Bad request",
                "detail": "The request body is not a valid JSON object",
                "status": 400,
            }),
            Self::InvalidVersion => json!({
                "title": "Invalid version or not permitted",
                "detail": "The specified version does not exist (or perhaps you don't have permission to use it?)",
                "status": 422,
            }),
            Self::InvalidInput(violations) => invalid_input(violations),
            Self::Throttled { seconds } => json!({
                "detail": format!("Request was throttled. Your rate limit for creating predictions is reduced to 6 requests per minute with a burst of 1 requests while you have less than $5.0 in credit. Your rate limit resets in ~{seconds}s."),
                "status": 429,
                "retry_after": seconds,
            }),
            Self::Unavailable => json!({"detail": "Service unavailable", "status": 503}),
            Self::Dropped => json!({"detail": "Bad gateway", "status": 502}),
        }
    }
}

fn invalid_input(violations: &[Violation]) -> Value {
    let detail: String = violations.iter().map(detail_line).collect();
    let fields: Vec<Value> = violations
        .iter()
        .map(|violation| {
            json!({
                "type": violation.kind,
                "field": violation.field,
                "description": violation.message,
            })
        })
        .collect();
    json!({
        "detail": detail,
        "status": 422,
        "title": "Input validation failed",
        "invalid_fields": fields,
    })
}

fn detail_line(violation: &Violation) -> String {
    if violation.field.is_empty() {
        return format!("- {}\n", violation.message);
    }
    format!("- {}: {}\n", violation.field, violation.message)
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        if matches!(self, Self::Dropped) {
            let page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
            return (status, axum::response::Html(page)).into_response();
        }
        let mut response = (status, axum::Json(self.body())).into_response();
        if matches!(self, Self::Unauthenticated) {
            let problem = HeaderValue::from_static("application/problem+json");
            response.headers_mut().insert(header::CONTENT_TYPE, problem);
        }
        response
    }
}

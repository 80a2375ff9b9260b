//! The one table from failures to status, code and body (R57-R71, D6, D7).

use std::collections::BTreeMap;

use contract::{ErrorBody, ErrorCode};
use domain::request::InvalidField;
use domain::time::Time;
use domain::window::Verdict;
use lambda_http::http::StatusCode;
use serde_json::Value;
use store::{StoreError, ViewError};

/// Why a request is refused or failed. What the client reads gives nothing
/// away; causes are logged by the layer that turns this into a response.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The body is not the JSON asked for.
    #[error("Invalid request")]
    InvalidRequest {
        /// What is wrong with it.
        constraint: &'static str,
    },
    /// A field breaks a rule.
    #[error("Validation failed")]
    Validation(#[from] InvalidField),
    /// The body is longer than the limit.
    #[error("Request body too large")]
    BodyTooLarge,
    /// The body's type is not JSON.
    #[error("Unsupported media type")]
    UnsupportedMediaType,
    /// No token.
    #[error("Authentication required")]
    TokenMissing,
    /// A token, but not one to accept.
    #[error("Invalid token")]
    TokenInvalid,
    /// A webhook that the provider did not sign.
    #[error("Invalid signature")]
    SignatureInvalid,
    /// The caller may not.
    #[error("Access denied")]
    Forbidden,
    /// A page of another site made the browser send this.
    #[error("Cross-site request refused")]
    CrossSite,
    /// A sign-in that does not end as it began.
    #[error("Sign-in failed")]
    SignInFailed {
        /// The parameter that is wrong.
        field: &'static str,
        /// What is wrong with it, and what to do.
        constraint: &'static str,
    },
    /// The thing is not there, or not the caller's.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The route does not know this method.
    #[error("Method not allowed")]
    MethodNotAllowed {
        /// Those it knows, as the `Allow` header wants them.
        allow: String,
    },
    /// The film is not finished (D3).
    #[error("Video is not ready")]
    VideoNotReady,
    /// The thing is not as it was when the request was made.
    #[error("{0}")]
    Conflict(&'static str),
    /// Parts of an upload are not there yet.
    #[error("Upload is not complete")]
    PartsMissing(Vec<u32>),
    /// The request's `Idempotency-Key` is another request's (D42).
    #[error("This Idempotency-Key was used with another body; send a new key")]
    IdempotencyMismatch,
    /// The first request with this `Idempotency-Key` is still at work (D42).
    #[error("A request with this Idempotency-Key is still at work; try again")]
    IdempotencyInFlight,
    /// The uploaded file is not a video that is accepted.
    #[error("{text}")]
    MediaRefused {
        /// For programs.
        code: ErrorCode,
        /// For people.
        text: &'static str,
    },
    /// Too many requests (R65).
    #[error("Rate limit exceeded")]
    RateLimited(Verdict),
    /// The month is used up (R66).
    #[error("Monthly quota exceeded")]
    QuotaExceeded {
        /// Seconds until the next month.
        retry_after: u64,
    },
    /// The installation's day is used up (D49).
    #[error("Daily spending limit reached; it begins anew at midnight UTC")]
    SpendingLimit {
        /// Seconds until the next day.
        retry_after: u64,
    },
    /// An administrator has stopped all buying (D49). No wait helps for certain, so
    /// this is no matter of the caller's own requests: 503.
    #[error("Video generation is stopped by an administrator; try again later")]
    SpendingStopped,
    /// As many of the caller's films are being made as may be at once.
    #[error("Too many of your films are being made; wait until one has ended")]
    TooManyFilms,
    /// The execution could not be started (R67).
    #[error("Workflow failed")]
    WorkflowFailed(#[source] StoreError),
    /// No place could be made for an upload (R67).
    #[error("Failed to generate upload URL")]
    UploadUrlFailed(#[source] StoreError),
    /// A table or service failed.
    #[error("Database unavailable")]
    Store(#[from] StoreError),
    /// The key set cannot be fetched and none is kept.
    #[error("Service unavailable")]
    SignInUnavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A fault of ours.
    #[error("Internal server error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<ViewError> for ApiError {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::Missing => Self::NotFound("Video"),
            ViewError::Forbidden => Self::Forbidden,
            ViewError::Store(error) => error.into(),
        }
    }
}

impl ApiError {
    /// Whether the same request may succeed in a moment, whichever service it was
    /// that asked for it.
    fn is_throttled(&self) -> bool {
        match self {
            Self::SignInUnavailable(_) => true,
            Self::Store(error) | Self::WorkflowFailed(error) | Self::UploadUrlFailed(error) => {
                matches!(error, StoreError::Throttled { .. })
            }
            _ => false,
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The code, for programs.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::InvalidRequest { .. } => ErrorCode::InvalidRequest,
            Self::Validation(_) => ErrorCode::ValidationError,
            Self::BodyTooLarge => ErrorCode::PayloadTooLarge,
            Self::UnsupportedMediaType => ErrorCode::UnsupportedMediaType,
            Self::TokenMissing | Self::TokenInvalid | Self::SignatureInvalid => {
                ErrorCode::Unauthorized
            }
            Self::Forbidden | Self::CrossSite => ErrorCode::Forbidden,
            Self::SignInFailed { .. } => ErrorCode::SignInFailed,
            Self::NotFound(_) => ErrorCode::NotFound,
            Self::MethodNotAllowed { .. } => ErrorCode::MethodNotAllowed,
            Self::VideoNotReady => ErrorCode::VideoNotReady,
            Self::Conflict(_) | Self::Store(StoreError::Conflict { .. }) => ErrorCode::Conflict,
            Self::PartsMissing(_) => ErrorCode::UploadIncomplete,
            Self::IdempotencyMismatch => ErrorCode::IdempotencyMismatch,
            Self::IdempotencyInFlight => ErrorCode::IdempotencyInFlight,
            Self::MediaRefused { code, .. } => *code,
            Self::RateLimited(_) => ErrorCode::RateLimitExceeded,
            Self::QuotaExceeded { .. } => ErrorCode::QuotaExceeded,
            Self::TooManyFilms => ErrorCode::TooManyFilms,
            Self::SpendingLimit { .. } => ErrorCode::SpendingLimit,
            Self::SpendingStopped => ErrorCode::SpendingStopped,
            _ if self.is_throttled() => ErrorCode::ServiceUnavailable,
            Self::WorkflowFailed(_)
            | Self::UploadUrlFailed(_)
            | Self::Store(_)
            | Self::SignInUnavailable(_)
            | Self::Internal(_) => ErrorCode::InternalError,
        }
    }

    fn text(&self) -> String {
        match self {
            _ if self.is_throttled() => "Service unavailable".to_owned(),
            Self::Store(StoreError::Conflict { .. }) => "Changed meanwhile; try again".to_owned(),
            // As the documents have it: "Filename is required" (R45).
            Self::Validation(fault) if fault.constraint == "required" => {
                format!("{} is required", capitalised(&fault.field))
            }
            other => other.to_string(),
        }
    }

    fn details(&self) -> BTreeMap<String, Value> {
        let fault = |field: &str, constraint: &str| {
            let details = [("field", field), ("constraint", constraint)];
            details
                .map(|(name, value)| (name.to_owned(), value.into()))
                .into()
        };
        match self {
            Self::InvalidRequest { constraint } => fault("body", constraint),
            Self::SignInFailed { field, constraint } => fault(field, constraint),
            Self::Validation(invalid) => fault(&invalid.field, &invalid.constraint),
            Self::PartsMissing(missing) => [("missing".to_owned(), missing.clone().into())].into(),
            Self::BodyTooLarge => fault("body", "at most 65536 bytes"),
            Self::UnsupportedMediaType => fault("Content-Type", "application/json"),
            _ => BTreeMap::new(),
        }
    }

    /// The body every failure has (R57).
    pub fn body(&self, now: Time) -> ErrorBody {
        ErrorBody {
            error: self.text(),
            code: self.code(),
            details: self.details(),
            timestamp: now,
        }
    }

    /// The headers a failure brings, beside the body.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TokenMissing => vec![("www-authenticate", "Bearer".to_owned())],
            Self::TokenInvalid => {
                vec![(
                    "www-authenticate",
                    "Bearer error=\"invalid_token\"".to_owned(),
                )]
            }
            Self::MethodNotAllowed { allow } => vec![("allow", allow.clone())],
            Self::RateLimited(verdict) => vec![("retry-after", verdict.reset_seconds.to_string())],
            Self::QuotaExceeded { retry_after } | Self::SpendingLimit { retry_after } => {
                vec![("retry-after", retry_after.to_string())]
            }
            Self::SpendingStopped => vec![("retry-after", "300".to_owned())],
            Self::IdempotencyInFlight => vec![("retry-after", "1".to_owned())],
            // About as long as a film takes.
            Self::TooManyFilms => vec![("retry-after", "60".to_owned())],
            _ if self.is_throttled() => vec![("retry-after", "2".to_owned())],
            _ => Vec::new(),
        }
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause() -> Box<dyn std::error::Error + Send + Sync> {
        "arn:aws:secret:detail".into()
    }

    fn every_error() -> Vec<(ApiError, u16, &'static str)> {
        let verdict = domain::window::judge(Time::from_millisecond(0), 0, 101, 100);
        let throttled = || StoreError::Throttled {
            operation: "get",
            source: cause(),
        };
        let broken = || StoreError::Unavailable {
            operation: "get",
            source: cause(),
        };
        vec![
            (
                ApiError::InvalidRequest { constraint: "JSON" },
                400,
                "INVALID_REQUEST",
            ),
            (
                InvalidField::new("prompt", "required").into(),
                400,
                "VALIDATION_ERROR",
            ),
            (ApiError::BodyTooLarge, 413, "PAYLOAD_TOO_LARGE"),
            (
                ApiError::UnsupportedMediaType,
                415,
                "UNSUPPORTED_MEDIA_TYPE",
            ),
            (ApiError::TokenMissing, 401, "UNAUTHORIZED"),
            (ApiError::TokenInvalid, 401, "UNAUTHORIZED"),
            (ApiError::SignatureInvalid, 401, "UNAUTHORIZED"),
            (ApiError::Forbidden, 403, "FORBIDDEN"),
            (ApiError::CrossSite, 403, "FORBIDDEN"),
            (
                ApiError::SignInFailed {
                    field: "state",
                    constraint: "of a sign-in that began here",
                },
                400,
                "SIGN_IN_FAILED",
            ),
            (ApiError::NotFound("Job"), 404, "NOT_FOUND"),
            (
                ApiError::MethodNotAllowed {
                    allow: "GET".to_owned(),
                },
                405,
                "METHOD_NOT_ALLOWED",
            ),
            (ApiError::VideoNotReady, 409, "VIDEO_NOT_READY"),
            (ApiError::Conflict("Upload has changed"), 409, "CONFLICT"),
            // Somebody else was faster: never a fault of ours.
            (
                ApiError::Store(StoreError::Conflict {
                    operation: "update video",
                }),
                409,
                "CONFLICT",
            ),
            (ApiError::PartsMissing(vec![2]), 409, "UPLOAD_INCOMPLETE"),
            (ApiError::IdempotencyMismatch, 422, "IDEMPOTENCY_MISMATCH"),
            (ApiError::IdempotencyInFlight, 409, "IDEMPOTENCY_IN_FLIGHT"),
            (
                ApiError::MediaRefused {
                    code: ErrorCode::CorruptMedia,
                    text: "The video is corrupt or incomplete",
                },
                422,
                "CORRUPT_MEDIA",
            ),
            (ApiError::TooManyFilms, 429, "TOO_MANY_FILMS"),
            (ApiError::UploadUrlFailed(broken()), 500, "INTERNAL_ERROR"),
            (ApiError::RateLimited(verdict), 429, "RATE_LIMIT_EXCEEDED"),
            (
                ApiError::QuotaExceeded { retry_after: 9 },
                429,
                "QUOTA_EXCEEDED",
            ),
            (
                ApiError::SpendingLimit { retry_after: 9 },
                429,
                "SPENDING_LIMIT",
            ),
            (ApiError::SpendingStopped, 503, "SPENDING_STOPPED"),
            (
                ApiError::WorkflowFailed(throttled()),
                503,
                "SERVICE_UNAVAILABLE",
            ),
            (
                ApiError::UploadUrlFailed(throttled()),
                503,
                "SERVICE_UNAVAILABLE",
            ),
            (ApiError::WorkflowFailed(broken()), 500, "INTERNAL_ERROR"),
            (ApiError::Store(throttled()), 503, "SERVICE_UNAVAILABLE"),
            (ApiError::Store(broken()), 500, "INTERNAL_ERROR"),
            (
                ApiError::SignInUnavailable(cause()),
                503,
                "SERVICE_UNAVAILABLE",
            ),
            (ApiError::Internal(cause()), 500, "INTERNAL_ERROR"),
        ]
    }

    #[test]
    fn the_table_is_the_contracts_and_gives_nothing_away() {
        for (error, status, code) in every_error() {
            let body = error.body(Time::from_millisecond(0));
            let body = serde_json::to_value(body).unwrap();
            assert_eq!(error.status().as_u16(), status, "{error:?}");
            assert_eq!(body["code"], code);
            assert!(body["details"].is_object() && body["timestamp"].is_string());
            assert!(!body.to_string().contains("arn:"), "{body}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let body = |field, constraint| {
            let error = ApiError::from(InvalidField::new(field, constraint));
            serde_json::to_value(error.body(Time::from_millisecond(0))).unwrap()
        };
        let missing = body("filename", "required");
        assert_eq!(missing["error"], "Filename is required");
        assert_eq!(
            missing["details"],
            serde_json::json!({ "field": "filename", "constraint": "required" })
        );
        assert_eq!(body("size", "a number")["error"], "Validation failed");
    }

    #[test]
    fn limits_say_when_to_come_back() {
        for (error, status, _) in every_error() {
            let has_retry_after = error
                .headers()
                .iter()
                .any(|(name, _)| *name == "retry-after");
            let is_for_later =
                [429, 503].contains(&status) || matches!(error, ApiError::IdempotencyInFlight);
            assert_eq!(has_retry_after, is_for_later, "{error:?}");
        }
    }
}

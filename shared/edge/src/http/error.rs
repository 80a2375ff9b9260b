//! The one table from failures to status, code and body (R57-R71, D6, D7).

use std::collections::BTreeMap;

use contract::{ErrorBody, ErrorCode};
use domain::failure::{Failure, StepError};
use domain::holding::HoldingRefusal;
use domain::request::InvalidField;
use domain::time::Time;
use domain::window::Verdict;
use lambda_http::http::StatusCode;
use serde_json::Value;
use store::{HoldError, StoreError, ViewError};

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
    /// Fields break rules; never empty.
    #[error("Validation failed")]
    Faults(Vec<InvalidField>),
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
    #[error("This Idempotency-Key was used for another request; send a new key")]
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
    /// As many of the caller's films failed this month after money was spent as may
    /// (fault S2).
    #[error("Too many of your films failed this month; no more are begun before the next")]
    TooManyFailures {
        /// Seconds until the next month.
        retry_after: u64,
    },
    /// The caller holds as much as may be at once (fault S3).
    #[error("{}", holding_text(*.0))]
    Holding(HoldingRefusal),
    /// The caller has as many webhooks as may be.
    #[error("At most {most} webhooks; remove one first")]
    TooManyWebhooks {
        /// How many may be.
        most: u32,
    },
    /// The execution could not be started (R67).
    #[error("Workflow failed")]
    WorkflowFailed(#[source] StoreError),
    /// No place could be made for an upload (R67).
    #[error("Failed to generate upload URL")]
    UploadUrlFailed(#[source] StoreError),
    /// A table or service failed.
    #[error("Database unavailable")]
    Store(#[from] StoreError),
    /// Something else that the request needs is not to be had just now: the pool, the provider.
    #[error("Service unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
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

impl From<HoldError> for ApiError {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::Refused(refusal) => Self::Holding(refusal),
            HoldError::Store(error) => error.into(),
        }
    }
}

fn holding_text(refusal: HoldingRefusal) -> &'static str {
    match refusal {
        HoldingRefusal::Transcodes => {
            "Too many of your transcodes are waiting or running; wait until one has ended"
        }
        HoldingRefusal::Uploads => {
            "Too many of your uploads are open; confirm or abort one, or wait until its link expires"
        }
        HoldingRefusal::StoredBytes => "Your storage is full; delete videos to make room",
    }
}

impl From<StepError> for ApiError {
    fn from(error: StepError) -> Self {
        match error.failure {
            Failure::StoreUnavailable
            | Failure::TimedOut
            | Failure::ProviderThrottled
            | Failure::ProviderUnavailable => Self::Unavailable(Box::new(error)),
            _ => Self::Internal(Box::new(error)),
        }
    }
}

impl ApiError {
    /// Whether the same request may succeed in a moment, whichever service it was
    /// that asked for it.
    fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Store(error) | Self::WorkflowFailed(error) | Self::UploadUrlFailed(error) => {
                matches!(error, StoreError::Unavailable { .. })
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
            Self::Validation(_) | Self::Faults(_) => ErrorCode::ValidationError,
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
            Self::TooManyFailures { .. } => ErrorCode::TooManyFailures,
            Self::TooManyFilms => ErrorCode::TooManyFilms,
            Self::Holding(HoldingRefusal::Transcodes) => ErrorCode::TooManyTranscodes,
            Self::Holding(HoldingRefusal::Uploads) => ErrorCode::TooManyUploads,
            Self::Holding(HoldingRefusal::StoredBytes) => ErrorCode::StorageFull,
            Self::TooManyWebhooks { .. } => ErrorCode::TooManyWebhooks,
            Self::SpendingLimit { .. } => ErrorCode::SpendingLimit,
            Self::SpendingStopped => ErrorCode::SpendingStopped,
            _ if self.is_transient() => ErrorCode::ServiceUnavailable,
            Self::WorkflowFailed(_)
            | Self::UploadUrlFailed(_)
            | Self::Store(_)
            | Self::Unavailable(_)
            | Self::Internal(_) => ErrorCode::InternalError,
        }
    }

    fn text(&self) -> String {
        match self {
            _ if self.is_transient() => "Service unavailable".to_owned(),
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
            Self::Faults(faults) => {
                let each = |invalid: &InvalidField| fault(&invalid.field, &invalid.constraint);
                let mut details = faults.first().map(each).unwrap_or_default();
                let all: Vec<_> = faults.iter().map(each).collect();
                details.insert("faults".to_owned(), serde_json::json!(all));
                details
            }
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
            Self::QuotaExceeded { retry_after }
            | Self::TooManyFailures { retry_after }
            | Self::SpendingLimit { retry_after } => {
                vec![("retry-after", retry_after.to_string())]
            }
            Self::SpendingStopped => vec![("retry-after", "300".to_owned())],
            Self::IdempotencyInFlight => vec![("retry-after", "1".to_owned())],
            // About as long as a film, a transcode or an upload takes.
            Self::TooManyFilms
            | Self::Holding(HoldingRefusal::Transcodes | HoldingRefusal::Uploads) => {
                vec![("retry-after", "60".to_owned())]
            }
            _ if self.is_transient() => vec![("retry-after", "2".to_owned())],
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
mod tests;

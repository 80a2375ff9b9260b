//! The body of every failure, and its codes (R57-R59, D6).

use std::collections::BTreeMap;

use domain::time::Time;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What every failure answers with (R57).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// For people; gives nothing away.
    pub error: String,
    /// For programs.
    pub code: ErrorCode,
    /// `field` and `constraint` where a value is at fault (R58), in `faults` all of them
    /// where several are looked for; else whatever helps; often empty.
    pub details: BTreeMap<String, Value>,
    /// When it happened.
    pub timestamp: Time,
}

macro_rules! codes {
    ($($(#[$documentation:meta])* $code:ident = $text:literal, $status:literal;)*) => {
        /// A failure's name, and with it its status.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum ErrorCode {
            $($(#[$documentation])* $code,)*
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$code,)*];

            /// As it is written.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $text,)*
                }
            }

            /// The status of an answer with this code.
            pub fn status(self) -> u16 {
                match self {
                    $(Self::$code => $status,)*
                }
            }
        }
    };
}

codes! {
    /// The body, or the request itself, is not what was asked for.
    InvalidRequest = "INVALID_REQUEST", 400;
    /// A field breaks a rule; `details` names both.
    ValidationError = "VALIDATION_ERROR", 400;
    /// Signing in did not come to its end; begin again.
    SignInFailed = "SIGN_IN_FAILED", 400;
    /// Nobody is signed in, or the token, the session or the signature is not accepted.
    Unauthorized = "UNAUTHORIZED", 401;
    /// The caller may not.
    Forbidden = "FORBIDDEN", 403;
    /// It is not there, or not the caller's.
    NotFound = "NOT_FOUND", 404;
    /// The path does not know this method.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", 405;
    /// It changed meanwhile, or is not in a state for this.
    Conflict = "CONFLICT", 409;
    /// The film is not finished (D3).
    VideoNotReady = "VIDEO_NOT_READY", 409;
    /// Parts are missing; `details` names them.
    UploadIncomplete = "UPLOAD_INCOMPLETE", 409;
    /// What is to be stored does not fit beside what the caller stores already.
    StorageFull = "STORAGE_FULL", 409;
    /// A request with this `Idempotency-Key` is still at work; wait `Retry-After` (D42).
    IdempotencyInFlight = "IDEMPOTENCY_IN_FLIGHT", 409;
    /// The caller has as many webhooks as may be; remove one first.
    TooManyWebhooks = "TOO_MANY_WEBHOOKS", 409;
    /// The body is longer than 65,536 bytes.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE", 413;
    /// The body's type is not JSON.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", 415;
    /// The file is no video of a kind that is accepted.
    UnsupportedMedia = "UNSUPPORTED_MEDIA", 422;
    /// The file is damaged.
    CorruptMedia = "CORRUPT_MEDIA", 422;
    /// The picture, the length or the frame rate is beyond the limits.
    MediaTooLarge = "MEDIA_TOO_LARGE", 422;
    /// The file could not be looked at in time.
    MediaTimeout = "MEDIA_TIMEOUT", 422;
    /// Looking at the file came to a stop.
    MediaStalled = "MEDIA_STALLED", 422;
    /// The file is not as long as it was announced.
    SizeMismatch = "SIZE_MISMATCH", 422;
    /// The `Idempotency-Key` was used with another body, or for another thing (D42).
    IdempotencyMismatch = "IDEMPOTENCY_MISMATCH", 422;
    /// Too many requests in a minute (R65).
    RateLimitExceeded = "RATE_LIMIT_EXCEEDED", 429;
    /// The month's films are used up (R66).
    QuotaExceeded = "QUOTA_EXCEEDED", 429;
    /// The installation's day is used up; it begins anew after `Retry-After` (D49).
    SpendingLimit = "SPENDING_LIMIT", 429;
    /// As many of the caller's films are being made as may be at once.
    TooManyFilms = "TOO_MANY_FILMS", 429;
    /// As many of the caller's films failed this month after money was spent as may; it
    /// begins anew after `Retry-After`.
    TooManyFailures = "TOO_MANY_FAILURES", 429;
    /// As many of the caller's transcodes wait or are worked on as may at once.
    TooManyTranscodes = "TOO_MANY_TRANSCODES", 429;
    /// As many of the caller's uploads are open as may be at once.
    TooManyUploads = "TOO_MANY_UPLOADS", 429;
    /// A fault of ours.
    InternalError = "INTERNAL_ERROR", 500;
    /// The same request may succeed in a moment (D7).
    ServiceUnavailable = "SERVICE_UNAVAILABLE", 503;
    /// An administrator has stopped all buying (D49).
    SpendingStopped = "SPENDING_STOPPED", 503;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_written_as_it_is_called() {
        for code in ErrorCode::ALL {
            let written = serde_json::to_value(code).unwrap();
            assert_eq!(written, code.as_str());
            assert!((400..600).contains(&code.status()));
        }
    }
}

use super::*;

fn cause() -> Box<dyn std::error::Error + Send + Sync> {
    "arn:aws:secret:detail".into()
}

fn every_error() -> Vec<(ApiError, u16, &'static str)> {
    let verdict = domain::window::judge(Time::from_millisecond(0), 0, 101, 100);
    let transient = || StoreError::Unavailable {
        operation: "get",
        source: cause(),
    };
    let broken = || StoreError::Failed {
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
        (
            ApiError::TooManyWebhooks { most: 5 },
            409,
            "TOO_MANY_WEBHOOKS",
        ),
        (ApiError::Conflict("Upload has changed"), 409, "CONFLICT"),
        // A concurrent writer was faster: never a fault of ours.
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
        (
            ApiError::TooManyFailures { retry_after: 9 },
            429,
            "TOO_MANY_FAILURES",
        ),
        (
            ApiError::Holding(HoldingRefusal::Transcodes),
            429,
            "TOO_MANY_TRANSCODES",
        ),
        (
            ApiError::Holding(HoldingRefusal::Uploads),
            429,
            "TOO_MANY_UPLOADS",
        ),
        (
            ApiError::Holding(HoldingRefusal::StoredBytes),
            409,
            "STORAGE_FULL",
        ),
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
            ApiError::WorkflowFailed(transient()),
            503,
            "SERVICE_UNAVAILABLE",
        ),
        (
            ApiError::UploadUrlFailed(transient()),
            503,
            "SERVICE_UNAVAILABLE",
        ),
        (ApiError::WorkflowFailed(broken()), 500, "INTERNAL_ERROR"),
        (ApiError::Store(transient()), 503, "SERVICE_UNAVAILABLE"),
        (ApiError::Store(broken()), 500, "INTERNAL_ERROR"),
        (ApiError::Unavailable(cause()), 503, "SERVICE_UNAVAILABLE"),
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

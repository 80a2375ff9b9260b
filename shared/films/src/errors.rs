//! What failures of the outside mean for a step.

use domain::failure::{Failure, StepError};
use media::MediaError;

/// A failed call at the provider.
pub(crate) fn provider_error(error: replicate::Error) -> StepError {
    use replicate::Error;
    let failure = match &error {
        Error::Throttled { .. } => Failure::ProviderThrottled,
        Error::Unavailable { .. } | Error::Transport(_) | Error::Malformed(_) => {
            Failure::ProviderUnavailable
        }
        Error::InvalidInput(_) | Error::Rejected { .. } | Error::NotFound => Failure::InvalidInput,
        Error::Unauthenticated | Error::InsufficientCredit => Failure::ProviderAccount,
        Error::Misconfigured(_) => Failure::Internal,
    };
    if let Error::InvalidInput(violations) = &error {
        for violation in violations {
            tracing::error!(
                field = violation.field,
                rule = violation.kind,
                "the model's input is invalid"
            );
        }
    }
    StepError::new(failure, error)
}

/// FFmpeg failed on a scene.
pub(crate) fn media_error(error: MediaError) -> StepError {
    let failure = match &error {
        MediaError::CheckFailed { .. } => Failure::OutputCheckFailed,
        MediaError::TimedOut | MediaError::Stalled { .. } => Failure::TimedOut,
        MediaError::Io(_) => Failure::StoreUnavailable,
        MediaError::Unsupported(_)
        | MediaError::Corrupt(_)
        | MediaError::TooLarge(_)
        | MediaError::Failed { .. } => Failure::MediaFailed,
    };
    StepError::new(failure, error)
}

/// The local disk failed.
pub(crate) fn disk_error(error: std::io::Error) -> StepError {
    StepError::new(Failure::StoreUnavailable, error)
}

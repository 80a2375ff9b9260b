//! What can go wrong with a file, told apart by who has to act on it.

use std::io;
use std::time::Duration;

use thiserror::Error;

/// Why a file could not be read or made.
#[derive(Debug, Error)]
pub enum MediaError {
    /// The file is no video or sound of a kind that is accepted.
    #[error("the file is not of a supported kind: {0}")]
    Unsupported(String),
    /// The file is damaged or incomplete.
    #[error("the file is damaged: {0}")]
    Corrupt(String),
    /// Picture, length or frame rate go beyond the bounds.
    #[error("the file is too large: {0}")]
    TooLarge(String),
    /// The deadline came first. FFmpeg has been killed.
    #[error("the work did not end before its deadline")]
    TimedOut,
    /// FFmpeg stood still, though it had time. It has been killed; another try
    /// may go well.
    #[error("FFmpeg stood still for {} s", .limit.as_secs())]
    Stalled {
        /// How long nothing was read or written.
        limit: Duration,
    },
    /// FFmpeg said it succeeded, and what it made is not what was asked for.
    #[error("the output is not what was asked for: {what}")]
    CheckFailed {
        /// The expectation that was not met.
        what: String,
    },
    /// FFmpeg failed for a reason that is not known to be the input's.
    #[error("FFmpeg failed ({status}): {tail}")]
    Failed {
        /// How the process ended.
        status: String,
        /// The end of what it wrote to stderr.
        tail: String,
    },
    /// A file or a process could not be handled.
    #[error("input or output failed")]
    Io(#[from] io::Error),
}

impl MediaError {
    /// The stable name of the error, as it is stored and shown.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unsupported(_) => "UNSUPPORTED_MEDIA",
            Self::Corrupt(_) => "CORRUPT_MEDIA",
            Self::TooLarge(_) => "MEDIA_TOO_LARGE",
            Self::TimedOut => "MEDIA_TIMEOUT",
            Self::Stalled { .. } => "MEDIA_STALLED",
            Self::CheckFailed { .. } => "OUTPUT_CHECK_FAILED",
            Self::Failed { .. } | Self::Io(_) => "MEDIA_FAILED",
        }
    }

    /// Whether another try with the same file must end the same way.
    pub fn is_input_fault(&self) -> bool {
        matches!(
            self,
            Self::Unsupported(_) | Self::Corrupt(_) | Self::TooLarge(_)
        )
    }

    /// A failed check, with what was expected and what was found.
    pub(crate) fn check(what: impl Into<String>) -> Self {
        Self::CheckFailed { what: what.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_inputs_faults_are_the_inputs_faults() {
        let fault = |error: MediaError| (error.code(), error.is_input_fault());
        assert_eq!(
            fault(MediaError::Unsupported(String::new())),
            ("UNSUPPORTED_MEDIA", true)
        );
        assert_eq!(
            fault(MediaError::Corrupt(String::new())),
            ("CORRUPT_MEDIA", true)
        );
        assert_eq!(
            fault(MediaError::TooLarge(String::new())),
            ("MEDIA_TOO_LARGE", true)
        );
        assert_eq!(fault(MediaError::TimedOut), ("MEDIA_TIMEOUT", false));
        let limit = Duration::from_secs(20);
        assert_eq!(
            fault(MediaError::Stalled { limit }),
            ("MEDIA_STALLED", false)
        );
        assert_eq!(
            fault(MediaError::check("x")),
            ("OUTPUT_CHECK_FAILED", false)
        );
        assert_eq!(fault(io::Error::other("x").into()), ("MEDIA_FAILED", false));
    }
}

//! Why a run ended without its work done.

use domain::transcode::TranscodeFault;
use media::MediaError;
use store::StoreError;

/// Why a run ended without its work done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    /// Another worker has the transcode now, or it has ended; hands off.
    #[error("the lease is lost")]
    LeaseLost,
    /// Something went wrong with the transcode.
    #[error("{fault:?}")]
    Fault {
        /// What a client is told of it.
        fault: TranscodeFault,
        /// What the log is told.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl RunError {
    pub(crate) fn new(
        fault: TranscodeFault,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Fault {
            fault,
            cause: cause.into(),
        }
    }

    /// The source could not be fetched.
    pub(crate) fn fetching(error: StoreError) -> Self {
        let fault = match &error {
            // What was confirmed is not there any more, or something else is.
            StoreError::NotFound { .. } | StoreError::Conflict { .. } => {
                TranscodeFault::SourceMissing
            }
            _ => TranscodeFault::DownloadFailed,
        };
        Self::new(fault, error)
    }

    /// Something that was made could not be stored.
    pub(crate) fn storing(error: StoreError) -> Self {
        Self::new(TranscodeFault::UploadFailed, error)
    }
}

/// FFmpeg failed, or will not have the source.
impl From<MediaError> for RunError {
    fn from(error: MediaError) -> Self {
        let fault = match &error {
            MediaError::Unsupported(_) => TranscodeFault::Unsupported,
            MediaError::Corrupt(_) => TranscodeFault::Corrupt,
            MediaError::TooLarge(_) => TranscodeFault::TooLarge,
            MediaError::TimedOut
            | MediaError::Stalled { .. }
            | MediaError::CheckFailed { .. }
            | MediaError::Failed { .. }
            | MediaError::Io(_) => TranscodeFault::TranscodingFailed,
        };
        Self::new(fault, error)
    }
}

/// The table failed. A condition that does not hold means that the transcode is
/// another's now.
impl From<StoreError> for RunError {
    fn from(error: StoreError) -> Self {
        if error.is_conflict() {
            Self::LeaseLost
        } else {
            Self::new(TranscodeFault::TranscodingFailed, error)
        }
    }
}

/// The local disk failed.
impl From<std::io::Error> for RunError {
    fn from(error: std::io::Error) -> Self {
        Self::new(TranscodeFault::TranscodingFailed, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(error: &RunError) -> Option<TranscodeFault> {
        match error {
            RunError::LeaseLost => None,
            RunError::Fault { fault, .. } => Some(*fault),
        }
    }

    #[test]
    fn only_what_is_wrong_with_the_source_is_final() {
        let corrupt = MediaError::Corrupt(String::new());
        assert!(fault(&corrupt.into()).is_some_and(TranscodeFault::is_final));
        let failed = MediaError::TimedOut;
        assert!(!fault(&failed.into()).is_some_and(TranscodeFault::is_final));
        let limit = std::time::Duration::from_secs(20);
        let stalled = fault(&MediaError::Stalled { limit }.into());
        assert_eq!(stalled, Some(TranscodeFault::TranscodingFailed));
        let missing = StoreError::NotFound { operation: "get" };
        let missing = fault(&RunError::fetching(missing));
        assert_eq!(missing, Some(TranscodeFault::SourceMissing));
        let replaced = StoreError::Conflict { operation: "get" };
        let replaced = fault(&RunError::fetching(replaced));
        assert_eq!(replaced, Some(TranscodeFault::SourceMissing));
        let conflict = StoreError::Conflict { operation: "put" };
        assert_eq!(fault(&conflict.into()), None);
    }
}

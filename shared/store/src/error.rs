//! What can go wrong in an AWS service, by meaning.

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// A failed call to a table, a bucket or another AWS service.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The service asked to slow down, failed by itself, was not reached or did not answer
    /// in time (R69): later it may go well, and the call may have had its effect.
    #[error("{operation}: unavailable")]
    Unavailable {
        /// What was tried.
        operation: &'static str,
        /// The SDK's own account.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A condition did not hold: a concurrent writer was first, or the thing has moved on.
    #[error("{operation}: the condition did not hold")]
    Conflict {
        /// What was tried.
        operation: &'static str,
    },
    /// The thing asked for is not there.
    #[error("{operation}: not found")]
    NotFound {
        /// What was tried.
        operation: &'static str,
    },
    /// Anything else, which another try does not mend: no permission, a wrong request.
    #[error("{operation}: failed")]
    Failed {
        /// What was tried.
        operation: &'static str,
        /// The SDK's own account.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file on this machine that was to be sent or written failed: the disk is
    /// full, or it is gone. Another try, on another machine, may go well.
    #[error("{operation}: the local file failed")]
    LocalFile {
        /// What was tried.
        operation: &'static str,
        /// The disk's own account.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A request that cannot be made of its values: a fault of ours.
    #[error("{operation}: the request cannot be made")]
    Unsendable {
        /// What was tried.
        operation: &'static str,
        /// What is wrong with the values.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A row that cannot be read as what it should be.
    #[error("{operation}: unreadable row")]
    Unreadable {
        /// What was tried.
        operation: &'static str,
        /// Where the reading stopped.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Whether a conditional change was made. Turns a conflict into `Ok(false)`, for
/// callers to which it is an answer and no error.
///
/// # Errors
///
/// [`StoreError`]: what failed, by its meaning.
pub fn unless_conflict<T>(result: Result<T, StoreError>) -> Result<bool, StoreError> {
    match result {
        Ok(_) => Ok(true),
        Err(error) if error.is_conflict() => Ok(false),
        Err(error) => Err(error),
    }
}

impl StoreError {
    /// Whether a condition did not hold.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }

    /// Sorts an SDK error by its code and its status.
    pub(crate) fn from_sdk<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let code = error.as_service_error().and_then(|service| service.code());
        match code {
            Some(
                "ConditionalCheckFailedException"
                | "PreconditionFailed"
                | "ConditionalRequestConflict",
            ) => Self::Conflict { operation },
            Some(
                "NotFound"
                | "NoSuchKey"
                | "NoSuchUpload"
                | "ExecutionDoesNotExist"
                | "TaskTimedOut"
                | "TaskDoesNotExist"
                | "InvalidToken",
            ) => Self::NotFound { operation },
            _ if is_transient(&error) => Self::Unavailable {
                operation,
                source: Box::new(error),
            },
            _ => Self::Failed {
                operation,
                source: Box::new(error),
            },
        }
    }

    pub(crate) fn local_file(
        operation: &'static str,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::LocalFile {
            operation,
            source: Box::new(source),
        }
    }

    pub(crate) fn unsendable(
        operation: &'static str,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::Unsendable {
            operation,
            source: Box::new(source),
        }
    }

    pub(crate) fn unreadable(
        operation: &'static str,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::Unreadable {
            operation,
            source: Box::new(source),
        }
    }
}

/// Whether the same call may go well in a moment.
fn is_transient<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    let failed_by_itself = |answer: &HttpResponse| answer.status().is_server_error();
    match error {
        SdkError::ConstructionFailure(_) => false,
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            true
        }
        SdkError::ServiceError(refusal) => {
            failed_by_itself(refusal.raw()) || refusal.err().code().is_some_and(is_asking_to_wait)
        }
        _ => false,
    }
}

fn is_asking_to_wait(code: &str) -> bool {
    matches!(
        code,
        "ProvisionedThroughputExceededException"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "ThrottledException"
            | "RequestThrottled"
            | "KmsThrottled"
            | "ExecutionLimitExceeded"
            | "RequestTimeout"
            | "OperationAborted"
            // A write alone that met a transaction of the same row, and a transaction
            // that met itself: both may be tried again.
            | "TransactionConflictException"
            | "TransactionInProgressException"
    )
}

impl From<StoreError> for domain::failure::StepError {
    /// What it means for a step: a condition that does not hold means that the
    /// job has moved on without it.
    fn from(error: StoreError) -> Self {
        use domain::failure::Failure;
        let failure = match &error {
            StoreError::Conflict { .. } => Failure::JobClosed,
            StoreError::Unavailable { .. }
            | StoreError::Failed { .. }
            | StoreError::NotFound { .. }
            | StoreError::LocalFile { .. } => Failure::StoreUnavailable,
            StoreError::Unsendable { .. } | StoreError::Unreadable { .. } => Failure::Internal,
        };
        Self::new(failure, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::failure::{Failure, StepError};

    /// A full disk is tried again, as it is where `media` meets it.
    #[test]
    fn a_local_file_that_fails_is_tried_again_and_a_row_that_cannot_be_read_is_not() {
        let failure = |error: StoreError| StepError::from(error).failure;
        let disk = || std::io::Error::other("disk full");
        assert_eq!(
            failure(StoreError::local_file("upload", disk())),
            Failure::StoreUnavailable
        );
        assert_eq!(
            failure(StoreError::unreadable("get job", disk())),
            Failure::Internal
        );
        assert_eq!(
            failure(StoreError::unsendable("presign", disk())),
            Failure::Internal
        );
    }
}

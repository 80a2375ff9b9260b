//! Why a step or a job failed: one table from task errors to what the client reads.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::job::Stage;

/// A pipeline step's failure. The names are those the state machine's `Retry`
/// and `Catch` use in `ErrorEquals`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Failure {
    /// Others go first; the step comes again (see [`crate::turns`]).
    TurnNotCome,
    /// The provider answered 429; nothing was created.
    ProviderThrottled,
    /// The provider did not answer, or with 5xx.
    ProviderUnavailable,
    /// An earlier create may still be on its way; look again.
    AttemptInFlight,
    /// The prediction ended without a usable output.
    ProviderFailed,
    /// The model refused the content. Never retried.
    ContentRefused,
    /// The provider calls the input invalid. Never retried.
    InvalidInput,
    /// The provider's account does not work: key or credit.
    ProviderAccount,
    /// An administrator has stopped all buying (D49). Never retried.
    SpendingStopped,
    /// A clip could not be brought to the film's format.
    MediaFailed,
    /// The finished film did not pass its checks.
    OutputCheckFailed,
    /// A table, bucket or other AWS service failed.
    StoreUnavailable,
    /// The job has ended meanwhile; there is nothing to do.
    JobClosed,
    /// The job passed its time limit.
    TimedOut,
    /// The storyboard was not approved in time (D44).
    ReviewLapsed,
    /// A fault of ours.
    Internal,
}

impl Failure {
    /// Every failure, for the tests that hold the state machine against this list.
    pub const ALL: [Self; 16] = [
        Self::TurnNotCome,
        Self::ProviderThrottled,
        Self::ProviderUnavailable,
        Self::AttemptInFlight,
        Self::ProviderFailed,
        Self::ContentRefused,
        Self::InvalidInput,
        Self::ProviderAccount,
        Self::SpendingStopped,
        Self::MediaFailed,
        Self::OutputCheckFailed,
        Self::StoreUnavailable,
        Self::JobClosed,
        Self::TimedOut,
        Self::ReviewLapsed,
        Self::Internal,
    ];

    /// Whether the operator is to know of it: a job that was ended meanwhile and a storyboard
    /// that nobody approved are their owner's will, and a step that waits for its turn, or for
    /// the answer to an earlier create, comes again.
    pub fn is_operators_matter(self) -> bool {
        !matches!(
            self,
            Self::JobClosed | Self::ReviewLapsed | Self::TurnNotCome | Self::AttemptInFlight
        )
    }

    /// The error's name in the state machine.
    pub fn name(self) -> &'static str {
        match self {
            Self::TurnNotCome => "TurnNotCome",
            Self::ProviderThrottled => "ProviderThrottled",
            Self::ProviderUnavailable => "ProviderUnavailable",
            Self::AttemptInFlight => "AttemptInFlight",
            Self::ProviderFailed => "ProviderFailed",
            Self::ContentRefused => "ContentRefused",
            Self::InvalidInput => "InvalidInput",
            Self::ProviderAccount => "ProviderAccount",
            Self::SpendingStopped => "SpendingStopped",
            Self::MediaFailed => "MediaFailed",
            Self::OutputCheckFailed => "OutputCheckFailed",
            Self::StoreUnavailable => "StoreUnavailable",
            Self::JobClosed => "JobClosed",
            Self::TimedOut => "TimedOut",
            Self::ReviewLapsed => "ReviewLapsed",
            Self::Internal => "Internal",
        }
    }

    /// Reads an error name of the state machine, AWS's own ones included.
    pub fn from_name(name: &str) -> Self {
        if let Some(known) = Self::ALL.into_iter().find(|failure| failure.name() == name) {
            return known;
        }
        match name {
            "States.Timeout" | "States.HeartbeatTimeout" | "Sandbox.Timedout" => Self::TimedOut,
            _ => Self::Internal,
        }
    }
}

/// A step's failure and its cause.
#[derive(Debug, thiserror::Error)]
#[error("{}", failure.name())]
pub struct StepError {
    /// What the state machine goes by.
    pub failure: Failure,
    /// What the log is told.
    #[source]
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl StepError {
    /// A failure with its cause.
    pub fn new(
        failure: Failure,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            failure,
            cause: Some(cause.into()),
        }
    }
}

impl From<Failure> for StepError {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            cause: None,
        }
    }
}

/// What the job says about its failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobError {
    /// For programs.
    pub code: String,
    /// For people; gives nothing away.
    pub message: String,
    /// Where it happened.
    pub stage: Stage,
    /// Whether asking again may work.
    pub retryable: bool,
}

impl JobError {
    /// The client's view of a failure at a stage.
    pub fn new(failure: Failure, stage: Stage) -> Self {
        let (code, message, retryable) = match failure {
            Failure::TurnNotCome
            | Failure::ProviderThrottled
            | Failure::ProviderUnavailable
            | Failure::AttemptInFlight => (
                "PROVIDER_UNAVAILABLE",
                "The video model could not be reached. Please try again later.",
                true,
            ),
            Failure::ProviderFailed => (
                "PROVIDER_FAILED",
                "The video model failed to make a scene. Please try again.",
                true,
            ),
            Failure::ContentRefused => (
                "CONTENT_REFUSED",
                "The model refused this prompt. Please describe something else.",
                false,
            ),
            Failure::InvalidInput => (
                "INVALID_INPUT",
                "The model cannot make what these options ask for.",
                false,
            ),
            Failure::ProviderAccount => (
                "PROVIDER_ACCOUNT",
                "Video generation is not available at the moment.",
                true,
            ),
            Failure::SpendingStopped => (
                "SPENDING_STOPPED",
                "Video generation was stopped by an administrator. Please try again later.",
                true,
            ),
            Failure::MediaFailed => (
                "MEDIA_FAILED",
                "A generated scene could not be processed. Please try again.",
                true,
            ),
            Failure::OutputCheckFailed => (
                "OUTPUT_CHECK_FAILED",
                "The finished film did not pass its checks. Please try again.",
                true,
            ),
            Failure::TimedOut => ("TIMED_OUT", "Making the video took too long.", true),
            Failure::ReviewLapsed => (
                "REVIEW_LAPSED",
                "The storyboard was not approved in time. Please ask for the video again.",
                true,
            ),
            Failure::StoreUnavailable | Failure::JobClosed | Failure::Internal => (
                "INTERNAL_ERROR",
                "Something went wrong on our side. Please try again.",
                true,
            ),
        };
        Self {
            code: code.to_owned(),
            message: message.to_owned(),
            stage,
            retryable,
        }
    }

    /// The execution could not be started (R67).
    pub fn workflow_failed() -> Self {
        Self {
            code: "WORKFLOW_FAILED".to_owned(),
            message: "Workflow failed".to_owned(),
            stage: Stage::Queued,
            retryable: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for failure in Failure::ALL {
            assert_eq!(Failure::from_name(failure.name()), failure);
        }
        assert_eq!(Failure::from_name("Runtime.ExitError"), Failure::Internal);
        assert_eq!(Failure::from_name("States.Timeout"), Failure::TimedOut);
    }

    #[test]
    fn refusals_are_not_retryable() {
        assert!(!JobError::new(Failure::ContentRefused, Stage::Generating).retryable);
        assert!(JobError::new(Failure::TimedOut, Stage::Composing).retryable);
    }
}

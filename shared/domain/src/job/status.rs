//! How far a job and its parts are.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::film::UnknownName;

/// What the client is told first (R41).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Accepted, not begun.
    Pending,
    /// Being made.
    Processing,
    /// The storyboard is there and waits for its owner (D44).
    AwaitingReview,
    /// Its owner has ended it; what still runs is being stopped.
    Cancelling,
    /// Its owner has ended it.
    Cancelled,
    /// The film is there.
    Completed,
    /// It ended without a film; `error` says why.
    Failed,
}

impl Status {
    /// Every one of them.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Processing,
        Self::AwaitingReview,
        Self::Cancelling,
        Self::Cancelled,
        Self::Completed,
        Self::Failed,
    ];

    /// Whether the job has ended: nothing moves it afterwards (D30) but its owner, who may
    /// let one that ended without a film go on, and have a scene of a film made anew.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// Whether steps may work on the job.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Pending | Self::Processing)
    }

    /// The text in the table and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::AwaitingReview => "awaiting_review",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// The transition table: which statuses may follow this one.
    pub fn can_become(self, next: Self) -> bool {
        use Status::*;
        match self {
            Self::Pending => matches!(next, Processing | Failed | Cancelling),
            Self::Processing => matches!(next, AwaitingReview | Completed | Failed | Cancelling),
            Self::AwaitingReview => matches!(next, Processing | Failed | Cancelling),
            // The film stays when its owner cancels the change of a scene.
            Self::Cancelling => matches!(next, Cancelled | Completed),
            // Its owner lets it go on.
            Self::Cancelled | Self::Failed => matches!(next, Pending | Processing),
            // Its owner has a scene made anew.
            Self::Completed => next == Processing,
        }
    }

    /// The statuses that `next` may follow, as they stand in the table.
    pub fn before(next: Self) -> Vec<&'static str> {
        let before = Self::ALL.into_iter();
        let before = before.filter(|status| status.can_become(next));
        before.map(Self::as_str).collect()
    }
}

impl FromStr for Status {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let mut all = Self::ALL.into_iter();
        all.find(|status| status.as_str() == name)
            .ok_or(UnknownName)
    }
}

/// Where in the pipeline a job is. The order is the pipeline's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The execution has not begun.
    Queued,
    /// The storyboard is being written.
    Planning,
    /// Scenes and music are being made.
    Generating,
    /// The film is being put together.
    Composing,
    /// Everything is done.
    Done,
}

impl Stage {
    /// The text in the table and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Planning => "planning",
            Self::Generating => "generating",
            Self::Composing => "composing",
            Self::Done => "done",
        }
    }
}

/// How the music bed is coming along (D17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Soundtrack {
    /// None was asked for.
    #[default]
    None,
    /// Being made.
    Pending,
    /// In the bucket.
    Ready,
    /// It failed; the film carries its own sound only.
    Failed,
}

/// How far one scene is (R43).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SceneStatus {
    /// Planned.
    Pending,
    /// The provider is at work.
    Generating,
    /// The clip is in the bucket.
    Generated,
    /// In the film's format.
    Complete,
    /// It could not be made.
    Failed,
}

impl SceneStatus {
    /// The text in the table and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Generating => "generating",
            Self::Generated => "generated",
            Self::Complete => "complete",
            Self::Failed => "failed",
        }
    }
}

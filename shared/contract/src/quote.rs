//! What a film costs before it is made.

use std::time::Duration;

use domain::history::Histogram;
use domain::ids::JobId;
use domain::job::Status;
use domain::storyboard::Author;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::account::Usage;
use crate::error::ErrorCode;
use crate::storyboards::StoryboardScene;

/// How a film is asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "describes parameters, which `edge` reads one by one"
)]
pub(crate) struct CreateQuery {
    /// Only says what the film would be and cost; nothing is written or reserved, and no
    /// `Idempotency-Key` counts.
    #[param(required = false, default = false)]
    dry_run: bool,
}

/// What a part of a film is expected to cost at its model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CostStep {
    /// `plan`, `scene-001` and so on, `soundtrack`.
    pub step: String,
    /// The model.
    pub model: String,
    /// Billionths of a dollar, with one attempt.
    pub nano_usd: u64,
}

/// What a film is expected to cost at its models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// The sum, in billionths of a dollar.
    pub nano_usd: u64,
    /// Each part.
    pub steps: Vec<CostStep>,
}

/// How long something takes, by what took how long in this installation in this month and
/// the one before it. `null` where too little is known: of fewer than ten, or of what has
/// outlasted all but a few.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimeLeft {
    /// Half take no longer.
    pub p50_seconds: Option<u64>,
    /// Nine of ten take no longer.
    pub p90_seconds: Option<u64>,
    /// It has taken longer than 99 of a hundred did.
    pub slow: bool,
}

impl TimeLeft {
    /// Of something that has run for `elapsed`, by how long others took.
    pub fn of(history: &Histogram, elapsed: Duration) -> Self {
        Self::of_many(history, elapsed, 1.0)
    }

    /// The same of so many parts, where the history is that of one, and `elapsed` the mean.
    pub fn of_many(history: &Histogram, elapsed: Duration, parts: f64) -> Self {
        let left = history.remaining(elapsed).map(|left| left.times(parts));
        Self {
            p50_seconds: left.map(|left| left.p50_seconds),
            p90_seconds: left.map(|left| left.p90_seconds),
            slow: history.is_slow(elapsed),
        }
    }
}

/// What a film would be and cost. Nothing was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    /// Who wrote this storyboard. Where a language model writes that of the film, it is
    /// another one, of as many scenes and the same length.
    pub storyboard_by: Author,
    /// In the film's order.
    pub scenes: Vec<StoryboardScene>,
    /// What the music is to be; absent without music.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub music: Option<String>,
    /// What it would cost.
    pub cost: Cost,
    /// How long it would take.
    pub time: TimeLeft,
    /// The month as it would stand once the film is accepted; as it stands, if it would
    /// be refused.
    pub usage: Usage,
    /// By what it would be refused now; absent if it would be accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<ErrorCode>,
}

/// A film goes on from what it has (D44).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobResumed {
    /// Its name.
    pub job_id: JobId,
    /// How far it is, in short.
    pub status: Status,
    /// For people.
    pub message: String,
    /// What is there already and not paid for again: `scene-001` and so on, `soundtrack`.
    pub kept: Vec<String>,
    /// What the rest is expected to cost.
    pub cost: Cost,
}

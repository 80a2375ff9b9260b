//! A generation job and the course of its life.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::failure::JobError;
pub use crate::ids::JobId;
use crate::quota::{Month, Reservation};
use crate::request::CreateJob;
use crate::storyboard::Storyboard;
use crate::time::Time;

/// What the client is told first (R41).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Accepted, not begun.
    Pending,
    /// Being made.
    Processing,
    /// The film is there.
    Completed,
    /// It ended without a film; `error` says why.
    Failed,
}

impl Status {
    /// Whether the job has ended; nothing moves it afterwards (D30).
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }

    /// The text in the table and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// The transition table: which statuses may follow this one.
    pub fn can_become(self, next: Self) -> bool {
        match self {
            Self::Pending => matches!(next, Self::Processing | Self::Failed),
            Self::Processing => matches!(next, Self::Completed | Self::Failed),
            Self::Completed | Self::Failed => false,
        }
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

/// A job as it stands in the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its name.
    pub job_id: JobId,
    /// Whose it is: the `sub` claim (R36).
    pub user_id: String,
    /// What was asked for.
    #[serde(flatten)]
    pub request: CreateJob,
    /// See [`Status`].
    pub status: Status,
    /// See [`Stage`].
    pub stage: Stage,
    /// When it was accepted.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// When the workflow began with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When the first scene was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_at: Option<Time>,
    /// When composing began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composing_at: Option<Time>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Time>,
    /// The latest time it may still be running.
    pub deadline: Time,
    /// The month its place was taken in.
    pub month: Month,
    /// What became of that place.
    pub reservation: Reservation,
    /// What its models were expected to cost, taken from the installation's day (D49), in
    /// billionths of a dollar.
    #[serde(default)]
    pub quote_nano_usd: u64,
    /// The execution, once started (R38).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_arn: Option<String>,
    /// The plan, once written (D15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storyboard: Option<Storyboard>,
    /// Scenes whose clip is in the bucket.
    #[serde(default)]
    pub scenes_generated: u32,
    /// Scenes in the film's format.
    #[serde(default)]
    pub scenes_prepared: u32,
    /// How much of the composing is done, in percent.
    #[serde(default)]
    pub compose_percent: u32,
    /// See [`Soundtrack`].
    #[serde(default)]
    pub soundtrack: Soundtrack,
    /// Why the film is less than was asked for, when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degraded: Option<String>,
    /// The film's key in the assets bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_key: Option<String>,
    /// The still picture's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_key: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<JobError>,
    /// `"yes"` while the job runs: the key of the index the reconciler reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
}

impl Job {
    /// A job just accepted.
    pub fn accepted(
        job_id: JobId,
        user_id: &str,
        request: CreateJob,
        now: Time,
        time_limit: Duration,
    ) -> Self {
        let soundtrack = if request.audio.wants_music() {
            Soundtrack::Pending
        } else {
            Soundtrack::None
        };
        Self {
            job_id,
            user_id: user_id.to_owned(),
            request,
            status: Status::Pending,
            stage: Stage::Queued,
            created_at: now,
            updated_at: now,
            started_at: None,
            planned_at: None,
            composing_at: None,
            completed_at: None,
            deadline: now.after(time_limit),
            month: Month::of(now),
            reservation: Reservation::Held,
            quote_nano_usd: 0,
            execution_arn: None,
            storyboard: None,
            scenes_generated: 0,
            scenes_prepared: 0,
            compose_percent: 0,
            soundtrack,
            degraded: None,
            video_key: None,
            thumbnail_key: None,
            error: None,
            open: Some("yes".to_owned()),
        }
    }

    /// Percent done, 0-100 (D5). Each part it is made of only grows, so it never falls.
    pub fn progress(&self) -> u32 {
        if self.status == Status::Completed {
            return 100;
        }
        let scenes = self.request.scenes.max(1);
        let stage = match self.stage {
            Stage::Queued => 0,
            Stage::Planning => 2,
            Stage::Generating | Stage::Composing => 5,
            Stage::Done => 99,
        };
        let generated = 45 * self.scenes_generated.min(scenes) / scenes;
        let prepared = 20 * self.scenes_prepared.min(scenes) / scenes;
        let composed = 28 * self.compose_percent.min(100) / 100;
        (stage + generated + prepared + composed).min(99)
    }
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

/// A scene's row: what changes about a scene while the plan stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scene {
    /// From 1.
    pub index: u32,
    /// From the storyboard.
    pub title: String,
    /// See [`SceneStatus`].
    pub status: SceneStatus,
    /// When it last changed.
    pub updated_at: Time,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn job(scenes: u32) -> Job {
        let request = CreateJob {
            scenes,
            ..CreateJob::sample()
        };
        Job::accepted(
            JobId(uuid::Uuid::nil()),
            "user",
            request,
            Time::from_millisecond(0),
            Duration::from_secs(3600),
        )
    }

    proptest! {
        #[test]
        fn progress_never_falls(scenes in 1u32..=12, steps in prop::collection::vec(0u8..5, 0..200)) {
            let mut job = job(scenes);
            let mut last = job.progress();
            for step in steps {
                match step {
                    0 => job.scenes_generated += 1,
                    1 => job.scenes_prepared += 1,
                    2 => job.compose_percent += 9,
                    3 => job.stage = job.stage.max(Stage::Generating),
                    _ => job.stage = job.stage.max(Stage::Composing),
                }
                prop_assert!(job.progress() >= last && job.progress() < 100);
                last = job.progress();
            }
            job.status = Status::Completed;
            prop_assert_eq!(job.progress(), 100);
        }
    }

    #[test]
    fn nothing_follows_a_final_status() {
        let all = [
            Status::Pending,
            Status::Processing,
            Status::Completed,
            Status::Failed,
        ];
        for next in all {
            assert!(!Status::Completed.can_become(next));
            assert!(!Status::Failed.can_become(next));
        }
        assert!(Status::Pending.can_become(Status::Processing));
        assert!(!Status::Processing.can_become(Status::Pending));
    }

    #[test]
    fn an_id_has_one_spelling() {
        let text = "0198c0de-0000-7000-8000-000000000001";
        assert_eq!(text.parse::<JobId>().unwrap().to_string(), text);
        assert!(text.replace('-', "").parse::<JobId>().is_err());
        assert!(text.to_uppercase().parse::<JobId>().is_err());
        assert!("../x".parse::<JobId>().is_err());
    }
}

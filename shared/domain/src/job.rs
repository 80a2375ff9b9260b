//! A generation job and the course of its life.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::attempt::{Attempt, AttemptState, Target};
use crate::failure::JobError;
use crate::film::FRAME_RATE;
pub use crate::ids::JobId;
use crate::preset::Preset;
use crate::quota::{Month, Reservation};
use crate::request::CreateJob;
use crate::spending::Day;
use crate::storyboard::Storyboard;
use crate::time::Time;

mod redo;
mod run;
mod status;

pub use redo::{FREE_REDOS, FilmKeys, Place, Redo};
pub use run::JobRun;
pub(crate) use run::first_run;
pub use status::{SceneStatus, Soundtrack, Stage, Status};

/// The part of a job's time that its storyboard may wait for a language model: making the film
/// needs the rest.
const PLAN_WAITS: u32 = 10;

fn first_version() -> u32 {
    1
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
    /// How its pictures are compressed, as the installation had it when it was accepted.
    #[serde(default)]
    pub preset: Preset,
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
    /// What its latest execution's models were expected to cost, taken from the
    /// installation's day (D49), in billionths of a dollar.
    #[serde(default)]
    pub quote_nano_usd: u64,
    /// When its place and its quote were taken, if not at its creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved_at: Option<Time>,
    /// What its executions had paid for their models when the last of them ended, in
    /// billionths of a dollar: what was then to be thought paid, and never less than before.
    #[serde(default)]
    pub paid_nano_usd: u64,
    /// The number of its latest execution, from 1.
    #[serde(default = "first_run")]
    pub run: u32,
    /// The execution, once started (R38).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_arn: Option<String>,
    /// The plan, once written (D15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storyboard: Option<Storyboard>,
    /// Counts the storyboard's edits, from 1: the guard against lost updates (D44).
    #[serde(default = "first_version")]
    pub storyboard_version: u32,
    /// The storyboard as it was planned, once its owner has changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_storyboard: Option<Storyboard>,
    /// Until when the storyboard waits for its owner's approval; only while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_until: Option<Time>,
    /// When the owner approved the storyboard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<Time>,
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
    /// The change of a part that is being made, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redo: Option<Redo>,
    /// The name under which the last one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redo_id: Option<Uuid>,
    /// The film with that change, once composed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redone_film: Option<FilmKeys>,
    /// Scenes that were redone, and music.
    #[serde(default, rename = "redoneScenes")]
    pub redone_parts: u32,
    /// Why it failed; of a film that is there, why the last change of it did.
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
            preset: Preset::default(),
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
            reserved_at: None,
            paid_nano_usd: 0,
            run: 1,
            execution_arn: None,
            storyboard: None,
            storyboard_version: first_version(),
            planned_storyboard: None,
            review_until: None,
            approved_at: None,
            scenes_generated: 0,
            scenes_prepared: 0,
            compose_percent: 0,
            soundtrack,
            degraded: None,
            video_key: None,
            thumbnail_key: None,
            redo: None,
            redo_id: None,
            redone_film: None,
            redone_parts: 0,
            error: None,
            open: Some("yes".to_owned()),
        }
    }

    /// The same once its owner lets it go on (D44): with another execution, a place in the
    /// month of `now` and the quote of what is still to be made. `None` unless it ended
    /// without a film.
    pub fn resumed(&self, quote_nano_usd: u64, now: Time, time_limit: Duration) -> Option<Self> {
        let (status, stage) = match self.storyboard {
            Some(_) => (Status::Processing, Stage::Generating),
            // The progress does not fall.
            None => (Status::Pending, self.stage),
        };
        let soundtrack = match self.soundtrack {
            Soundtrack::Failed => Soundtrack::Pending,
            other => other,
        };
        let has_ended = matches!(self.status, Status::Failed | Status::Cancelled);
        has_ended.then(|| Self {
            status,
            stage,
            run: self.run + 1,
            updated_at: now,
            completed_at: None,
            deadline: now.after(time_limit),
            month: Month::of(now),
            reservation: Reservation::Held,
            quote_nano_usd,
            reserved_at: Some(now),
            execution_arn: None,
            soundtrack,
            degraded: None,
            review_until: None,
            error: None,
            open: Some("yes".to_owned()),
            ..self.clone()
        })
    }

    /// Its latest execution.
    pub fn latest_run(&self) -> JobRun {
        JobRun {
            job_id: self.job_id,
            run: self.run,
        }
    }

    /// The day that its quote was taken from.
    pub fn quote_day(&self) -> Day {
        Day::of(self.reserved_at.unwrap_or(self.created_at))
    }

    /// Whether the steps of an execution may work on it: it is running, and no later
    /// execution has taken its place.
    pub fn is_worked_on_by(&self, run: JobRun) -> bool {
        self.status.is_running() && self.latest_run() == run
    }

    /// Whether its storyboard may be changed and approved (D44).
    pub fn is_in_review(&self, now: Time) -> bool {
        self.status == Status::AwaitingReview && self.review_until.is_none_or(|until| now <= until)
    }

    /// Whether its storyboard may still wait for a language model.
    pub fn may_wait_for_plan(&self, now: Time) -> bool {
        let began = self.reserved_at.unwrap_or(self.created_at);
        now.since(began) < self.deadline.since(began) / PLAN_WAITS
    }

    /// The job with a storyboard that its owner has changed: its scenes and its length
    /// follow, and what was planned is kept.
    pub fn with_edit(&self, storyboard: Storyboard, now: Time) -> Self {
        let planned = self.planned_storyboard.clone();
        let request = CreateJob {
            scenes: u32::try_from(storyboard.scenes.len()).unwrap_or(u32::MAX),
            duration_seconds: storyboard.total_frames().div_ceil(FRAME_RATE),
            ..self.request.clone()
        };
        Self {
            request,
            planned_storyboard: planned.or_else(|| self.storyboard.clone()),
            storyboard: Some(storyboard),
            storyboard_version: self.storyboard_version + 1,
            updated_at: now,
            ..self.clone()
        }
    }

    /// The job as its owner has approved it: another execution makes the film, by a
    /// deadline of its own.
    pub fn approved(&self, quote_nano_usd: u64, now: Time, time_limit: Duration) -> Self {
        Self {
            status: Status::Processing,
            stage: Stage::Generating,
            run: self.run + 1,
            execution_arn: None,
            quote_nano_usd,
            deadline: now.after(time_limit),
            review_until: None,
            approved_at: Some(now),
            updated_at: now,
            ..self.clone()
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
    /// The takes that can be seen before the film is made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub previews: Vec<u32>,
}

impl Scene {
    /// Its status, as it is true of a job that has ended: the provider is at work on none of
    /// its scenes any more, and has failed with one whose last attempt failed.
    pub fn status_in(&self, job: &Job, attempts: &[Attempt]) -> SceneStatus {
        if !job.status.is_final() || self.status != SceneStatus::Generating {
            return self.status;
        }
        let target = Target::Scene(self.index);
        let of_scene = attempts.iter().filter(|attempt| attempt.target == target);
        match of_scene.max_by_key(|attempt| attempt.created_at) {
            Some(last) if last.state == AttemptState::Failed => SceneStatus::Failed,
            _ => SceneStatus::Pending,
        }
    }
}

#[cfg(test)]
mod tests;

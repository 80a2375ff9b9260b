//! How a job and its scenes move on: conditional writes along one transition table (D30).

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::job::{FilmKeys, Job, JobId, Scene, SceneStatus, Soundtrack, Stage, Status};
use domain::storyboard::Storyboard;
use domain::time::Time;

use super::{JOB_ROW, JobsTable, RUNNING, key, scene_row};
use crate::change::{Change, put};
use crate::error::StoreError;
use crate::transaction;

impl JobsTable {
    /// Remembers the execution (R38). A job that has ended keeps what it has.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn set_execution(&self, id: JobId, arn: &str) -> Result<(), StoreError> {
        let change = Change::new()
            .set("executionArn", &arn)?
            .when_in("status", &RUNNING);
        self.apply("set execution", id, JOB_ROW, &change).await
    }

    /// `pending` becomes `processing`; a repeated call changes nothing that matters.
    /// A job that has ended is a conflict.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn begin(&self, id: JobId, now: Time) -> Result<(), StoreError> {
        let change = Change::new()
            .set("status", &Status::Processing)?
            .set_once("startedAt", &now)?
            .set("stage", &Stage::Planning)?
            .set("updatedAt", &now)?
            .when_in("status", &RUNNING)
            .when_in("stage", &["queued", "planning"]);
        self.apply("begin job", id, JOB_ROW, &change).await
    }

    /// The job is ended by its owner: from now on no step begins anything for it. One
    /// that is being cancelled already, or has ended, is a conflict.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn begin_cancelling(&self, id: JobId, now: Time) -> Result<(), StoreError> {
        let change = Change::new()
            .set("status", &Status::Cancelling)?
            .set("updatedAt", &now)?
            .when_in("status", &Status::before(Status::Cancelling));
        self.apply("cancel job", id, JOB_ROW, &change).await
    }

    /// Writes the plan and the rows of its scenes. The stage becomes `generating`, or the
    /// job waits for its owner's approval until a time (D44).
    /// A plan already there, or a job that has ended, is a conflict.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn save_storyboard(
        &self,
        id: JobId,
        storyboard: &Storyboard,
        review_until: Option<Time>,
        now: Time,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("storyboard", storyboard)?
            .set("plannedAt", &now)?
            .set("updatedAt", &now)?
            .when("stage", "=", &Stage::Planning)?
            .when_in("status", &RUNNING)
            .when_absent("storyboard");
        let change = match review_until {
            Some(until) => change
                .set("status", &Status::AwaitingReview)?
                .set("reviewUntil", &until)?,
            None => change.set("stage", &Stage::Generating)?,
        };
        let mut writes = vec![self.job_update(id, &change)?];
        writes.extend(self.scene_rows(id, storyboard, now)?);
        transaction::commit(&self.client, "save storyboard", writes).await
    }

    /// The rows of a storyboard's scenes, none of which is begun.
    pub(super) fn scene_rows(
        &self,
        id: JobId,
        storyboard: &Storyboard,
        now: Time,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let rows = storyboard.scenes.iter().map(|planned| {
            let scene = Scene {
                index: planned.index,
                title: planned.title.clone(),
                status: SceneStatus::Pending,
                updated_at: now,
                previews: Vec::new(),
            };
            put(
                &self.table,
                key(id, &scene_row(planned.index)),
                &scene,
                None,
            )
        });
        rows.collect()
    }

    /// Moves a scene on; counts it on the job in the same transaction. A scene
    /// that is already as far, or a job that has ended, is a conflict.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn advance_scene(
        &self,
        id: JobId,
        index: u32,
        to: SceneStatus,
        now: Time,
    ) -> Result<(), StoreError> {
        let before: &[&str] = match to {
            // Nothing becomes pending, and a condition of no values is no expression.
            SceneStatus::Pending => {
                return Err(StoreError::Conflict {
                    operation: "advance scene",
                });
            }
            SceneStatus::Generating => &["pending"],
            SceneStatus::Generated => &["pending", "generating"],
            SceneStatus::Complete => &["generated"],
            SceneStatus::Failed => &["pending", "generating", "generated"],
        };
        let scene = Change::new()
            .set("status", &to)?
            .set("updatedAt", &now)?
            .when_in("status", before);
        let job = Change::new()
            .set("updatedAt", &now)?
            .when_in("status", &RUNNING);
        let job = match to {
            SceneStatus::Generated => job.add("scenesGenerated", 1),
            SceneStatus::Complete => job.add("scenesPrepared", 1),
            SceneStatus::Pending | SceneStatus::Generating | SceneStatus::Failed => job,
        };
        let writes = vec![
            scene.write(&self.table, key(id, &scene_row(index)))?,
            self.job_update(id, &job)?,
        ];
        transaction::commit(&self.client, "advance scene", writes).await
    }

    /// Which takes of a scene can be seen before the film is made. The scene's one preparer
    /// knows them all.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn set_previews(
        &self,
        id: JobId,
        index: u32,
        takes: &[u32],
    ) -> Result<(), StoreError> {
        let change = Change::new().set("previews", &takes)?.when_in(
            "status",
            &["pending", "generating", "generated", "complete"],
        );
        self.apply("set previews", id, &scene_row(index), &change)
            .await
    }

    /// How the music bed is coming along, with what to say when it failed.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn set_soundtrack(
        &self,
        id: JobId,
        state: Soundtrack,
        degraded: Option<&str>,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("soundtrack", &state)?
            .set_some("degraded", degraded.as_ref())?
            .when("soundtrack", "=", &Soundtrack::Pending)?
            .when_in("status", &RUNNING);
        self.apply("set soundtrack", id, JOB_ROW, &change).await
    }

    /// The stage becomes `composing`; repeated calls are fine.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn begin_composing(&self, id: JobId, now: Time) -> Result<(), StoreError> {
        let change = Change::new()
            .set("stage", &Stage::Composing)?
            .set_once("composingAt", &now)?
            .set("updatedAt", &now)?
            .when_in("stage", &["generating", "composing"])
            .when_in("status", &RUNNING);
        self.apply("begin composing", id, JOB_ROW, &change).await
    }

    /// Raises the composing's percentage; a lower one is a conflict, so a second
    /// run after a kill does not set the progress back.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn compose_percent(
        &self,
        id: JobId,
        percent: u32,
        now: Time,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("composePercent", &percent)?
            .set("updatedAt", &now)?
            .when("composePercent", "<", &percent)?
            .when("stage", "=", &Stage::Composing)?
            .when_in("status", &RUNNING);
        self.apply("compose progress", id, JOB_ROW, &change).await
    }

    /// The write that lets a job which ended without a film go on as `resumed` (D44).
    pub(crate) fn resumption(
        &self,
        ended: &Job,
        resumed: &Job,
    ) -> Result<TransactWriteItem, StoreError> {
        let change = next_run(resumed)?
            .set("month", &resumed.month)?
            .set("reservation", &resumed.reservation)?
            .set_some("reservedAt", resumed.reserved_at.as_ref())?
            .set("soundtrack", &resumed.soundtrack)?
            .set_some("open", resumed.open.as_ref())?
            .remove("error")
            .remove("degraded")
            .remove("completedAt")
            .when("status", "=", &ended.status)?
            .when_absent_or("run", "=", &ended.run)?;
        self.job_update(ended.job_id, &change)
    }

    /// The write that makes a scene wait again, of a job that goes on.
    pub(crate) fn scene_again(
        &self,
        resumed: &Job,
        index: u32,
    ) -> Result<TransactWriteItem, StoreError> {
        let change = Change::new()
            .set("status", &SceneStatus::Pending)?
            .set("updatedAt", &resumed.updated_at)?
            .when_in("status", &["generating", "failed"]);
        change.write(&self.table, key(resumed.job_id, &scene_row(index)))
    }

    /// Remembers where the film lies that the job's execution has composed. The job is not
    /// finished by this, and a film that is there is served on.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn set_film(&self, job: &Job, film: &FilmKeys) -> Result<(), StoreError> {
        let change = match job.redo {
            Some(_) => Change::new().set("redoneFilm", film)?,
            None => shown(Change::new(), film)?,
        };
        let change = change
            .set("composePercent", &100)?
            .when_in("status", &RUNNING)
            .when_absent_or("run", "=", &job.run)?;
        self.apply("set film", job.job_id, JOB_ROW, &change).await
    }
}

/// What is written of the film that is served.
pub(super) fn shown(change: Change, film: &FilmKeys) -> Result<Change, StoreError> {
    let change = change.set("videoKey", &film.video_key)?;
    change.set("thumbnailKey", &film.thumbnail_key)
}

/// What is written whenever another execution goes on with a job.
pub(super) fn next_run(job: &Job) -> Result<Change, StoreError> {
    let change = Change::new()
        .set("status", &job.status)?
        .set("stage", &job.stage)?
        .set("run", &job.run)?
        .set("quoteNanoUsd", &job.quote_nano_usd)?
        .set("deadline", &job.deadline)?
        .set("updatedAt", &job.updated_at)?;
    Ok(change.remove("executionArn").remove("reviewUntil"))
}

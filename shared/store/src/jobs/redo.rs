//! A part of a film made anew (D44): while that is done, and however it ends, the job has
//! a film.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::job::{Job, Redo, SceneStatus, Soundtrack, Stage, Status};
use domain::quota::Reservation;
use domain::storyboard::Part;
use domain::time::Time;

use super::changes::{next_run, shown};
use super::{JobsTable, key, scene_row};
use crate::change::Change;
use crate::error::StoreError;

impl JobsTable {
    /// The writes by which another execution changes a part of `film`, as `redone` says.
    /// A scene waits again.
    pub(crate) fn redo_writes(
        &self,
        film: &Job,
        redone: &Job,
        redo: &Redo,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let change = next_run(redone)?
            .set("month", &redone.month)?
            .set("reservation", &redone.reservation)?
            .set_some("reservedAt", redone.reserved_at.as_ref())?
            .set("scenesGenerated", &redone.scenes_generated)?
            .set("scenesPrepared", &redone.scenes_prepared)?
            .set("composePercent", &redone.compose_percent)?
            .set("redo", redo)?
            .set_some("redoId", redone.redo_id.as_ref())?
            .set_some("open", redone.open.as_ref())?
            .remove("redoneFilm")
            .remove("error")
            .when("status", "=", &Status::Completed)?
            .when_absent_or("run", "=", &film.run)?;
        let mut writes = vec![self.job_update(film.job_id, &change)?];
        let (to, at) = (SceneStatus::Pending, redone.updated_at);
        writes.extend(self.redone_scene(redone, redo, to, at)?);
        Ok(writes)
    }

    /// The scene that was to change, if it was one, of a film that stays as it was.
    pub(crate) fn scene_as_it_was(
        &self,
        job: &Job,
        redo: &Redo,
        now: Time,
    ) -> Result<Option<TransactWriteItem>, StoreError> {
        self.redone_scene(job, redo, SceneStatus::Complete, now)
    }

    fn redone_scene(
        &self,
        job: &Job,
        redo: &Redo,
        to: SceneStatus,
        now: Time,
    ) -> Result<Option<TransactWriteItem>, StoreError> {
        let Part::Scene(redone) = &redo.part else {
            return Ok(None);
        };
        let scene = Change::new().set("status", &to)?.set("updatedAt", &now)?;
        let row = key(job.job_id, &scene_row(redone.index));
        scene.write(&self.table, row).map(Some)
    }
}

/// What the end of a change of a part adds to the end of its execution: the job is a whole
/// film again, with the change once that `is_made`.
pub(crate) fn end_redo(
    change: Change,
    job: &Job,
    redo: &Redo,
    is_made: bool,
) -> Result<Change, StoreError> {
    let scenes = job.request.scenes;
    let change = change
        .set("stage", &Stage::Done)?
        .set("reservation", &Reservation::Committed)?
        .set("scenesGenerated", &scenes)?
        .set("scenesPrepared", &scenes)?
        .set("composePercent", &100)?
        .remove("redo")
        .remove("redoneFilm");
    if !is_made {
        return Ok(change);
    }
    let operation = "settle";
    let film = job.redone_film.as_ref();
    let film = film.ok_or(StoreError::Conflict { operation })?;
    let redone_parts = job.redone_parts + u32::from(redo.is_new());
    let change = shown(change, film)?
        .set_some("storyboard", job.storyboard_in_work().as_ref())?
        .set("redoneScenes", &redone_parts)?;
    match redo.part {
        Part::Scene(_) => Ok(change),
        // A film that was made without its music has it now.
        Part::Soundtrack(_) => change
            .set("soundtrack", &Soundtrack::Ready)
            .map(|change| change.remove("degraded")),
    }
}

//! A storyboard that waits for its owner (D44): changed under a version, then approved.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::job::{Job, Status};

use super::changes::next_run;
use super::{JobsTable, key, scene_row};
use crate::change::Change;
use crate::error::StoreError;
use crate::transaction;

impl JobsTable {
    /// Writes a job's changed storyboard in the place of the one that `before` has, and the
    /// rows of its scenes with it. A job that no longer waits, or whose storyboard was
    /// changed meanwhile, is a conflict.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn edit_storyboard(&self, before: &Job, after: &Job) -> Result<(), StoreError> {
        let Some(storyboard) = &after.storyboard else {
            return Ok(());
        };
        let change = Change::new()
            .set("storyboard", storyboard)?
            .set_some("plannedStoryboard", after.planned_storyboard.as_ref())?
            .set("storyboardVersion", &after.storyboard_version)?
            .set("scenes", &after.request.scenes)?
            .set("durationSeconds", &after.request.duration_seconds)?
            .set("updatedAt", &after.updated_at)?;
        let id = before.job_id;
        let mut writes = vec![self.job_update(id, &while_in_review(change, before)?)?];
        writes.extend(self.scene_rows(id, storyboard, after.updated_at)?);
        for index in after.request.scenes + 1..=before.request.scenes {
            writes.push(Change::new().delete(&self.table, key(id, &scene_row(index)))?);
        }
        transaction::commit(&self.client, "edit storyboard", writes).await
    }

    /// The write by which `before` becomes `after`, which its owner has approved.
    pub(crate) fn approve_write(
        &self,
        before: &Job,
        after: &Job,
    ) -> Result<TransactWriteItem, StoreError> {
        let change = next_run(after)?.set("approvedAt", &after.approved_at)?;
        self.job_update(before.job_id, &while_in_review(change, before)?)
    }
}

/// Only while the job waits with this version of its storyboard.
fn while_in_review(change: Change, job: &Job) -> Result<Change, StoreError> {
    change
        .when("status", "=", &Status::AwaitingReview)?
        .when("storyboardVersion", "=", &job.storyboard_version)?
        .when("run", "=", &job.run)
}

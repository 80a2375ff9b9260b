//! The intent record's rows, and the ledger's.

use domain::attempt::{Attempt, AttemptState};
use domain::failure::Failure;
use domain::job::JobId;
use domain::prices::LedgerEntry;
use domain::time::Time;

use super::{IS_NEW, JobsTable, RUNNING, item, key};
use crate::change::{Change, put};
use crate::error::StoreError;
use crate::transaction;

impl JobsTable {
    /// Writes the intent record: the attempt's row, before the create is sent. An attempt
    /// of that number, or a job that its execution does not work on any more, is a
    /// conflict: what a job that is being cancelled has begun is known from its attempts.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn put_attempt(&self, id: JobId, attempt: &Attempt) -> Result<(), StoreError> {
        let runs = Change::new()
            .set("updatedAt", &attempt.created_at)?
            .when_in("status", &RUNNING)
            .when_absent_or("run", "=", &attempt.run)?;
        let row = key(id, &attempt_row(attempt));
        let writes = vec![
            put(&self.table, row, attempt, Some(IS_NEW))?,
            self.job_update(id, &runs)?,
        ];
        transaction::commit(&self.client, "put attempt", writes).await
    }

    /// Remembers the provider's name for an attempt. Another name is a conflict.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn set_prediction(
        &self,
        id: JobId,
        attempt: &Attempt,
        prediction_id: &str,
        now: Time,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("predictionId", &prediction_id)?
            .set("state", &AttemptState::Running)?
            .set("updatedAt", &now)?
            .when_in("state", &["creating", "running"])
            .when_absent_or("predictionId", "=", &prediction_id)?;
        self.apply("set prediction", id, &attempt_row(attempt), &change)
            .await
    }

    /// Gives the attempt the workflow's new task to answer.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn set_task_token(
        &self,
        id: JobId,
        attempt: &Attempt,
        token: &str,
        now: Time,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("taskToken", &token)?
            .set("updatedAt", &now)?;
        self.apply("set task token", id, &attempt_row(attempt), &change)
            .await
    }

    /// Notes that the provider answered a create with an error of its own, so that
    /// it is no longer on its way. The intent record stays.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn note_answer(
        &self,
        id: JobId,
        attempt: &Attempt,
        failure: Failure,
        now: Time,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("failure", &failure)?
            .set("updatedAt", &now)?
            .when("state", "=", &AttemptState::Creating)?;
        self.apply("note answer", id, &attempt_row(attempt), &change)
            .await
    }

    /// Ends an attempt. One that has ended already is a conflict.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn end_attempt(
        &self,
        id: JobId,
        attempt: &Attempt,
        state: AttemptState,
        failure: Option<Failure>,
        now: Time,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("state", &state)?
            .set_some("failure", failure.as_ref())?
            .set("updatedAt", &now)?
            .when_in("state", &["creating", "running"]);
        self.apply("end attempt", id, &attempt_row(attempt), &change)
            .await
    }

    /// Writes a line of the ledger. It takes the place of a line of the same step until
    /// that says what the step did cost, which stays.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn put_ledger(&self, id: JobId, entry: &LedgerEntry) -> Result<(), StoreError> {
        let row = format!("ledger#{}", entry.step);
        let written = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item(id, &row, entry)?))
            .condition_expression("attribute_not_exists(actualNanoUsd)")
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk("put ledger", error));
        match written {
            Err(error) if error.is_conflict() => Ok(()),
            written => written,
        }
    }
}

fn attempt_row(attempt: &Attempt) -> String {
    format!("attempt#{}#{:03}", attempt.target, attempt.number)
}

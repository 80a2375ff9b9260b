//! The intent record's rows, and the ledger's.

use domain::attempt::{Attempt, AttemptState};
use domain::failure::Failure;
use domain::job::JobId;
use domain::prices::LedgerEntry;
use domain::time::Time;

use super::{IS_NEW, JobsTable, item};
use crate::change::Change;
use crate::error::StoreError;

impl JobsTable {
    /// Writes the intent record: the attempt's row, before the create is sent. An attempt
    /// of that number is a conflict.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn put_attempt(&self, id: JobId, attempt: &Attempt) -> Result<(), StoreError> {
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item(id, &attempt_row(attempt), attempt)?))
            .condition_expression(IS_NEW)
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk("put attempt", error))
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

    /// Writes a line of the ledger; a line of the same step is replaced.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn put_ledger(&self, id: JobId, entry: &LedgerEntry) -> Result<(), StoreError> {
        let row = format!("ledger#{}", entry.step);
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item(id, &row, entry)?))
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk("put ledger", error))
    }
}

fn attempt_row(attempt: &Attempt) -> String {
    format!("attempt#{}#{:03}", attempt.target, attempt.number)
}

//! How a transcode as a whole is brought on, by the worker that holds its lease.

use aws_sdk_dynamodb::types::ReturnValue;
use domain::ids::TranscodeId;
use domain::rendition::Skipped;
use domain::time::Time;
use domain::transcode::{TranscodeStatus, TranscodeWarning, encoding_progress};
use domain::video::Facts;

use super::{PLAN_ROW, TranscodesTable, key};
use crate::Counters;
use crate::change::Change;
use crate::error::StoreError;
use crate::rows::stored_row;
use crate::transaction;

impl TranscodesTable {
    /// `PENDING` becomes `DOWNLOADING`.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn begin(
        &self,
        counters: &Counters,
        id: TranscodeId,
        owner: &str,
        now: Time,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("status", &TranscodeStatus::Downloading)?
            .set_once("startedAt", &now)?
            .set("updatedAt", &now)?
            .when("status", "=", &TranscodeStatus::Pending)?
            .when("leaseOwner", "=", &owner)?;
        let counted = Change::new().add("pending", -1).add("processing", 1);
        let writes = vec![
            self.job_update(id, &change)?,
            counters.stats.transcode_write(id, &counted)?,
        ];
        transaction::commit(&self.client, "begin transcode", writes).await
    }

    /// `DOWNLOADING` becomes `PROCESSING`, with what is known of the source
    /// (R110), what is not made of it (D34), and what its outputs will lack.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn begin_processing(
        &self,
        id: TranscodeId,
        owner: &str,
        facts: &Facts,
        skipped: &[Skipped],
        warnings: &[TranscodeWarning],
        now: Time,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("status", &TranscodeStatus::Processing)?
            .set("progress", &encoding_progress(0.0))?
            .set_some("duration", facts.duration.as_ref())?
            .set("resolution", &facts.resolution())?
            .set("videoCodec", &facts.video_codec)?
            .set_some("audioCodec", facts.audio_codec.as_ref())?
            .set("skipped", &skipped)?
            .set("warnings", &warnings)?
            .set("updatedAt", &now)?
            .when("status", "=", &TranscodeStatus::Downloading)?
            .when("leaseOwner", "=", &owner)?;
        self.apply("begin processing", id, &change).await
    }

    /// Raises the progress, in percent; a lower one is a conflict. By the worker that holds
    /// the lease (`owner`), or by one that has a part of it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn progress(
        &self,
        id: TranscodeId,
        owner: Option<&str>,
        percent: u32,
        now: Time,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("progress", &percent)?
            .set("updatedAt", &now)?
            .when("progress", "<", &percent)?
            .when("status", "=", &TranscodeStatus::Processing)?;
        let change = match owner {
            Some(owner) => change.when("leaseOwner", "=", &owner)?,
            None => change,
        };
        self.apply("transcode progress", id, &change).await
    }

    /// Keeps the plan of the work, unless there is one; answers the one that is
    /// kept, so that all workers work by the same.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn keep_plan(&self, id: TranscodeId, plan: &str) -> Result<String, StoreError> {
        let change = Change::new().set_once("plan", &plan)?;
        let answer = change
            .request(&self.client, &self.table, key(id, PLAN_ROW))
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("keep plan", error))?;
        let row = answer.attributes.unwrap_or_default();
        let kept = row.get("plan").and_then(|value| value.as_s().ok());
        Ok(kept.map_or_else(|| plan.to_owned(), Clone::clone))
    }

    /// The plan that is kept, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn kept_plan(&self, id: TranscodeId) -> Result<Option<String>, StoreError> {
        let row = stored_row("get plan", &self.client, &self.table, key(id, PLAN_ROW)).await?;
        let plan = row.and_then(|mut row| row.remove("plan"));
        Ok(plan.and_then(|plan| plan.as_s().ok().cloned()))
    }
}

//! The table `omnigen-jobs`: a job, its scenes, its attempts and its ledger, as
//! rows under one key, and two indexes (by user and time; of open jobs).

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValue, TransactWriteItem, Update};
use domain::attempt::{Attempt, AttemptState};
use domain::failure::Failure;
use domain::job::{Job, JobId, Scene, SceneStatus, Soundtrack, Stage, Status};
use domain::prices::LedgerEntry;
use domain::storyboard::Storyboard;
use domain::time::Time;
use serde::Serialize;

use crate::change::{Change, from_item, to_item};
use crate::error::StoreError;

const JOB_ROW: &str = "job";
const BY_USER: &str = "byUser";
const OPEN: &str = "openJobs";
const STILL_OPEN: [&str; 2] = ["pending", "processing"];

/// Access to the jobs table.
#[derive(Debug, Clone)]
pub struct JobsTable {
    client: Client,
    table: String,
}

/// Everything the table knows of one job.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRecord {
    /// The job.
    pub job: Job,
    /// Its scenes in order; empty before the storyboard is written.
    pub scenes: Vec<Scene>,
    /// Every create at the provider.
    pub attempts: Vec<Attempt>,
    /// What each step cost.
    pub ledger: Vec<LedgerEntry>,
}

/// Where a list goes on: the last row's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The last job on the page.
    pub job_id: JobId,
    /// When it was created.
    pub created_at: Time,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a, T> {
    job_id: JobId,
    sk: String,
    #[serde(flatten)]
    content: &'a T,
}

impl JobsTable {
    /// A table behind a client.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    /// The row of a new job, as part of the transaction that reserves its place.
    pub(crate) fn put_new(&self, job: &Job) -> Result<TransactWriteItem, StoreError> {
        let item = to_item(&Row {
            job_id: job.job_id,
            sk: JOB_ROW.to_owned(),
            content: job,
        })?;
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(jobId)")
            .build()
            .map_err(|error| StoreError::unreadable("create job", error))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// A change of the job's row, as part of a transaction.
    pub(crate) fn job_update(
        &self,
        id: JobId,
        change: &Change,
    ) -> Result<TransactWriteItem, StoreError> {
        self.transact_update(id, JOB_ROW, change)
    }

    fn transact_update(
        &self,
        id: JobId,
        row: &str,
        change: &Change,
    ) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(id, row)))
            .update_expression(change.update())
            .set_condition_expression(change.condition())
            .set_expression_attribute_names(Some(change.names()))
            .set_expression_attribute_values(change.values())
            .build()
            .map_err(|error| StoreError::unreadable("update job", error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// The job itself, without its parts.
    pub async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(id, JOB_ROW)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("get job", error))?;
        answer
            .item
            .map(|item| from_item("get job", item))
            .transpose()
    }

    /// The job and all its parts, in one query.
    pub async fn load(&self, id: JobId) -> Result<Option<JobRecord>, StoreError> {
        let mut rows = Vec::new();
        let mut start = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("jobId = :job")
                .expression_attribute_values(":job", AttributeValue::S(id.to_string()))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| StoreError::from_sdk("load job", error))?;
            rows.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key;
            if start.is_none() {
                return record(rows);
            }
        }
    }

    /// A user's jobs, newest first, from a position on.
    pub async fn list(
        &self,
        user_id: &str,
        limit: i32,
        after: Option<&Position>,
    ) -> Result<(Vec<Job>, Option<Position>), StoreError> {
        let start = after.map(|position| {
            let mut start = key(position.job_id, JOB_ROW);
            start.insert("userId".to_owned(), AttributeValue::S(user_id.to_owned()));
            start.insert(
                "createdAt".to_owned(),
                AttributeValue::S(position.created_at.to_string()),
            );
            start
        });
        let page = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(BY_USER)
            .key_condition_expression("userId = :user")
            .expression_attribute_values(":user", AttributeValue::S(user_id.to_owned()))
            .scan_index_forward(false)
            // One more than asked for tells whether there is a next page.
            .limit(limit + 1)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("list jobs", error))?;
        let mut jobs: Vec<Job> = page
            .items
            .unwrap_or_default()
            .into_iter()
            .map(|item| from_item("list jobs", item))
            .collect::<Result<_, _>>()?;
        let limit = usize::try_from(limit).unwrap_or(0);
        // A page also ends at a megabyte, with fewer rows than asked for.
        let more = jobs.len() > limit || page.last_evaluated_key.is_some();
        jobs.truncate(limit);
        let next = jobs.last().filter(|_| more).map(|job| Position {
            job_id: job.job_id,
            created_at: job.created_at,
        });
        Ok((jobs, next))
    }

    /// Every job that has not ended, oldest first.
    pub async fn open(&self) -> Result<Vec<Job>, StoreError> {
        let mut jobs = Vec::new();
        let mut start = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(OPEN)
                .key_condition_expression("#open = :yes")
                .expression_attribute_names("#open", "open")
                .expression_attribute_values(":yes", AttributeValue::S("yes".to_owned()))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| StoreError::from_sdk("list open jobs", error))?;
            for item in page.items.unwrap_or_default() {
                jobs.push(from_item("list open jobs", item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(jobs);
            }
        }
    }

    async fn apply(
        &self,
        operation: &'static str,
        id: JobId,
        row: &str,
        change: &Change,
    ) -> Result<(), StoreError> {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(id, row)))
            .update_expression(change.update())
            .set_condition_expression(change.condition())
            .set_expression_attribute_names(Some(change.names()))
            .set_expression_attribute_values(change.values())
            .return_values(ReturnValue::None)
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk(operation, error))
    }

    /// Remembers the execution (R38). A job that has ended keeps what it has.
    pub async fn set_execution(&self, id: JobId, arn: &str) -> Result<(), StoreError> {
        let change = Change::new()
            .set("executionArn", &arn)?
            .when_in("status", &STILL_OPEN);
        self.apply("set execution", id, JOB_ROW, &change).await
    }

    /// `pending` becomes `processing`; a repeated call changes nothing that matters.
    /// A job that has ended is a conflict.
    pub async fn begin(&self, id: JobId, now: Time) -> Result<(), StoreError> {
        let change = Change::new()
            .set("status", &Status::Processing)?
            .set_once("startedAt", &now)?
            .set("stage", &Stage::Planning)?
            .set("updatedAt", &now)?
            .when_in("status", &STILL_OPEN)
            .when_in("stage", &["queued", "planning"]);
        self.apply("begin job", id, JOB_ROW, &change).await
    }

    /// Writes the plan and the rows of its scenes; the stage becomes `generating`.
    /// A plan already there, or a job that has ended, is a conflict.
    pub async fn save_storyboard(
        &self,
        id: JobId,
        storyboard: &Storyboard,
        now: Time,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("storyboard", storyboard)?
            .set("stage", &Stage::Generating)?
            .set("plannedAt", &now)?
            .set("updatedAt", &now)?
            .when("stage", "=", &Stage::Planning)?
            .when_in("status", &STILL_OPEN);
        let mut writes = vec![self.job_update(id, &change)?];
        for planned in &storyboard.scenes {
            let scene = Scene {
                index: planned.index,
                title: planned.title.clone(),
                status: SceneStatus::Pending,
                updated_at: now,
            };
            let item = to_item(&Row {
                job_id: id,
                sk: scene_row(planned.index),
                content: &scene,
            })?;
            let put = Put::builder()
                .table_name(&self.table)
                .set_item(Some(item))
                .build()
                .map_err(|error| StoreError::unreadable("save storyboard", error))?;
            writes.push(TransactWriteItem::builder().put(put).build());
        }
        self.transact("save storyboard", writes).await
    }

    /// Moves a scene on; counts it on the job in the same transaction. A scene
    /// that is already as far, or a job that has ended, is a conflict.
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
            .when_in("status", &STILL_OPEN);
        let job = match to {
            SceneStatus::Generated => job.add("scenesGenerated", 1),
            SceneStatus::Complete => job.add("scenesPrepared", 1),
            SceneStatus::Pending | SceneStatus::Generating | SceneStatus::Failed => job,
        };
        let writes = vec![
            self.transact_update(id, &scene_row(index), &scene)?,
            self.job_update(id, &job)?,
        ];
        self.transact("advance scene", writes).await
    }

    /// How the music bed is coming along, with what to say when it failed.
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
            .when_in("status", &STILL_OPEN);
        self.apply("set soundtrack", id, JOB_ROW, &change).await
    }

    /// The stage becomes `composing`; repeated calls are fine.
    pub async fn begin_composing(&self, id: JobId, now: Time) -> Result<(), StoreError> {
        let change = Change::new()
            .set("stage", &Stage::Composing)?
            .set_once("composingAt", &now)?
            .set("updatedAt", &now)?
            .when_in("stage", &["generating", "composing"])
            .when_in("status", &STILL_OPEN);
        self.apply("begin composing", id, JOB_ROW, &change).await
    }

    /// Raises the composing's percentage; a lower one is a conflict, so a second
    /// run after a kill does not set the progress back.
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
            .when("stage", "=", &Stage::Composing)?;
        self.apply("compose progress", id, JOB_ROW, &change).await
    }

    /// Remembers where the film lies. The job is not finished by this.
    pub async fn set_film(
        &self,
        id: JobId,
        video: &str,
        thumbnail: &str,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("videoKey", &video)?
            .set("thumbnailKey", &thumbnail)?
            .set("composePercent", &100)?
            .when_in("status", &STILL_OPEN);
        self.apply("set film", id, JOB_ROW, &change).await
    }

    /// Writes the fence: the attempt's row, before the create is sent. An attempt
    /// of that number is a conflict.
    pub async fn put_attempt(&self, id: JobId, attempt: &Attempt) -> Result<(), StoreError> {
        let item = to_item(&Row {
            job_id: id,
            sk: attempt_row(attempt),
            content: attempt,
        })?;
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(jobId)")
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk("put attempt", error))
    }

    /// Remembers the provider's name for an attempt. Another name is a conflict.
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
    /// it is no longer on its way. The fence stays.
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
    pub async fn put_ledger(&self, id: JobId, entry: &LedgerEntry) -> Result<(), StoreError> {
        let item = to_item(&Row {
            job_id: id,
            sk: format!("ledger#{}", entry.step),
            content: entry,
        })?;
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk("put ledger", error))
    }

    async fn transact(
        &self,
        operation: &'static str,
        writes: Vec<TransactWriteItem>,
    ) -> Result<(), StoreError> {
        crate::transaction::write(&self.client, operation, writes)
            .await
            .map_err(|refusal| refusal.into_error(operation))
    }

    /// Asks the table whether it is there, for the health check.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.get(JobId(uuid::Uuid::nil())).await.map(drop)
    }
}

fn key(id: JobId, row: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("jobId".to_owned(), AttributeValue::S(id.to_string())),
        ("sk".to_owned(), AttributeValue::S(row.to_owned())),
    ])
}

fn scene_row(index: u32) -> String {
    format!("scene#{index:03}")
}

fn attempt_row(attempt: &Attempt) -> String {
    format!("attempt#{}#{:03}", attempt.target, attempt.number)
}

fn record(rows: Vec<HashMap<String, AttributeValue>>) -> Result<Option<JobRecord>, StoreError> {
    let mut job = None;
    let (mut scenes, mut attempts, mut ledger) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let kind = row
            .get("sk")
            .and_then(|value| value.as_s().ok())
            .cloned()
            .unwrap_or_default();
        match kind.split('#').next().unwrap_or_default() {
            JOB_ROW => job = Some(from_item("load job", row)?),
            "scene" => scenes.push(from_item("load job", row)?),
            "attempt" => attempts.push(from_item("load job", row)?),
            "ledger" => ledger.push(from_item("load job", row)?),
            _ => {}
        }
    }
    Ok(job.map(|job| JobRecord {
        job,
        scenes,
        attempts,
        ledger,
    }))
}

#[cfg(test)]
mod tests;

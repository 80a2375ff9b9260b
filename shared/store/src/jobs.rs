//! The table `omnigen-jobs`: a job, its scenes, its attempts and its ledger, as
//! rows under one key, and two indexes (by user and time; of open jobs).

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use config::Bootstrap;
use domain::attempt::Attempt;
use domain::job::{Job, JobId, Scene, Status};
use domain::prices::LedgerEntry;
use domain::time::Time;
use serde::{Deserialize, Serialize};

use crate::change::{Change, from_item, put, to_item};
use crate::error::StoreError;
use crate::rows::{Row, every_row, row_of, rows_in_order};
use crate::transaction;

mod attempts;
mod changes;
mod redo;
mod review;
#[cfg(test)]
mod tests;

pub(crate) use redo::end_redo;

const JOB_ROW: &str = "job";
const BY_USER: &str = "byUser";
const OPEN: &str = "openJobs";
/// Only if there is no such row yet.
const IS_NEW: &str = "attribute_not_exists(jobId)";
/// Jobs that one request of a list by status looks at: as many as two of the largest pages.
const MOST_LOOKED_AT: usize = 200;
/// So many of them are read at once, so that a page whose jobs are all young reads no others.
const LOOKED_AT_ONCE: usize = 100;
/// While steps may work on a job.
const RUNNING: [&str; 2] = [Status::Pending.as_str(), Status::Processing.as_str()];

/// Access to the jobs table.
#[derive(Debug, Clone)]
pub struct JobsTable {
    pub(crate) client: Client,
    pub(crate) table: String,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// The last job on the page.
    pub job_id: JobId,
    /// When it was created.
    pub created_at: Time,
}

impl Position {
    fn of(job: &Job) -> Self {
        Self {
            job_id: job.job_id,
            created_at: job.created_at,
        }
    }
}

impl JobsTable {
    /// The table that `JOB_TABLE` names.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let table = bootstrap.environment().required("JOB_TABLE");
        Self::new(Client::new(bootstrap.sdk()), table)
    }

    /// A table behind a client.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    /// The row of a new job, as part of the transaction that reserves its place.
    pub(crate) fn put_new(&self, job: &Job) -> Result<TransactWriteItem, StoreError> {
        put(&self.table, key(job.job_id, JOB_ROW), job, Some(IS_NEW))
    }

    /// A change of the job's row, as part of a transaction.
    pub(crate) fn job_update(
        &self,
        id: JobId,
        change: &Change,
    ) -> Result<TransactWriteItem, StoreError> {
        change.write(&self.table, key(id, JOB_ROW))
    }

    /// The job itself, without its parts.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        row_of("get job", &self.client, &self.table, key(id, JOB_ROW)).await
    }

    /// One of its scenes.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn scene(&self, id: JobId, index: u32) -> Result<Option<Scene>, StoreError> {
        let key = key(id, &scene_row(index));
        row_of("get scene", &self.client, &self.table, key).await
    }

    /// The job and all its parts, in one query.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn load(&self, id: JobId) -> Result<Option<JobRecord>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("jobId = :job")
            .expression_attribute_values(":job", AttributeValue::S(id.to_string()))
            .consistent_read(true);
        record(every_row("load job", query).await?)
    }

    /// A page of at most `limit` of a user's jobs, newest first, behind the position `after`;
    /// and where the next page goes on, if there may be one. With `only` it has jobs in one
    /// of these statuses, as their rows tell it now: the index holds none. No more than 200
    /// jobs are looked at for it, so that a page may have fewer, or none, and still lead on.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn list(
        &self,
        user_id: &str,
        only: Option<&[Status]>,
        limit: usize,
        after: Option<&Position>,
    ) -> Result<(Vec<Job>, Option<Position>), StoreError> {
        let most = only.map_or(limit, |_| MOST_LOOKED_AT);
        let (positions, has_more) = self.newest_of(user_id, most, after).await?;
        let mut found: Vec<Job> = Vec::new();
        for positions in positions.chunks(LOOKED_AT_ONCE) {
            let mut jobs = self.jobs_at("list jobs", positions).await?;
            jobs.retain(|job| only.is_none_or(|only| only.contains(&job.status)));
            found.extend(jobs);
            if found.len() > limit {
                found.truncate(limit);
                let next = found.last().map(Position::of);
                return Ok((found, next));
            }
        }
        let next = positions.last().filter(|_| has_more).cloned();
        Ok((found, next))
    }

    /// Where a user's newest jobs behind `after` stand, at most `most` of them, and whether
    /// there are more.
    async fn newest_of(
        &self,
        user_id: &str,
        most: usize,
        after: Option<&Position>,
    ) -> Result<(Vec<Position>, bool), StoreError> {
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
            // One more tells whether there are more.
            .limit(i32::try_from(most + 1).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("list jobs", error))?;
        let mut positions = positions("list jobs", page.items.unwrap_or_default())?;
        // A page also ends at a megabyte, with fewer rows than asked for.
        let has_more = positions.len() > most || page.last_evaluated_key.is_some();
        positions.truncate(most);
        Ok((positions, has_more))
    }

    /// Every job that has not ended, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn open(&self) -> Result<Vec<Job>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(OPEN)
            .key_condition_expression("#open = :yes")
            .expression_attribute_names("#open", "open")
            .expression_attribute_values(":yes", AttributeValue::S("yes".to_owned()));
        let rows = every_row("list open jobs", query).await?;
        let positions = positions("list open jobs", rows)?;
        self.jobs_at("list open jobs", &positions).await
    }

    /// The jobs in the order of their positions. The indexes hold keys only, so that
    /// a write of progress writes to the table alone.
    async fn jobs_at(
        &self,
        operation: &'static str,
        positions: &[Position],
    ) -> Result<Vec<Job>, StoreError> {
        let keys = positions.iter();
        let keys = keys.map(|position| key(position.job_id, JOB_ROW));
        rows_in_order(operation, &self.client, &self.table, keys.collect()).await
    }

    /// One conditional change of one row. A change that meets a transaction of
    /// the same row waits its turn.
    async fn apply(
        &self,
        operation: &'static str,
        id: JobId,
        row: &str,
        change: &Change,
    ) -> Result<(), StoreError> {
        let request = change.request(&self.client, &self.table, key(id, row));
        transaction::apply(operation, request).await
    }

    /// Asks the table whether it is there, for the health check.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.get(JobId(uuid::Uuid::nil())).await.map(drop)
    }
}

/// A row of a job: its key, and what stands in it.
fn item(id: JobId, row: &str, content: &impl Serialize) -> Result<Row, StoreError> {
    let mut item = to_item(content)?;
    item.extend(key(id, row));
    Ok(item)
}

fn key(id: JobId, row: &str) -> Row {
    Row::from([
        ("jobId".to_owned(), AttributeValue::S(id.to_string())),
        ("sk".to_owned(), AttributeValue::S(row.to_owned())),
    ])
}

/// The positions of an index's rows.
fn positions(operation: &'static str, rows: Vec<Row>) -> Result<Vec<Position>, StoreError> {
    let rows = rows.into_iter();
    rows.map(|row| from_item(operation, row)).collect()
}

fn scene_row(index: u32) -> String {
    format!("scene#{index:03}")
}

fn record(rows: Vec<Row>) -> Result<Option<JobRecord>, StoreError> {
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

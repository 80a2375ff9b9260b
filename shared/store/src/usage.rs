//! The table `omnigen-usage`: the quota ledger and the request windows.
//!
//! Rows of a user: `month#2026-11` (used, reserved, taken = used + reserved),
//! `quota` (an operator's override, if any), `rate` (request counters, TTL).

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, ReturnValue, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem,
};
use config::Bootstrap;
use domain::failure::JobError;
use domain::job::{Job, Stage, Status};
use domain::quota::{Month, Reservation, Usage};
use domain::time::Time;
use domain::window::{Verdict, judge, minute_of};

use crate::change::Change;
use crate::error::{StoreError, unless_conflict};
use crate::jobs::JobsTable;
use crate::rows::{Row, every_row};
use crate::spending;
use crate::transaction::{self, Refusal};

/// Counters older than the window and younger than this many minutes are
/// removed by the next request; the row's TTL takes the rest.
const FORGET_MINUTES: i64 = 60;

/// Access to the usage table.
#[derive(Debug, Clone)]
pub struct UsageTable {
    client: Client,
    table: String,
}

/// What a creation may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ceilings {
    /// Films of the user's month, unless the user has a number of their own (R84).
    pub quota: u32,
    /// Films of the user's that may be made at once (fault S3).
    pub running: u32,
    /// What the installation may spend in the day, in billionths of a dollar (D49).
    pub daily_nano_usd: u64,
}

impl Ceilings {
    /// Only a quota.
    pub const fn of_quota(quota: u32) -> Self {
        Self {
            quota,
            running: u32::MAX,
            daily_nano_usd: u64::MAX,
        }
    }
}

/// Why a job was not created.
#[derive(Debug, thiserror::Error)]
pub enum ReserveError {
    /// The user's month is used up (R66).
    #[error("monthly quota exceeded")]
    QuotaExceeded,
    /// As many of the user's films are being made as may be at once.
    #[error("too many films are being made")]
    TooManyRunning,
    /// The installation's day is used up (D49).
    #[error("daily spending limit reached")]
    SpendingLimit,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a job ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// With its film; the place in the month is used.
    Completed,
    /// Without; the place is given back.
    Failed(JobError),
}

impl UsageTable {
    /// The table that `USAGE_TABLE` names.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let table = bootstrap.environment().required("USAGE_TABLE");
        Self::new(Client::new(bootstrap.sdk()), table)
    }

    /// A table behind a client.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    /// Counts a request and judges it, in one round trip (D10).
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn count_request(
        &self,
        user_id: &str,
        now: Time,
        limit: u32,
    ) -> Result<Verdict, StoreError> {
        let minute = minute_of(now);
        let mut change = Change::new()
            .add(&bucket(minute), 1)
            .set("expiresAt", &(now.as_second() + FORGET_MINUTES * 60))?
            .when_absent_or(&bucket(minute), "<=", &limit)?;
        for old in 2..=FORGET_MINUTES {
            change = change.remove(&bucket(minute - old));
        }
        let result = change
            .request(&self.client, &self.table, key(user_id, "rate"))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let (row, counted) = match result {
            Ok(answer) => (answer.attributes, true),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
                    (refusal.item.clone(), false)
                }
                _ => return Err(StoreError::from_sdk("count request", error)),
            },
        };
        let row = row.unwrap_or_default();
        // A full bucket that refused to count is over the limit by this request.
        let current = number(&row, &bucket(minute)).max(if counted { 0 } else { limit + 1 });
        let previous = number(&row, &bucket(minute - 1)).min(limit);
        Ok(judge(now, previous, current, limit))
    }

    /// A user's month, in one round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn usage(
        &self,
        user_id: &str,
        now: Time,
        default_quota: u32,
    ) -> Result<Usage, StoreError> {
        let month_row = month_row(&Month::of(now));
        let keys = KeysAndAttributes::builder()
            .keys(key(user_id, "quota"))
            .keys(key(user_id, &month_row))
            .consistent_read(true)
            .build()
            .map_err(|error| StoreError::unsendable("get usage", error))?;
        let answer = self
            .client
            .batch_get_item()
            .request_items(&self.table, keys)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("get usage", error))?;
        // A batch that was throttled in part leaves rows out and still succeeds.
        if answer.unprocessed_keys.is_some_and(|keys| !keys.is_empty()) {
            return Err(StoreError::Throttled {
                operation: "get usage",
                source: "not every row was read".into(),
            });
        }
        let rows = answer
            .responses
            .unwrap_or_default()
            .remove(&self.table)
            .unwrap_or_default();
        let row = |name: &str| {
            rows.iter().find(|row| {
                row.get("sk")
                    .and_then(|value| value.as_s().ok())
                    .is_some_and(|sk| sk == name)
            })
        };
        let quota = row("quota").map(|row| number(row, "quota"));
        let month = row(&month_row);
        Ok(Usage {
            used: month.map_or(0, |row| number(row, "used")),
            reserved: month.map_or(0, |row| number(row, "reserved")),
            quota: quota.unwrap_or(default_quota),
        })
    }

    async fn quota_of(&self, user_id: &str, default_quota: u32) -> Result<u32, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(user_id, "quota")))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("get quota", error))?;
        Ok(answer
            .item
            .map_or(default_quota, |row| number(&row, "quota")))
    }

    /// Writes the job, takes its place in the month (D9) and its quote from the
    /// installation's day (D49), all or nothing. However many creations run side by
    /// side, no more than the quota and the day's limit pass.
    ///
    /// # Errors
    ///
    /// [`ReserveError`]: the month or the day is used up, or the table failed.
    pub async fn reserve(
        &self,
        jobs: &JobsTable,
        job: &Job,
        ceilings: Ceilings,
    ) -> Result<(), ReserveError> {
        let quota = self.quota_of(&job.user_id, ceilings.quota).await?;
        if quota == 0 {
            return Err(ReserveError::QuotaExceeded);
        }
        if job.quote_nano_usd > ceilings.daily_nano_usd {
            return Err(ReserveError::SpendingLimit);
        }
        let take = Change::new()
            .add("taken", 1)
            .add("reserved", 1)
            .when_absent_or("taken", "<", &quota)?
            .when_absent_or("reserved", "<", &ceilings.running)?;
        let mut writes = vec![
            self.month_update(&job.user_id, &job.month, &take)?,
            jobs.put_new(job)?,
        ];
        if job.quote_nano_usd > 0 {
            writes.push(spending::take_quote(
                &self.table,
                job,
                ceilings.daily_nano_usd,
            )?);
        }
        match transaction::write(&self.client, "reserve", writes).await {
            Ok(()) => Ok(()),
            Err(Refusal::Conditions(positions)) if positions.contains(&0) => {
                Err(self.refusal(job, ceilings).await?)
            }
            Err(Refusal::Conditions(positions)) if positions.contains(&2) => {
                Err(ReserveError::SpendingLimit)
            }
            Err(refusal) => Err(ReserveError::Store(refusal.into_error("reserve"))),
        }
    }

    /// Which of the two a user's month refused by.
    async fn refusal(&self, job: &Job, ceilings: Ceilings) -> Result<ReserveError, StoreError> {
        let row = self.client.get_item().table_name(&self.table);
        let row = row.set_key(Some(key(&job.user_id, &month_row(&job.month))));
        let answer = row
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("get month", error))?;
        let month = answer.item.unwrap_or_default();
        Ok(match number(&month, "reserved") >= ceilings.running {
            true => ReserveError::TooManyRunning,
            false => ReserveError::QuotaExceeded,
        })
    }

    /// Ends a job, settles its place and puts what was `paid`, in billionths of a
    /// dollar, in the place of its quote, all or nothing, once: a job that has ended
    /// already is a conflict and nothing is written (D30).
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn settle(
        &self,
        jobs: &JobsTable,
        job: &Job,
        ending: &Ending,
        paid: u64,
        now: Time,
    ) -> Result<(), StoreError> {
        let close = Change::new()
            .set("completedAt", &now)?
            .set("updatedAt", &now)?
            .remove("open");
        let (close, month) = match ending {
            Ending::Completed => (
                close
                    .set("status", &Status::Completed)?
                    .set("stage", &Stage::Done)?
                    .set("reservation", &Reservation::Committed)?
                    .when("status", "=", &Status::Processing)?,
                Change::new().add("reserved", -1).add("used", 1),
            ),
            Ending::Failed(error) => (
                close
                    .set("status", &Status::Failed)?
                    .set("error", error)?
                    .set("reservation", &Reservation::Released)?
                    .when_in("status", &["pending", "processing"]),
                Change::new().add("reserved", -1).add("taken", -1),
            ),
        };
        let close = close.when("reservation", "=", &Reservation::Held)?;
        let mut writes = vec![
            jobs.job_update(job.job_id, &close)?,
            self.month_update(&job.user_id, &job.month, &month)?,
        ];
        if job.quote_nano_usd > 0 {
            writes.push(spending::settle_quote(&self.table, job, paid)?);
        }
        transaction::write(&self.client, "settle", writes)
            .await
            .map_err(|refusal| refusal.into_error("settle"))
    }

    fn month_update(
        &self,
        user_id: &str,
        month: &Month,
        change: &Change,
    ) -> Result<TransactWriteItem, StoreError> {
        change.write(&self.table, key(user_id, &month_row(month)))
    }

    /// The rows of one month over all users, from the index by row.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn month_rows(&self, month: &Month) -> Result<Vec<MonthRow>, StoreError> {
        let rows = self.rows_named("month rows", &month_row(month)).await?;
        let rows = rows.iter().map(|row| MonthRow {
            user_id: text(row, "userId"),
            used: number(row, "used"),
            reserved: number(row, "reserved"),
            closed: row.contains_key("closedAt"),
        });
        Ok(rows.collect())
    }

    async fn rows_named(
        &self,
        operation: &'static str,
        name: &str,
    ) -> Result<Vec<Row>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("byRow")
            .key_condition_expression("sk = :row")
            .expression_attribute_values(":row", AttributeValue::S(name.to_owned()));
        every_row(operation, query).await
    }

    /// Marks a user's month as closed and lets it expire; once.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn close_month(
        &self,
        user_id: &str,
        month: &Month,
        now: Time,
        expires_at: Time,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set_once("closedAt", &now)?
            .set_once("expiresAt", &expires_at.as_second())?;
        change
            .request(&self.client, &self.table, key(user_id, &month_row(month)))
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk("close month", error))
    }

    /// Removes the request counters of users who have been away: rows past
    /// their TTL that DynamoDB has not swept yet. Answers how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn remove_expired_windows(&self, now: Time) -> Result<usize, StoreError> {
        let mut removed = 0;
        for row in self.rows_named("expired windows", "rate").await? {
            if self.remove_if_expired(&text(&row, "userId"), now).await? {
                removed += 1;
            }
        }
        Ok(removed)
    }

    async fn remove_if_expired(&self, user_id: &str, now: Time) -> Result<bool, StoreError> {
        let result = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key(user_id, "rate")))
            .condition_expression("expiresAt < :now")
            .expression_attribute_values(":now", AttributeValue::N(now.as_second().to_string()))
            .send()
            .await;
        unless_conflict(result.map_err(|error| StoreError::from_sdk("remove window", error)))
    }
}

/// A user's row of a month, for the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthRow {
    /// Whose.
    pub user_id: String,
    /// Videos finished.
    pub used: u32,
    /// Places still held when the month was read.
    pub reserved: u32,
    /// Whether an earlier run has closed it.
    pub closed: bool,
}

fn key(user_id: &str, row: &str) -> Row {
    Row::from([
        ("userId".to_owned(), AttributeValue::S(user_id.to_owned())),
        ("sk".to_owned(), AttributeValue::S(row.to_owned())),
    ])
}

fn month_row(month: &Month) -> String {
    format!("month#{}", month.as_str())
}

fn bucket(minute: i64) -> String {
    format!("m{minute}")
}

fn number(row: &Row, attribute: &str) -> u32 {
    row.get(attribute)
        .and_then(|value| value.as_n().ok())
        .and_then(|digits| digits.parse::<i64>().ok())
        .and_then(|number| u32::try_from(number.max(0)).ok())
        .unwrap_or(0)
}

fn text(row: &Row, attribute: &str) -> String {
    row.get(attribute)
        .and_then(|value| value.as_s().ok())
        .cloned()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;

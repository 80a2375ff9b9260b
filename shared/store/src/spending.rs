//! The installation's spending, as rows of the table `omnigen-usage`: `spending`
//! (what administrators have set) and `spending#2026-11-28` (a day's sums).

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use config::Bootstrap;
use domain::job::Job;
use domain::spending::{Day, Settings, Sums};
use domain::time::Time;

use crate::change::Change;
use crate::error::StoreError;
use crate::rows::{Row, row_of};
use crate::transaction;

/// Whose rows these are; no user's id looks like it.
const INSTALLATION: &str = "installation";
const SETTINGS: &str = "spending";
/// How long a day's sums are kept, in seconds.
const KEPT_SECONDS: i64 = 400 * 86_400;

/// Access to the installation's spending.
#[derive(Debug, Clone)]
pub struct SpendingTable {
    client: Client,
    table: String,
}

impl SpendingTable {
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

    /// What administrators have set, as it stands now.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn spending_settings(&self) -> Result<Settings, StoreError> {
        let settings = self.row("get spending settings", SETTINGS).await?;
        Ok(settings.unwrap_or_default())
    }

    /// A day's sums.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn spending_sums(&self, day: &Day) -> Result<Sums, StoreError> {
        let sums = self.row("get spending", &day_row(day)).await?;
        Ok(sums.unwrap_or_default())
    }

    async fn row<T: serde::de::DeserializeOwned>(
        &self,
        operation: &'static str,
        row: &str,
    ) -> Result<Option<T>, StoreError> {
        row_of(operation, &self.client, &self.table, key(row)).await
    }

    /// Sets what is given and leaves the rest.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn set_spending(
        &self,
        limit_nano_usd: Option<u64>,
        is_stopped: Option<bool>,
        admin: &str,
        now: Time,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set_some("limitNanoUsd", limit_nano_usd.as_ref())?
            .set_some("isStopped", is_stopped.as_ref())?
            .set("changedBy", &admin)?
            .set("changedAt", &now)?;
        let request = change.request(&self.client, &self.table, key(SETTINGS));
        transaction::apply("set spending", request).await
    }
}

/// The write that takes a job's quote from its day, unless it would pass `limit`.
pub(crate) fn take_quote(
    table: &str,
    job: &Job,
    limit: u64,
) -> Result<TransactWriteItem, StoreError> {
    move_quote(table, job, 0, job.quote_nano_usd, limit)
}

/// The write that takes what a job is expected to cost more than its quote from its day,
/// unless it would pass `limit`, or puts back what it costs less.
pub(crate) fn change_quote(
    table: &str,
    job: &Job,
    quote: u64,
    limit: u64,
) -> Result<TransactWriteItem, StoreError> {
    move_quote(table, job, job.quote_nano_usd, quote, limit)
}

/// Takes `after` in the place of `before`.
fn move_quote(
    table: &str,
    job: &Job,
    before: u64,
    after: u64,
    limit: u64,
) -> Result<TransactWriteItem, StoreError> {
    let change = Change::new()
        .add("taken", signed(after) - signed(before))
        .set_once("expiresAt", &(job.created_at.as_second() + KEPT_SECONDS))?;
    let change = match after.saturating_sub(before) {
        0 => change,
        more => change.when_absent_or("taken", "<=", &limit.saturating_sub(more))?,
    };
    change.write(table, key(&day_row(&job.quote_day())))
}

/// The write that puts what was paid since in the place of a job's quote.
pub(crate) fn settle_quote(
    table: &str,
    job: &Job,
    paid: u64,
) -> Result<TransactWriteItem, StoreError> {
    let change = Change::new()
        .add("taken", signed(paid) - signed(job.quote_nano_usd))
        .add("spent", signed(paid))
        .set_once("expiresAt", &(job.created_at.as_second() + KEPT_SECONDS))?;
    change.write(table, key(&day_row(&job.quote_day())))
}

pub(crate) fn signed(nano_usd: u64) -> i64 {
    i64::try_from(nano_usd).unwrap_or(i64::MAX)
}

fn day_row(day: &Day) -> String {
    format!("spending#{}", day.as_str())
}

fn key(row: &str) -> Row {
    Row::from([
        (
            "userId".to_owned(),
            AttributeValue::S(INSTALLATION.to_owned()),
        ),
        ("sk".to_owned(), AttributeValue::S(row.to_owned())),
    ])
}

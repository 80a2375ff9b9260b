//! The table `omnigen-usage`: the quota ledger and the request windows.
//!
//! Rows of a user: `month#2026-11` (used, reserved, taken = used + reserved, redoing =
//! parts of films that are redone free of the quota, risked = reserved + redoing + failed after
//! money was spent, paidNanoUsd = what was paid for its films that ended),
//! `quota` (an operator's override, if any), `holding` (what the user holds at once),
//! `rate` (request counters, TTL).

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, ReturnValue, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem,
};
use config::Bootstrap;
use domain::holding::Holding;
use domain::quota::{Month, Usage};
use domain::time::Time;
use domain::window::{Verdict, judge, minute_of};

use crate::change::Change;
use crate::error::StoreError;
use crate::rows::Row;

mod approval;
mod holding;
mod months;
mod places;
mod redo;
mod settlement;

pub use approval::ApproveError;
pub use holding::HoldError;
use holding::{HOLDING, holding_of};
pub(crate) use holding::{confirm_upload, end_transcode, end_upload, free_bytes, take_transcode};
pub use months::MonthRow;
pub use places::{Ceilings, ReserveError};
pub use settlement::Ending;

/// Counters older than the window and younger than this many minutes are
/// removed by the next request; the row's TTL takes the rest.
const FORGET_MINUTES: i64 = 60;
/// What was paid for a month's films.
const PAID: &str = "paidNanoUsd";

/// Access to the usage table.
#[derive(Debug, Clone)]
pub struct UsageTable {
    client: Client,
    table: String,
}

/// Films that failed after money was spent: `risked` counts those that are being made too.
fn paid_failures(risked: u32, in_work: u32) -> u32 {
    risked.saturating_sub(in_work)
}

/// What a user has and may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// The month.
    pub usage: Usage,
    /// What the user holds now.
    pub holding: Holding,
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

    /// A user's month and what the user holds, in one round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn account(
        &self,
        user_id: &str,
        now: Time,
        default_quota: u32,
    ) -> Result<Account, StoreError> {
        let month_row = month_row(&Month::of(now));
        let keys = KeysAndAttributes::builder()
            .keys(key(user_id, "quota"))
            .keys(key(user_id, &month_row))
            .keys(key(user_id, HOLDING))
            .consistent_read(true)
            .build()
            .map_err(|error| StoreError::unsendable("get account", error))?;
        let answer = self
            .client
            .batch_get_item()
            .request_items(&self.table, keys)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("get account", error))?;
        // A batch that was throttled in part leaves rows out and still succeeds.
        if answer.unprocessed_keys.is_some_and(|keys| !keys.is_empty()) {
            return Err(StoreError::Unavailable {
                operation: "get account",
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
        let usage = Usage {
            used: month.map_or(0, |row| number(row, "used")),
            reserved: month.map_or(0, |row| number(row, "reserved")),
            quota: quota.unwrap_or(default_quota),
            paid_failures: month.map_or(0, |row| {
                let in_work = number(row, "reserved") + number(row, "redoing");
                paid_failures(number(row, "risked"), in_work)
            }),
            paid_nano_usd: month.map_or(0, |row| amount(row, PAID)),
        };
        let holding = row(HOLDING).map(|row| holding_of(row, now));
        Ok(Account {
            usage,
            holding: holding.unwrap_or_default(),
        })
    }

    fn month_update(
        &self,
        user_id: &str,
        month: &Month,
        change: &Change,
    ) -> Result<TransactWriteItem, StoreError> {
        change.write(&self.table, key(user_id, &month_row(month)))
    }
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
    u32::try_from(amount(row, attribute)).unwrap_or(0)
}

/// Below zero is none.
fn amount(row: &Row, attribute: &str) -> u64 {
    row.get(attribute)
        .and_then(|value| value.as_n().ok())
        .and_then(|digits| digits.parse::<i64>().ok())
        .and_then(|number| u64::try_from(number).ok())
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

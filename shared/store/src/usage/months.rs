//! The end of a month, over all users.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::quota::Month;
use domain::time::Time;

use super::{UsageTable, key, month_row, number, text};
use crate::change::Change;
use crate::error::{StoreError, unless_conflict};
use crate::rows::{Row, every_row};

impl UsageTable {
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

//! What is due, from the index of due work.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::time::Time;
use domain::webhook::{DUE, Work};

use super::{DELIVERY, ENDPOINT, EVENT, WebhooksTable};
use crate::change::to_attribute;
use crate::error::StoreError;
use crate::rows::Row;

impl WebhooksTable {
    /// Work that was due before then, the oldest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn due_work(&self, before: Time, limit: i32) -> Result<Vec<Work>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("dueWork")
            .key_condition_expression("due = :due AND dueAt < :before")
            .expression_attribute_values(":due", AttributeValue::S(DUE.to_owned()))
            .expression_attribute_values(":before", to_attribute(&before)?)
            .limit(limit)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("due work", error))?;
        let rows = answer.items.unwrap_or_default();
        Ok(rows.iter().filter_map(work_of).collect())
    }
}

fn work_of(row: &Row) -> Option<Work> {
    let text = |name: &str| row.get(name).and_then(|value| value.as_s().ok());
    let (user_id, sk) = (text("account")?.clone(), text("sk")?);
    if let Some(id) = sk.strip_prefix(EVENT) {
        let event_id = id.parse().ok()?;
        return Some(Work::FanOut { user_id, event_id });
    }
    if let Some(id) = sk.strip_prefix(ENDPOINT) {
        let webhook_id = id.parse().ok()?;
        return Some(Work::TakeUp {
            user_id,
            webhook_id,
        });
    }
    let (webhook, event) = sk.strip_prefix(DELIVERY)?.split_once('#')?;
    Some(Work::Deliver {
        user_id,
        webhook_id: webhook.parse().ok()?,
        event_id: event.parse().ok()?,
    })
}

//! Deliveries: each change is written on the condition that none came before it, so that
//! of two workers one has a delivery.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::{EventId, WebhookId};
use domain::webhook::{Delivery, DeliveryStatus};

use super::{DELIVERY, WebhooksTable, delivery_row, key, read_all};
use crate::error::{StoreError, unless_conflict};
use crate::rows::{every_row, row_of};

/// Sorts behind every digit of an event's name.
const LAST: &str = "~";

impl WebhooksTable {
    /// Writes a new delivery; `false` when the endpoint has one of this event already.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn create_delivery(
        &self,
        user_id: &str,
        delivery: &Delivery,
    ) -> Result<bool, StoreError> {
        let key = key(user_id, &row(delivery));
        unless_conflict(self.put_row("create delivery", key, delivery, None).await)
    }

    /// An endpoint's delivery of an event.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn delivery(
        &self,
        user_id: &str,
        webhook: WebhookId,
        event: EventId,
    ) -> Result<Option<Delivery>, StoreError> {
        let key = key(user_id, &delivery_row(webhook, event));
        row_of("get delivery", &self.client, &self.table, key).await
    }

    /// Writes a delivery that was `known` as it is `next`; `false` when another change came
    /// before it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn change_delivery(
        &self,
        user_id: &str,
        known: &Delivery,
        next: &Delivery,
    ) -> Result<bool, StoreError> {
        let key = key(user_id, &row(known));
        let changed = self
            .put_row("change delivery", key, next, Some(known.revision))
            .await;
        unless_conflict(changed)
    }

    /// Forgets a delivery whose endpoint is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn remove_delivery(
        &self,
        user_id: &str,
        delivery: &Delivery,
    ) -> Result<(), StoreError> {
        self.remove_row("remove delivery", key(user_id, &row(delivery)))
            .await
    }

    /// A page of at most `limit` deliveries of an endpoint, of the newest events first,
    /// behind `after`; and where the next page goes on, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn deliveries(
        &self,
        user_id: &str,
        webhook: WebhookId,
        limit: usize,
        after: Option<EventId>,
    ) -> Result<(Vec<Delivery>, Option<EventId>), StoreError> {
        let operation = "list deliveries";
        let prefix = format!("{DELIVERY}{webhook}#");
        let before = after.map_or_else(|| LAST.to_owned(), |event| event.to_string());
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("account = :user AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":user", AttributeValue::S(user_id.to_owned()))
            .expression_attribute_values(":first", AttributeValue::S(prefix.clone()))
            .expression_attribute_values(":last", AttributeValue::S(format!("{prefix}{before}")))
            .scan_index_forward(false)
            // One more tells whether there is a next page; one may be the last page's own.
            .limit(i32::try_from(limit + 2).unwrap_or(i32::MAX))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk(operation, error))?;
        let mut found: Vec<Delivery> = read_all(operation, answer.items.unwrap_or_default())?;
        found.retain(|delivery| Some(delivery.event.event_id) != after);
        let has_more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().map(|delivery| delivery.event.event_id);
        Ok((found, last.filter(|_| has_more)))
    }

    /// The deliveries of an endpoint that wait for it to be enabled.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn held_deliveries(
        &self,
        user_id: &str,
        webhook: WebhookId,
    ) -> Result<Vec<Delivery>, StoreError> {
        let operation = "held deliveries";
        let prefix = format!("{DELIVERY}{webhook}#");
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("account = :user AND begins_with(sk, :prefix)")
            .expression_attribute_values(":user", AttributeValue::S(user_id.to_owned()))
            .expression_attribute_values(":prefix", AttributeValue::S(prefix))
            .consistent_read(true);
        let mut found: Vec<Delivery> = read_all(operation, every_row(operation, query).await?)?;
        found.retain(|delivery| delivery.status == DeliveryStatus::Held);
        Ok(found)
    }
}

fn row(delivery: &Delivery) -> String {
    delivery_row(delivery.webhook_id, delivery.event.event_id)
}

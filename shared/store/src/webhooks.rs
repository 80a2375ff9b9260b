//! The table `omnigen-webhooks`: the webhooks of API clients, events that are still to be
//! told, and deliveries.
//!
//! Rows of a user: `endpoint#…`, `count` (how many there are), `event#…` (until it has
//! become deliveries), `delivery#{webhook}#{event}`. What is due stands in the sparse index
//! `dueWork` by its time.

mod deliveries;
mod endpoints;
mod work;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use config::Bootstrap;
use domain::ids::{EventId, WebhookId};
use domain::time::Time;
use domain::webhook::{DUE, Event};
use serde::{Deserialize, Serialize};

use crate::change::{from_item, put, to_attribute, to_item};
use crate::error::StoreError;
use crate::rows::{Row, row_of};

/// How long an event waits for its deliveries at most, in seconds.
const EVENT_KEPT_SECONDS: i64 = 30 * 86_400;

/// Access to the table of webhooks.
#[derive(Debug, Clone)]
pub struct WebhooksTable {
    client: Client,
    table: String,
}

/// An event that is still to be told.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventRow {
    event: Event,
    due: String,
    due_at: Time,
    expires_at: i64,
}

impl WebhooksTable {
    /// The table that `WEBHOOK_TABLE` names.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let table = bootstrap.environment().required("WEBHOOK_TABLE");
        Self::new(Client::new(bootstrap.sdk()), table)
    }

    /// A table behind a client.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    /// The write of an event, for the transaction in which it happens: it is told if and
    /// only if it happened.
    pub(crate) fn event_write(
        &self,
        user_id: &str,
        event: &Event,
    ) -> Result<TransactWriteItem, StoreError> {
        let row = EventRow {
            event: event.clone(),
            due: DUE.to_owned(),
            due_at: event.occurred_at,
            expires_at: event.occurred_at.as_second() + EVENT_KEPT_SECONDS,
        };
        let key = key(user_id, &event_row(event.event_id));
        put(&self.table, key, &row, None)
    }

    /// An event that has not become deliveries yet.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn event(&self, user_id: &str, id: EventId) -> Result<Option<Event>, StoreError> {
        let key = key(user_id, &event_row(id));
        let row: Option<EventRow> = row_of("get event", &self.client, &self.table, key).await?;
        Ok(row.map(|row| row.event))
    }

    /// Forgets an event that has become deliveries.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn remove_event(&self, user_id: &str, id: EventId) -> Result<(), StoreError> {
        self.remove_row("remove event", key(user_id, &event_row(id)))
            .await
    }

    async fn remove_row(&self, operation: &'static str, key: Row) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk(operation, error))
    }

    /// A row in the place of the one that had this revision; of none without one.
    async fn put_row(
        &self,
        operation: &'static str,
        key: Row,
        content: &impl Serialize,
        known_revision: Option<u32>,
    ) -> Result<(), StoreError> {
        let mut item = to_item(content)?;
        item.extend(key);
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item));
        let put = match known_revision {
            None => put.condition_expression(IS_NEW),
            Some(revision) => put
                .condition_expression("revision = :known")
                .expression_attribute_values(":known", to_attribute(&revision)?),
        };
        put.send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk(operation, error))
    }
}

/// Only if there is no such row yet.
const IS_NEW: &str = "attribute_not_exists(sk)";
const ENDPOINT: &str = "endpoint#";
const EVENT: &str = "event#";
const DELIVERY: &str = "delivery#";

fn endpoint_row(id: WebhookId) -> String {
    format!("{ENDPOINT}{id}")
}

fn event_row(id: EventId) -> String {
    format!("{EVENT}{id}")
}

fn delivery_row(webhook: WebhookId, event: EventId) -> String {
    format!("{DELIVERY}{webhook}#{event}")
}

fn key(user_id: &str, row: &str) -> Row {
    Row::from([
        ("account".to_owned(), AttributeValue::S(user_id.to_owned())),
        ("sk".to_owned(), AttributeValue::S(row.to_owned())),
    ])
}

fn read_all<T: serde::de::DeserializeOwned>(
    operation: &'static str,
    rows: Vec<Row>,
) -> Result<Vec<T>, StoreError> {
    let rows = rows.into_iter();
    rows.map(|row| from_item(operation, row)).collect()
}

#[cfg(test)]
mod tests;

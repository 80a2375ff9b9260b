//! The endpoints of a user.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::WebhookId;
use domain::time::Time;
use domain::webhook::{Endpoint, MOST_WEBHOOKS};

use super::{ENDPOINT, IS_NEW, WebhooksTable, endpoint_row, key, read_all};
use crate::change::{Change, put};
use crate::error::{StoreError, unless_conflict};
use crate::rows::{every_row, row_of};
use crate::transaction::{self, Refusal};

/// The row that counts the endpoints.
const COUNT: &str = "count";

impl WebhooksTable {
    /// Writes a new endpoint; `false` where the user has as many as may be. However many
    /// creations run side by side, no more than these pass.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning. A conflict when it is there already.
    pub async fn create_endpoint(&self, endpoint: &Endpoint) -> Result<bool, StoreError> {
        let operation = "create endpoint";
        let count =
            Change::new()
                .add("endpoints", 1)
                .when_absent_or("endpoints", "<", &MOST_WEBHOOKS)?;
        let (user_id, row) = (&endpoint.user_id, endpoint_row(endpoint.webhook_id));
        let writes = vec![
            count.write(&self.table, key(user_id, COUNT))?,
            put(&self.table, key(user_id, &row), endpoint, Some(IS_NEW))?,
        ];
        match transaction::write(&self.client, operation, writes).await {
            Ok(()) => Ok(true),
            Err(Refusal::Conditions(refused)) if refused == [0] => Ok(false),
            Err(refusal) => Err(refusal.into_error(operation)),
        }
    }

    /// An endpoint of the user's.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn endpoint(
        &self,
        user_id: &str,
        id: WebhookId,
    ) -> Result<Option<Endpoint>, StoreError> {
        let key = key(user_id, &endpoint_row(id));
        row_of("get endpoint", &self.client, &self.table, key).await
    }

    /// All of the user's, the oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn endpoints(&self, user_id: &str) -> Result<Vec<Endpoint>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("account = :user AND begins_with(sk, :endpoint)")
            .expression_attribute_values(":user", AttributeValue::S(user_id.to_owned()))
            .expression_attribute_values(":endpoint", AttributeValue::S(ENDPOINT.to_owned()))
            .consistent_read(true);
        read_all("list endpoints", every_row("list endpoints", query).await?)
    }

    /// Writes what has changed of an endpoint that was `known`. A conflict when it has
    /// changed meanwhile, or is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn change_endpoint(
        &self,
        known: &Endpoint,
        next: &Endpoint,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("url", &next.url)?
            .set("description", &next.description)?
            .set("events", &next.events)?
            .set("secret", &next.secret)?
            .set_or_remove("previousSecret", next.previous_secret.as_ref())?
            .set("status", &next.status)?
            .set_or_remove("pause", next.pause.as_ref())?
            .set_or_remove("due", next.due.as_ref())?
            .set_or_remove("dueAt", next.due_at.as_ref())?
            .set("updatedAt", &next.updated_at)?
            .set("revision", &next.revision)?
            .when("revision", "=", &known.revision)?;
        let key = key(&known.user_id, &endpoint_row(known.webhook_id));
        let request = change.request(&self.client, &self.table, key);
        transaction::apply("change endpoint", request).await
    }

    /// Notes that an endpoint took an event; `false` when it is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn note_success(&self, endpoint: &Endpoint, now: Time) -> Result<bool, StoreError> {
        let change = Change::new().set("lastSuccessAt", &now)?.when(
            "webhookId",
            "=",
            &endpoint.webhook_id,
        )?;
        let key = key(&endpoint.user_id, &endpoint_row(endpoint.webhook_id));
        let request = change.request(&self.client, &self.table, key);
        unless_conflict(transaction::apply("note success", request).await)
    }

    /// Removes an endpoint; `false` when it is not there. Its deliveries expire by
    /// themselves.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn remove_endpoint(&self, user_id: &str, id: WebhookId) -> Result<bool, StoreError> {
        let there = Change::new().when("webhookId", "=", &id)?;
        let count = Change::new().add("endpoints", -1);
        let writes = vec![
            there.delete(&self.table, key(user_id, &endpoint_row(id)))?,
            count.write(&self.table, key(user_id, COUNT))?,
        ];
        unless_conflict(transaction::commit(&self.client, "remove endpoint", writes).await)
    }
}

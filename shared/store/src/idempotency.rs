//! The table `omnigen-idempotency`: which keys were used, and what was answered (D42).
//!
//! One row a key, under the route and the user that it belongs to. Every write is
//! conditional on the row that its writer knows, so that a holder whose time is over
//! changes nothing of the next one's.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use config::Bootstrap;
use domain::idempotency::{Answer, KeyDigest, Record};
use domain::time::Time;

use crate::change::{Change, from_item, to_attribute, to_item};
use crate::error::{StoreError, unless_conflict};
use crate::rows::Row;
use crate::transaction;

/// Access to the table of idempotency keys.
#[derive(Debug, Clone)]
pub struct IdempotencyTable {
    client: Client,
    table: String,
}

/// A key, and whose it is.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    /// The function that is called.
    pub route: &'static str,
    /// Who calls it.
    pub user_id: String,
    /// Of the header's value.
    pub digest: KeyDigest,
}

impl IdempotencyKey {
    fn row(&self) -> Row {
        let scope = format!("{} {}", self.route, self.user_id);
        Row::from([
            ("scope".to_owned(), AttributeValue::S(scope)),
            (
                "keyDigest".to_owned(),
                AttributeValue::S(self.digest.as_str().to_owned()),
            ),
        ])
    }
}

impl IdempotencyTable {
    /// The table that `IDEMPOTENCY_TABLE` names.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let table = bootstrap.environment().required("IDEMPOTENCY_TABLE");
        Self::new(Client::new(bootstrap.sdk()), table)
    }

    /// A table behind a client.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    /// Writes the record of a key that was never used; otherwise the record that is
    /// there. Of any number that try at once, one gets the key. A claim that is sent again
    /// because its answer was lost finds its own record, which is no other's.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn claim_key(
        &self,
        key: &IdempotencyKey,
        record: &Record,
    ) -> Result<Option<Record>, StoreError> {
        let mut row: Row = to_item(record)?;
        row.extend(key.row());
        let result = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(row))
            .condition_expression("attribute_not_exists(keyDigest)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let error = match result {
            Ok(_) => return Ok(None),
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(refusal)) => {
                let row = refusal.item.clone().unwrap_or_default();
                let known: Record = from_item("claim key", row)?;
                Ok((known.id != record.id).then_some(known))
            }
            _ => Err(StoreError::from_sdk("claim key", error)),
        }
    }

    /// Puts `next` in the place of the record `known`; `false` when another request
    /// was first.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn take_key_over(
        &self,
        key: &IdempotencyKey,
        known: &Record,
        next: &Record,
    ) -> Result<bool, StoreError> {
        let change = Change::new()
            .set("fingerprint", &next.fingerprint)?
            .set("id", &next.id)?
            .set("heldUntil", &next.held_until)?
            .set("expiresAt", &next.expires_at)?
            .remove("answer")
            .when("heldUntil", "=", &known.held_until)?;
        self.change_key("take key over", key, &change).await
    }

    /// Keeps the answer of the holder until `held_until`; `false` when the key has
    /// gone on to another.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn keep_answer(
        &self,
        key: &IdempotencyKey,
        held_until: Time,
        answer: &Answer,
    ) -> Result<bool, StoreError> {
        let change = Change::new()
            .set("answer", answer)?
            .when("heldUntil", "=", &held_until)?;
        self.change_key("keep answer", key, &change).await
    }

    /// Ends the hold at `now`, so that the next request takes over.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn free_key(
        &self,
        key: &IdempotencyKey,
        held_until: Time,
        now: Time,
    ) -> Result<bool, StoreError> {
        let change = Change::new()
            .set("heldUntil", &now)?
            .when("heldUntil", "=", &held_until)?;
        self.change_key("free key", key, &change).await
    }

    /// Removes the record of the holder until `held_until`.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn forget_key(
        &self,
        key: &IdempotencyKey,
        held_until: Time,
    ) -> Result<bool, StoreError> {
        let result = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key.row()))
            .condition_expression("heldUntil = :held")
            .expression_attribute_values(":held", to_attribute(&held_until)?)
            .send()
            .await;
        unless_conflict(result.map_err(|error| StoreError::from_sdk("forget key", error)))
    }

    async fn change_key(
        &self,
        operation: &'static str,
        key: &IdempotencyKey,
        change: &Change,
    ) -> Result<bool, StoreError> {
        let request = change.request(&self.client, &self.table, key.row());
        unless_conflict(transaction::apply(operation, request).await)
    }
}

#[cfg(test)]
mod tests {
    use domain::idempotency::KeyDigest;
    use uuid::Uuid;

    use super::*;
    use crate::testing::{Tables, now};

    #[tokio::test]
    async fn a_claim_whose_answer_was_lost_is_not_anothers() {
        let table = IdempotencyTable::new(Tables::default().client(), "idempotency");
        let key = IdempotencyKey {
            route: "jobs-create",
            user_id: "user".to_owned(),
            digest: KeyDigest::of(b"key").unwrap(),
        };
        let until = now().after(std::time::Duration::from_secs(30));
        let claim = |id| Record::first("body".to_owned(), Uuid::from_u128(id), now(), until);
        for _ in 0..2 {
            let known = table.claim_key(&key, &claim(1)).await.unwrap();
            assert_eq!(known, None);
        }
        let known = table.claim_key(&key, &claim(2)).await.unwrap();
        assert_eq!(known.map(|record| record.id), Some(Uuid::from_u128(1)));
    }
}

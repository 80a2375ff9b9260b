//! The table `omnigen-connections`: who listens for changes, and tickets to begin with (D45).
//!
//! One row a ticket or connection, under its own name, by which the gateway knows it. The
//! index `byListener` finds the connections of a user.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use config::Bootstrap;
use domain::live::{CONNECTION_LIFE, MOST_CONNECTIONS, Ticket};
use domain::time::Time;
use serde::{Deserialize, Serialize};

use crate::change::{from_item, to_item};
use crate::error::StoreError;
use crate::rows::Row;

const TICKET: &str = "ticket";
const CONNECTION: &str = "connection";

/// Access to the table of connections.
#[derive(Debug, Clone)]
pub struct ConnectionsTable {
    client: Client,
    table: String,
}

/// An open connection.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Connection<'a> {
    listener: &'a str,
    expires_at: i64,
}

/// What the index holds of one.
#[derive(Deserialize)]
struct Named {
    connection: String,
}

impl ConnectionsTable {
    /// The table that `CONNECTION_TABLE` names.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let table = bootstrap.environment().required("CONNECTION_TABLE");
        Self::new(Client::new(bootstrap.sdk()), table)
    }

    /// A table behind a client.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    /// Keeps a ticket under its name, which cannot be guessed.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn keep_ticket(&self, name: &str, ticket: &Ticket) -> Result<(), StoreError> {
        self.keep_row("keep ticket", row_key(name, TICKET), ticket)
            .await
    }

    /// The ticket of that name, which is gone with this: of any number that ask at once, one
    /// gets it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn redeem_ticket(&self, name: &str) -> Result<Option<Ticket>, StoreError> {
        let operation = "redeem ticket";
        let removed = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(row_key(name, TICKET)))
            .condition_expression("attribute_exists(sk)")
            .return_values(ReturnValue::AllOld)
            .send()
            .await;
        match removed {
            Ok(answer) => answer
                .attributes
                .map(|row| from_item(operation, row))
                .transpose(),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(None),
                _ => Err(StoreError::from_sdk(operation, error)),
            },
        }
    }

    /// Keeps a connection of the user's for as long as the gateway keeps it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn keep_connection(
        &self,
        connection: &str,
        user_id: &str,
        now: Time,
    ) -> Result<(), StoreError> {
        // The table removes it some time after; a push to it is answered as gone before.
        let expires_at = now.after(CONNECTION_LIFE).after(Duration::from_secs(60));
        let row = Connection {
            listener: user_id,
            expires_at: expires_at.as_second(),
        };
        let key = row_key(connection, CONNECTION);
        self.keep_row("keep connection", key, &row).await
    }

    /// Forgets a connection that is closed; one that is forgotten already is none the worse.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn forget_connection(&self, connection: &str) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(row_key(connection, CONNECTION)))
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk("forget connection", error))
    }

    /// The connections of a user, as many as are told.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn connections_of(&self, user_id: &str) -> Result<Vec<String>, StoreError> {
        let operation = "list connections";
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("byListener")
            .key_condition_expression("listener = :listener")
            .expression_attribute_values(":listener", AttributeValue::S(user_id.to_owned()))
            .limit(MOST_CONNECTIONS)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk(operation, error))?;
        let rows = answer.items.unwrap_or_default().into_iter();
        let named = rows.map(|row| from_item(operation, row));
        named
            .map(|named| named.map(|named: Named| named.connection))
            .collect()
    }

    async fn keep_row(
        &self,
        operation: &'static str,
        key: Row,
        content: &impl Serialize,
    ) -> Result<(), StoreError> {
        let mut row = to_item(content)?;
        row.extend(key);
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(row))
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk(operation, error))
    }
}

fn row_key(name: &str, kind: &str) -> Row {
    Row::from([
        ("connection".to_owned(), AttributeValue::S(name.to_owned())),
        ("sk".to_owned(), AttributeValue::S(kind.to_owned())),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Tables, now};

    fn table() -> ConnectionsTable {
        ConnectionsTable::new(Tables::default().client(), "connections")
    }

    #[tokio::test]
    async fn a_ticket_is_redeemed_once() {
        let table = table();
        let ticket = Ticket::issued("u", now());
        table.keep_ticket("t", &ticket).await.unwrap();
        assert_eq!(table.redeem_ticket("t").await.unwrap(), Some(ticket));
        assert_eq!(table.redeem_ticket("t").await.unwrap(), None);
        assert_eq!(table.redeem_ticket("forged").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_connection_is_its_users_until_it_is_forgotten() {
        let table = table();
        for (connection, user) in [("a", "u"), ("b", "u"), ("c", "other")] {
            table
                .keep_connection(connection, user, now())
                .await
                .unwrap();
        }
        assert_eq!(table.connections_of("u").await.unwrap(), ["a", "b"]);
        for _ in 0..2 {
            table.forget_connection("a").await.unwrap();
        }
        assert_eq!(table.connections_of("u").await.unwrap(), ["b"]);
        assert_eq!(table.connections_of("nobody").await.unwrap(), [""; 0]);
    }

    /// A ticket's name opens no connection's row, and the other way round.
    #[tokio::test]
    async fn a_connection_is_no_ticket() {
        let table = table();
        table.keep_connection("a", "u", now()).await.unwrap();
        assert_eq!(table.redeem_ticket("a").await.unwrap(), None);
        table
            .keep_ticket("t", &Ticket::issued("u", now()))
            .await
            .unwrap();
        assert_eq!(table.connections_of("u").await.unwrap(), ["a"]);
    }
}

//! Rows of a query, all pages of them, and rows by their keys.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures_util::future::try_join_all;
use serde::de::DeserializeOwned;

use crate::change::from_item;
use crate::error::StoreError;

/// A row as it is stored.
pub(crate) type Row = HashMap<String, AttributeValue>;

/// Every row that a query finds.
pub(crate) async fn every_row(
    operation: &'static str,
    query: QueryFluentBuilder,
) -> Result<Vec<Row>, StoreError> {
    query
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<Row>, _>>()
        .await
        .map_err(|error| StoreError::from_sdk(operation, error))
}

/// The row of this key, read consistently.
pub(crate) async fn row_of<T: DeserializeOwned>(
    operation: &'static str,
    client: &Client,
    table: &str,
    key: Row,
) -> Result<Option<T>, StoreError> {
    let row = stored_row(operation, client, table, key).await?;
    row.map(|row| from_item(operation, row)).transpose()
}

/// The same as it is stored, for a row whose attributes are not known beforehand.
pub(crate) async fn stored_row(
    operation: &'static str,
    client: &Client,
    table: &str,
    key: Row,
) -> Result<Option<Row>, StoreError> {
    let answer = client
        .get_item()
        .table_name(table)
        .set_key(Some(key))
        .consistent_read(true)
        .send()
        .await
        .map_err(|error| StoreError::from_sdk(operation, error))?;
    Ok(answer.item)
}

/// Keys that one batch may name.
const BATCH: usize = 100;
/// How often a batch is asked again for what it left out.
const ROUNDS: usize = 4;

/// The rows of these keys, in no order, each once; a key without a row has none.
pub(crate) async fn rows_of(
    operation: &'static str,
    client: &Client,
    table: &str,
    mut keys: Vec<Row>,
) -> Result<Vec<Row>, StoreError> {
    let names = key_names(&keys);
    let mut named = HashSet::new();
    // A batch that names a row twice is refused.
    keys.retain(|key| named.insert(key_of(&names, key)));
    let batches = keys
        .chunks(BATCH)
        .map(|batch| whole_batch(operation, client, table, batch));
    Ok(try_join_all(batches).await?.concat())
}

/// The rows of one batch, asked again for what was left out.
async fn whole_batch(
    operation: &'static str,
    client: &Client,
    table: &str,
    keys: &[Row],
) -> Result<Vec<Row>, StoreError> {
    let (mut left, mut rows) = (keys.to_vec(), Vec::new());
    for _ in 0..ROUNDS {
        left = read_batch(operation, client, table, left, &mut rows).await?;
        if left.is_empty() {
            return Ok(rows);
        }
    }
    Err(StoreError::Unavailable {
        operation,
        source: "not every row was read".into(),
    })
}

/// The attributes that the keys of a table have.
fn key_names(keys: &[Row]) -> Vec<String> {
    let first = keys.first();
    first.map_or_else(Vec::new, |key| key.keys().cloned().collect())
}

/// The key of a row, which tells it from others.
fn key_of(names: &[String], row: &Row) -> Vec<Option<String>> {
    let values = names.iter().map(|name| row.get(name)?.as_s().ok().cloned());
    values.collect()
}

/// The rows of these keys in their order, each once; a key without a row has none.
pub(crate) async fn rows_in_order<T: DeserializeOwned>(
    operation: &'static str,
    client: &Client,
    table: &str,
    keys: Vec<Row>,
) -> Result<Vec<T>, StoreError> {
    let names = key_names(&keys);
    let rows = rows_of(operation, client, table, keys.clone()).await?;
    let rows = rows.into_iter().map(|row| (key_of(&names, &row), row));
    let mut rows: HashMap<_, Row> = rows.collect();
    let in_order = keys
        .iter()
        .filter_map(|key| rows.remove(&key_of(&names, key)));
    in_order.map(|row| from_item(operation, row)).collect()
}

/// Answers the keys that were left out: a batch that is throttled in part succeeds.
async fn read_batch(
    operation: &'static str,
    client: &Client,
    table: &str,
    keys: Vec<Row>,
    rows: &mut Vec<Row>,
) -> Result<Vec<Row>, StoreError> {
    let request = KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true)
        .build()
        .map_err(|error| StoreError::unsendable(operation, error))?;
    let answer = client
        .batch_get_item()
        .request_items(table, request)
        .send()
        .await
        .map_err(|error| StoreError::from_sdk(operation, error))?;
    let mut found = answer.responses.unwrap_or_default();
    rows.extend(found.remove(table).unwrap_or_default());
    let mut left = answer.unprocessed_keys.unwrap_or_default();
    Ok(left.remove(table).map_or_else(Vec::new, |left| left.keys))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Tables;

    /// The table refuses a batch that names a row twice.
    #[tokio::test]
    async fn a_row_that_is_asked_for_twice_is_read_once() {
        let tables = Tables::default();
        let key = |name: &str| {
            let text = |text: &str| AttributeValue::S(text.to_owned());
            Row::from([
                ("name".to_owned(), text(name)),
                ("shard".to_owned(), text("0")),
            ])
        };
        tables.put("stats", key("a"));
        let keys = vec![key("a"), key("b"), key("a")];
        let rows = rows_of("read", &tables.client(), "stats", keys).await;
        assert_eq!(rows.unwrap(), [key("a")]);
    }
}

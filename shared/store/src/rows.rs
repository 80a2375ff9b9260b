//! Rows of a query, all pages of them.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;

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

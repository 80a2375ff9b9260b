//! What DynamoDB refuses before it looks at a row.

use aws_sdk_dynamodb::error::ErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;

use super::{Item, named, schema::Schema};

/// A partition key's most bytes.
const LONGEST_PARTITION_KEY: usize = 2048;
/// A sort key's most bytes.
const LONGEST_SORT_KEY: usize = 1024;

/// DynamoDB's `ValidationException`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Invalid;

impl From<Invalid> for ErrorMetadata {
    fn from(_: Invalid) -> Self {
        named("ValidationException")
    }
}

/// Refuses what `is_valid` does not hold for.
pub(super) fn ensure(is_valid: bool) -> Result<(), Invalid> {
    if is_valid { Ok(()) } else { Err(Invalid) }
}

/// Keys are texts that are neither empty nor too long: those of the table and, in a row, those
/// of its indexes.
pub(super) fn keys(attributes: &Item) -> Result<(), Invalid> {
    let schema = Schema::of(attributes);
    let of_indexes = schema.indexes.iter();
    let keys = of_indexes
        .map(|index| (index.partition, index.sort))
        .chain([(schema.partition, schema.sort)]);
    for (partition, sort) in keys {
        key(attributes.get(partition), LONGEST_PARTITION_KEY)?;
        key(attributes.get(sort), LONGEST_SORT_KEY)?;
    }
    Ok(())
}

/// The key of a row, and nothing but it.
pub(super) fn partition_key(value: &AttributeValue) -> Result<(), Invalid> {
    key(Some(value), LONGEST_PARTITION_KEY)
}

fn key(value: Option<&AttributeValue>, longest: usize) -> Result<(), Invalid> {
    match value {
        Some(AttributeValue::S(text)) => ensure(!text.is_empty() && text.len() <= longest),
        Some(_) => Err(Invalid),
        None => Ok(()),
    }
}

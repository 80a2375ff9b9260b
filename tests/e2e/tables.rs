//! The tables in memory (`store::testing`) are held to the emulator: each case is run over both,
//! and both must answer alike. What a unit test over them shows then holds for DynamoDB too, as
//! far as the emulator is DynamoDB.

#![expect(clippy::expect_used, reason = "a case that cannot be put is to fail")]

mod queries;
mod writes;

use std::collections::BTreeMap;

use anyhow::Result;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::AttributeValue;
use end_to_end::{stack, unique_word};
use store::DynamoDb;
use store::testing::{Item, Tables};

/// What a case comes to: the rows or words it was answered with, or the error's code.
type Answer = Result<Vec<String>, String>;

/// One of the two, with a partition of its own in the table `videos`.
struct Side {
    client: DynamoDb,
    table: String,
    partition: String,
}

impl Side {
    /// The key of a row of the partition.
    fn key(&self, sort: &str) -> Item {
        item([("pk", text(&self.partition)), ("sk", text(sort))])
    }

    /// Lays a row of the partition in.
    async fn lay<const N: usize>(&self, sort: &str, more: [(&str, AttributeValue); N]) {
        let mut row = self.key(sort);
        row.extend(item(more));
        let put = self.client.put_item().table_name(&self.table);
        let put = put.set_item(Some(row)).send().await;
        put.expect("a plain row is taken");
    }

    /// The row as it stands.
    async fn row(&self, sort: &str) -> Answer {
        let get = self.client.get_item().table_name(&self.table);
        let got = get.set_key(Some(self.key(sort))).send().await;
        let got = got.map_err(|error| code(&error))?;
        Ok(got.item.iter().map(shown).collect())
    }
}

/// Runs a case over the emulator and in memory.
async fn both(case: impl AsyncFn(&Side) -> Answer) -> Result<[Answer; 2]> {
    let stack = stack()?;
    let partition = unique_word("partition");
    let emulator = Side {
        client: DynamoDb::new(&crate::sdk(&stack)),
        table: stack.table("videos")?.to_owned(),
        partition: partition.clone(),
    };
    let memory = Side {
        client: Tables::default().client(),
        table: "videos".to_owned(),
        partition,
    };
    Ok([case(&emulator).await, case(&memory).await])
}

/// What both answer, which must be the same.
async fn alike(case: impl AsyncFn(&Side) -> Answer) -> Result<Answer> {
    let [answered, remembered] = both(case).await?;
    assert_eq!(remembered, answered, "in memory, and the emulator");
    Ok(answered)
}

/// Both refuse the case as invalid.
async fn refused(what: &str, case: impl AsyncFn(&Side) -> Answer) -> Result<()> {
    let invalid = || Err("ValidationException".to_owned());
    assert_eq!(both(case).await?, [invalid(), invalid()], "{what}");
    Ok(())
}

/// The case is refused as invalid in memory, as DynamoDB does by its documentation; the
/// emulator takes it.
async fn refused_by_dynamodb(what: &str, case: impl AsyncFn(&Side) -> Answer) -> Result<()> {
    let [answered, remembered] = both(case).await?;
    assert!(answered.is_ok(), "{what}: use `refused`, {answered:?}");
    assert_eq!(remembered, Err("ValidationException".to_owned()), "{what}");
    Ok(())
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    let attributes = attributes.into_iter();
    attributes
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// A row in one order of its attributes, without the partition key, which differs.
fn shown(row: &Item) -> String {
    let sorted: BTreeMap<_, _> = row.iter().filter(|(name, _)| *name != "pk").collect();
    format!("{sorted:?}")
}

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    let code = error.as_service_error().and_then(|service| service.code());
    code.unwrap_or("no answer").to_owned()
}

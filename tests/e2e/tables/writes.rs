//! Conditions, updates, keys and transactions.

use anyhow::Result;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};
use store::testing::Item;

use super::{Answer, Side, alike, code, item, number, refused, refused_by_dynamodb, shown, text};

/// Adds one to `#touched` under a condition.
fn touch(side: &Side, sort: &str, condition: &str) -> Update {
    let mut update = Update::builder()
        .table_name(&side.table)
        .set_key(Some(side.key(sort)))
        .update_expression("ADD #touched :one")
        .expression_attribute_names("#touched", "touched")
        .expression_attribute_values(":one", number(1));
    if !condition.is_empty() {
        update = update.condition_expression(condition);
    }
    for (placeholder, name) in [
        ("#status", "status"),
        ("#count", "count"),
        ("#none", "none"),
    ] {
        if condition.contains(placeholder) {
            update = update.expression_attribute_names(placeholder, name);
        }
    }
    for (placeholder, value) in values() {
        if condition.contains(placeholder) {
            update = update.expression_attribute_values(placeholder, value);
        }
    }
    update.build().expect("it is whole")
}

fn values() -> [(&'static str, AttributeValue); 4] {
    [
        (":pending", text("pending")),
        (":done", text("done")),
        (":two", number(2)),
        (":ten", number(10)),
    ]
}

/// The update as a call of its own; what it answers.
async fn sent(side: &Side, update: Update, failed: bool) -> Answer {
    let call = side.client.update_item().table_name(&side.table);
    let call = call
        .set_key(Some(update.key))
        .update_expression(update.update_expression)
        .set_condition_expression(update.condition_expression)
        .set_expression_attribute_names(update.expression_attribute_names)
        .set_expression_attribute_values(update.expression_attribute_values);
    let call = match failed {
        true => call
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld),
        false => call,
    };
    match call.send().await {
        Ok(answer) => Ok(answer.attributes.iter().map(shown).collect()),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
                Err(format!("refused: {:?}", refusal.item().map(shown)))
            }
            _ => Err(code(&error)),
        },
    }
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn conditions_hold_alike() -> Result<()> {
    let conditions = [
        ("", true),
        ("#status = :pending", true),
        ("#status = :done", false),
        ("#status <> :done", true),
        ("#none = :done", false),
        ("#none <> :done", true),
        ("#status < :pending", false),
        ("#status <= :pending", true),
        ("#status > :done", true),
        ("#status >= :pending", true),
        ("#count < :ten", true),
        ("#count > :ten", false),
        ("#count >= :two", true),
        ("#status < :ten", false),
        ("#count < :pending", false),
        ("#none < :ten", false),
        ("attribute_exists(#status)", true),
        ("attribute_exists(#none)", false),
        ("attribute_not_exists(#none)", true),
        ("attribute_not_exists(#status)", false),
        ("#status IN (:pending, :done)", true),
        ("#none IN (:pending, :done)", false),
        ("(attribute_not_exists(#none) OR #count < :two)", true),
        ("(attribute_not_exists(#status) OR #count < :two)", false),
        ("(#status = :done OR #count <= :two)", true),
        ("#status = :pending AND #count <= :two", true),
        (
            "#status = :pending AND (#status = :done OR #count = :ten)",
            false,
        ),
    ];
    for (condition, holds) in conditions {
        for returning in [true, false] {
            let answer = alike(async |side| {
                side.lay("row", [("status", text("pending")), ("count", number(2))])
                    .await;
                let mut answer = sent(side, touch(side, "row", condition), returning).await?;
                answer.extend(side.row("row").await?);
                Ok(answer)
            });
            assert_eq!(answer.await?.is_ok(), holds, "{condition}");
        }
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn updates_change_alike() -> Result<()> {
    for expression in [
        "SET #one = :five",
        "SET #one = if_not_exists(#one, :five)",
        "SET #two = if_not_exists(#two, :five)",
        "REMOVE #one",
        "REMOVE #two",
        "ADD #one :five",
        "ADD #two :five",
        "SET #two = :five REMOVE #one",
    ] {
        for sort in ["row", "none"] {
            let answer = alike(async |side| {
                side.lay("row", [("one", number(1))]).await;
                let mut update = Update::builder()
                    .table_name(&side.table)
                    .set_key(Some(side.key(sort)))
                    .update_expression(expression);
                for (placeholder, name) in [("#one", "one"), ("#two", "two")] {
                    if expression.contains(placeholder) {
                        update = update.expression_attribute_names(placeholder, name);
                    }
                }
                if expression.contains(":five") {
                    update = update.expression_attribute_values(":five", number(5));
                }
                sent(side, update.build().expect("it is whole"), true).await
            });
            assert!(answer.await?.is_ok(), "{expression}");
        }
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_key_cannot_be_updated_and_a_text_not_added() -> Result<()> {
    let change = |side: &Side, expression: &str, name: &str, value: AttributeValue| {
        let update = Update::builder()
            .table_name(&side.table)
            .set_key(Some(side.key("row")))
            .update_expression(expression)
            .expression_attribute_names("#name", name)
            .expression_attribute_values(":value", value);
        update.build().expect("it is whole")
    };
    refused("a key", async |side| {
        let update = change(side, "SET #name = :value", "sk", text("other"));
        sent(side, update, true).await
    })
    .await?;
    refused("a sum of texts", async |side| {
        side.lay("row", [("name", text("text"))]).await;
        let update = change(side, "ADD #name :value", "name", number(1));
        sent(side, update, true).await
    })
    .await?;
    refused("a name that is not used", async |side| {
        let mut update = change(side, "SET #name = :value", "name", number(1));
        let names = update.expression_attribute_names.as_mut();
        names
            .expect("it has names")
            .insert("#more".to_owned(), "more".to_owned());
        sent(side, update, true).await
    })
    .await
}

/// Puts a row with these keys and this position in the feed.
async fn put(side: &Side, partition: &str, sort: &str, position: &str) -> Answer {
    let row = item([
        ("pk", text(partition)),
        ("sk", text(sort)),
        ("feed", text(&side.partition)),
        ("position", text(position)),
        ("note", text("")),
    ]);
    let put = side.client.put_item().table_name(&side.table);
    let put = put.set_item(Some(row)).send().await;
    put.map(|_| Vec::new()).map_err(|error| code(&error))
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn keys_are_held_to_the_same_bounds() -> Result<()> {
    let (longest, long) = ("s".repeat(1024), "s".repeat(1025));
    let taken = alike(async |side| put(side, &side.partition, &longest, "p").await);
    assert_eq!(taken.await?, Ok(Vec::new()), "the longest key is taken");
    refused("an empty partition key", async |side| {
        put(side, "", "s", "p").await
    })
    .await?;
    refused("an empty sort key", async |side| {
        put(side, &side.partition, "", "p").await
    })
    .await?;
    refused("an over-long sort key", async |side| {
        put(side, &side.partition, &long, "p").await
    })
    .await?;
    refused("an over-long partition key", async |side| {
        put(side, &"p".repeat(2049), "s", "p").await
    })
    .await?;
    refused("an empty key of an index", async |side| {
        put(side, &side.partition, "s", "").await
    })
    .await?;
    refused_by_dynamodb("an over-long key of an index", async |side| {
        put(side, &side.partition, "s", &long).await
    })
    .await?;
    refused("an empty key that is read", async |side| side.row("").await).await?;
    refused("an empty key that is updated", async |side| {
        sent(side, touch(side, "", ""), true).await
    })
    .await
}

/// The transaction's answer, with the reasons against each of its writes.
async fn transacted(side: &Side, writes: Vec<TransactWriteItem>) -> Answer {
    let call = side.client.transact_write_items();
    match call.set_transact_items(Some(writes)).send().await {
        Ok(_) => Ok(Vec::new()),
        Err(error) => match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                let reasons = canceled.cancellation_reasons().iter();
                let reasons: Vec<_> = reasons
                    .map(|reason| (reason.code().unwrap_or_default(), reason.item().map(shown)))
                    .collect();
                Err(format!("canceled: {reasons:?}"))
            }
            _ => Err(code(&error)),
        },
    }
}

fn updating(update: Update) -> TransactWriteItem {
    TransactWriteItem::builder().update(update).build()
}

fn putting(side: &Side, row: Item) -> TransactWriteItem {
    let put = Put::builder()
        .table_name(&side.table)
        .set_item(Some(row))
        .condition_expression("attribute_not_exists(pk)");
    let put = put.build().expect("it is whole");
    TransactWriteItem::builder().put(put).build()
}

fn deleting(side: &Side, sort: &str) -> TransactWriteItem {
    let delete = Delete::builder()
        .table_name(&side.table)
        .set_key(Some(side.key(sort)))
        .condition_expression("#status = :pending")
        .expression_attribute_names("#status", "status")
        .expression_attribute_values(":pending", text("pending"));
    let delete = delete.build().expect("it is whole");
    TransactWriteItem::builder().delete(delete).build()
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_transaction_is_done_whole_or_not_at_all() -> Result<()> {
    // What stands in the way: nothing, each of the writes, or all of them.
    for (status, condition, new) in [
        ("pending", "", "new"),
        ("done", "", "new"),
        ("pending", "#status = :done", "new"),
        ("pending", "", "there"),
        ("done", "#status = :done", "there"),
        ("done", "#status = :pending", "there"),
    ] {
        alike(async |side| {
            side.lay("there", [("status", text("pending"))]).await;
            side.lay("going", [("status", text(status))]).await;
            side.lay("row", [("status", text(status))]).await;
            let writes = vec![
                updating(touch(side, "row", condition)),
                putting(side, side.key(new)),
                deleting(side, "going"),
            ];
            let mut answer = vec![format!("{:?}", transacted(side, writes).await)];
            for sort in ["row", "new", "going"] {
                answer.extend(side.row(sort).await?);
            }
            Ok(answer)
        })
        .await?
        .expect("rows can be read");
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn transactions_that_dynamodb_refuses_are_refused() -> Result<()> {
    refused("two writes of one row", async |side| {
        side.lay("row", [("status", text("pending"))]).await;
        let writes = vec![updating(touch(side, "row", "")), deleting(side, "row")];
        transacted(side, writes).await
    })
    .await?;
    refused("101 writes", async |side| {
        let sorts = (0..101).map(|at| at.to_string());
        let writes = sorts.map(|sort| updating(touch(side, &sort, "")));
        transacted(side, writes.collect()).await
    })
    .await?;
    refused("no write", async |side| transacted(side, Vec::new()).await).await
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn puts_and_removals_answer_alike() -> Result<()> {
    for (sort, status) in [("row", "pending"), ("row", "done"), ("none", "pending")] {
        for returned in [ReturnValue::AllOld, ReturnValue::None] {
            alike(async |side| {
                side.lay("row", [("status", text("pending"))]).await;
                let delete = side.client.delete_item().table_name(&side.table);
                let delete = delete
                    .set_key(Some(side.key(sort)))
                    .condition_expression("#status = :status")
                    .expression_attribute_names("#status", "status")
                    .expression_attribute_values(":status", text(status))
                    .return_values(returned.clone());
                let deleted = delete.send().await.map_err(|error| code(&error));
                let mut answer = vec![format!(
                    "{:?}",
                    deleted.map(|deleted| deleted.attributes.as_ref().map(shown))
                )];
                let put = side.client.put_item().table_name(&side.table);
                let put = put
                    .set_item(Some(side.key(sort)))
                    .condition_expression("attribute_not_exists(pk)");
                let put = put.send().await.map_err(|error| code(&error));
                answer.push(format!("{:?}", put.map(drop)));
                answer.extend(side.row(sort).await?);
                Ok(answer)
            })
            .await?
            .expect("the row can be read");
        }
    }
    alike(async |side| {
        let delete = side.client.delete_item().table_name(&side.table);
        let delete = delete
            .set_key(Some(side.key("none")))
            .return_values(ReturnValue::AllOld);
        let deleted = delete.send().await.map_err(|error| code(&error))?;
        Ok(deleted.attributes.iter().map(shown).collect())
    })
    .await?
    .expect("nothing is removed without an error");
    Ok(())
}

//! Queries, their pages and projections, and batches.

use anyhow::Result;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{DeleteRequest, KeysAndAttributes, Select, WriteRequest};

use super::{Answer, Side, alike, code, item, number, refused, refused_by_dynamodb, shown, text};

const SORTS: [&str; 5] = ["a", "b", "ba", "c", "d"];

/// Rows `a` to `d`, each in the feed of its partition.
async fn fill(side: &Side) {
    for (at, sort) in SORTS.into_iter().enumerate() {
        let more = [
            ("feed", text(&side.partition)),
            ("position", text(sort)),
            ("count", number(at as i64)),
        ];
        side.lay(sort, more).await;
    }
}

/// A query of the partition, with a condition of the sort key.
fn query(side: &Side, sort: &str) -> QueryFluentBuilder {
    let query = side.client.query().table_name(&side.table);
    query
        .key_condition_expression(format!("pk = :partition{sort}"))
        .expression_attribute_values(":partition", text(&side.partition))
}

/// A query of the partition's feed.
fn feed(side: &Side) -> QueryFluentBuilder {
    let query = side.client.query().table_name(&side.table);
    query
        .index_name("byFeed")
        .key_condition_expression("feed = :feed")
        .expression_attribute_values(":feed", text(&side.partition))
}

/// The rows and the end of one page.
async fn page(query: QueryFluentBuilder) -> Answer {
    let page = query.send().await.map_err(|error| code(&error))?;
    let mut answer: Vec<String> = page.items().iter().map(shown).collect();
    answer.push(format!("{} rows", page.count()));
    answer.extend(page.last_evaluated_key().map(shown));
    Ok(answer)
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn conditions_of_the_sort_key_find_the_same_rows() -> Result<()> {
    for (condition, from, to) in [
        (" AND sk = :from", "b", None),
        (" AND sk < :from", "b", None),
        (" AND sk <= :from", "b", None),
        (" AND sk > :from", "b", None),
        (" AND sk >= :from", "b", None),
        (" AND begins_with(sk, :from)", "b", None),
        (" AND sk BETWEEN :from AND :to", "b", Some("c")),
        (" AND sk BETWEEN :from AND :to", "b", Some("b")),
        (" AND sk BETWEEN :from AND :to", "x", Some("z")),
    ] {
        let answer = alike(async |side| {
            fill(side).await;
            let query = query(side, condition).expression_attribute_values(":from", text(from));
            let query = match to {
                Some(to) => query.expression_attribute_values(":to", text(to)),
                None => query,
            };
            page(query).await
        });
        assert!(answer.await?.is_ok(), "{condition}");
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn queries_that_dynamodb_refuses_are_refused() -> Result<()> {
    refused("BETWEEN reversed", async |side| {
        let query = query(side, " AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":from", text("c"))
            .expression_attribute_values(":to", text("b"));
        page(query).await
    })
    .await?;
    refused("an empty partition key", async |side| {
        let query = side.client.query().table_name(&side.table);
        let query = query
            .key_condition_expression("pk = :partition")
            .expression_attribute_values(":partition", text(""));
        page(query).await
    })
    .await?;
    refused_by_dynamodb("an over-long partition key", async |side| {
        let query = side.client.query().table_name(&side.table);
        let query = query
            .key_condition_expression("pk = :partition")
            .expression_attribute_values(":partition", text(&"k".repeat(2049)));
        page(query).await
    })
    .await?;
    refused("a value that is not used", async |side| {
        page(query(side, "").expression_attribute_values(":more", text("x"))).await
    })
    .await?;
    refused("an index read consistently", async |side| {
        page(feed(side).consistent_read(true)).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn pages_end_and_go_on_alike() -> Result<()> {
    for (limit, forward) in [(1, true), (2, true), (2, false), (5, true), (6, true)] {
        let answer = alike(async |side| {
            fill(side).await;
            let mut answer = Vec::new();
            let mut start = None;
            for _ in 0..8 {
                let query = query(side, "").limit(limit).scan_index_forward(forward);
                let query = query.set_exclusive_start_key(start.take());
                answer.extend(page(query.clone()).await?);
                let last = query.send().await.map_err(|error| code(&error))?;
                start = last.last_evaluated_key;
                if start.is_none() {
                    break;
                }
            }
            Ok(answer)
        });
        assert!(answer.await?.is_ok(), "{limit}");
    }
    Ok(())
}

/// The row that a page ended with may be gone when the next page is asked for.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_page_goes_on_behind_a_row_that_is_gone() -> Result<()> {
    for (gone, forward) in [("b", true), ("b", false), ("bb", true), ("bb", false)] {
        alike(async |side| {
            fill(side).await;
            let delete = side.client.delete_item().table_name(&side.table);
            let deleted = delete.set_key(Some(side.key(gone))).send().await;
            deleted.map_err(|error| code(&error))?;
            let query = query(side, "").scan_index_forward(forward);
            page(query.set_exclusive_start_key(Some(side.key(gone)))).await
        })
        .await?
        .expect("the rest of the rows");
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn filters_counts_and_projections_show_the_same() -> Result<()> {
    let shown = alike(async |side| {
        fill(side).await;
        let filtered = query(side, "")
            .filter_expression("#count = :two")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":two", number(2));
        let mut answer = page(filtered.clone()).await?;
        answer.extend(page(filtered.limit(2)).await?);
        answer.extend(page(query(side, "").select(Select::Count)).await?);
        answer.extend(page(query(side, "").projection_expression("sk")).await?);
        Ok(answer)
    });
    shown.await?.expect("these can be asked");
    let indexed = alike(async |side| {
        fill(side).await;
        side.lay("no feed", [("count", number(9))]).await;
        let mut answer = page(feed(side)).await?;
        answer.extend(page(feed(side).limit(2)).await?);
        answer.extend(page(feed(side).scan_index_forward(false)).await?);
        Ok(answer)
    });
    let indexed = indexed.await?.expect("these can be asked");
    assert!(!indexed[0].contains("count"), "an index of keys only");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn batches_are_answered_alike() -> Result<()> {
    let read = |side: &Side, sorts: &[String]| {
        let keys = sorts.iter().map(|sort| side.key(sort)).collect();
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).build();
        let batch = side.client.batch_get_item();
        batch.request_items(&side.table, keys.expect("there are keys"))
    };
    let rows = async |side: &Side, sorts: &[String]| -> Answer {
        fill(side).await;
        let answer = read(side, sorts).send().await;
        let answer = answer.map_err(|error| code(&error))?;
        let found = answer.responses.unwrap_or_default();
        let mut found: Vec<String> = found.values().flatten().map(shown).collect();
        found.sort_unstable();
        Ok(found)
    };
    let names = |sorts: &[&str]| sorts.iter().map(|sort| (*sort).to_owned()).collect();
    let some: Vec<String> = names(&["a", "c", "none"]);
    let found = alike(async |side| rows(side, &some).await).await?;
    assert_eq!(found.expect("a batch").len(), 2);
    let twice: Vec<String> = names(&["a", "a"]);
    refused("a key twice", async |side| rows(side, &twice).await).await?;
    let many: Vec<String> = (0..101).map(|at| at.to_string()).collect();
    refused("101 keys", async |side| rows(side, &many).await).await
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn batches_of_removals_are_answered_alike() -> Result<()> {
    let remove = async |side: &Side, sorts: &[String]| -> Answer {
        fill(side).await;
        let requests = sorts.iter().map(|sort| {
            let delete = DeleteRequest::builder().set_key(Some(side.key(sort)));
            let delete = delete.build().expect("there is a key");
            WriteRequest::builder().delete_request(delete).build()
        });
        let batch = side.client.batch_write_item();
        let batch = batch.request_items(&side.table, requests.collect());
        batch.send().await.map_err(|error| code(&error))?;
        page(query(side, "")).await
    };
    let some = ["a".to_owned(), "none".to_owned()];
    let left = alike(async |side| remove(side, &some).await).await?;
    assert_eq!(left.expect("a batch").len(), 5, "four rows and their count");
    let twice = ["a".to_owned(), "a".to_owned()];
    refused("a key twice", async |side| remove(side, &twice).await).await?;
    let many: Vec<String> = (0..26).map(|at| at.to_string()).collect();
    refused("26 keys", async |side| remove(side, &many).await).await
}

/// An index that includes some attributes shows these and no others.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn an_index_shows_what_it_includes() -> Result<()> {
    let stack = end_to_end::stack()?;
    let month = end_to_end::unique_word("month");
    let ask = async |client: store::DynamoDb, table: &str| -> Answer {
        let row = item([
            ("userId", text("u")),
            ("sk", text(&month)),
            ("used", number(1)),
            ("plan", text("not included")),
        ]);
        let put = client.put_item().table_name(table).set_item(Some(row));
        put.send().await.map_err(|error| code(&error))?;
        let query = client.query().table_name(table).index_name("byRow");
        let query = query
            .key_condition_expression("sk = :row")
            .expression_attribute_values(":row", text(&month));
        page(query).await
    };
    let emulator = store::DynamoDb::new(&crate::sdk(&stack));
    let answered = ask(emulator, stack.table("usage")?).await;
    let memory = store::testing::Tables::default().client();
    assert_eq!(ask(memory, "usage").await, answered);
    assert!(!answered.expect("it can be asked")[0].contains("plan"));
    Ok(())
}

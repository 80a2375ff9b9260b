//! Functions behind the stream of a table: rows as they were and as they are in.

use std::time::Instant;

use config::metrics::Metrics;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_dynamo::Item;

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    dynamodb: Images,
}

#[derive(Deserialize)]
struct Images {
    #[serde(rename = "OldImage")]
    before: Option<Item>,
    #[serde(rename = "NewImage")]
    after: Option<Item>,
}

/// Runs a function behind a stream: `handler` gets a batch of changes, each row as it was,
/// if it was there, and as it is. A row that cannot be read is told in the log and left out,
/// so that it does not stop those behind it.
///
/// # Errors
///
/// The runtime stopped.
pub async fn run<Row, Handler, Answer>(name: &'static str, handler: Handler) -> Result<(), Error>
where
    Row: DeserializeOwned,
    Handler: Fn(Vec<(Option<Row>, Row)>) -> Answer,
    Answer: Future<Output = ()>,
{
    let metrics = Metrics::start();
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Event>| async move {
        let started = Instant::now();
        let changes = changes(name, event.payload);
        let count = changes.len();
        Box::pin(handler(changes)).await;
        let milliseconds = started.elapsed().as_millis() as u64;
        let cold_start = metrics.cold_start();
        tracing::info!(
            step = name,
            count,
            milliseconds,
            coldStart = cold_start,
            "changes"
        );
        metrics.flush();
        Ok::<_, Error>(())
    }))
    .await
}

fn changes<Row: DeserializeOwned>(name: &'static str, event: Event) -> Vec<(Option<Row>, Row)> {
    let records = event.records.into_iter();
    let read = records.filter_map(|record| {
        let after = record.dynamodb.after?;
        let before = record.dynamodb.before.map(serde_dynamo::from_item);
        let read = before
            .transpose()
            .and_then(|before| Ok((before, serde_dynamo::from_item(after)?)));
        read.inspect_err(|error| tracing::warn!(step = name, cause = %error, "unreadable row"))
            .ok()
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    struct Row {
        name: String,
        count: Option<u32>,
    }

    fn row(name: &str, count: Option<u32>) -> Row {
        let name = name.to_owned();
        Row { name, count }
    }

    #[test]
    fn rows_are_read_as_they_were_and_as_they_are() {
        let event = json!({"Records": [
            {"eventName": "INSERT", "dynamodb": {"NewImage": {"name": {"S": "a"}}}},
            {"eventName": "MODIFY", "dynamodb": {
                "OldImage": {"name": {"S": "a"}}, "NewImage": {"name": {"S": "a"}, "count": {"N": "2"}},
            }},
            {"eventName": "MODIFY", "dynamodb": {"NewImage": {"count": {"N": "2"}}}},
            {"eventName": "REMOVE", "dynamodb": {"OldImage": {"name": {"S": "a"}}}},
        ]});
        let event = serde_json::from_value(event).unwrap();
        let expected = [
            (None, row("a", None)),
            (Some(row("a", None)), row("a", Some(2))),
        ];
        assert_eq!(changes::<Row>("test", event), expected);
    }
}

//! Functions behind a queue: messages in, the ids of those that failed out, so
//! that a message that is done is never given again with one that is not (R112).

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use config::metrics::Metrics;
use futures_util::FutureExt;
use lambda_runtime::{Error, LambdaEvent, service_fn};

use crate::step::{Invocation, chain, invocation};

/// A message as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its name; the same each time it is received.
    pub id: String,
    /// The name of this one receipt, by which it can be hidden for longer.
    pub receipt: String,
    /// What was sent.
    pub body: String,
    /// How often it was received, this time included.
    pub receives: u32,
}

/// Runs a function behind a queue: `handler` gets each message. What fails or
/// panics is given again by the queue.
///
/// # Errors
///
/// The runtime stopped.
pub async fn run<Handler, Answer>(name: &'static str, handler: Handler) -> Result<(), Error>
where
    Handler: Fn(Message, Invocation) -> Answer,
    Answer: Future<Output = Result<(), Error>>,
{
    let metrics = Metrics::start();
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let invocation = invocation(&event.context, config::clock::now());
        let response = answer(name, metrics, event.payload, &invocation, handler).await;
        metrics.flush();
        response
    }))
    .await
}

/// Handles each record. An event that cannot be answered for record by record
/// fails as a whole, loudly: an empty list would mean that all is done.
async fn answer<Handler, Answer>(
    name: &'static str,
    metrics: Metrics,
    event: SqsEvent,
    invocation: &Invocation,
    handler: &Handler,
) -> Result<SqsBatchResponse, Error>
where
    Handler: Fn(Message, Invocation) -> Answer,
    Answer: Future<Output = Result<(), Error>>,
{
    let messages = messages(event).inspect_err(|error| {
        tracing::error!(step = name, cause = error, "the batch is unreadable");
    })?;
    let mut response = SqsBatchResponse::default();
    for message in messages {
        let id = message.id.clone();
        let started = Instant::now();
        // The call itself is inside too: a handler may panic before its first await.
        // Boxed, so that its depth is not added to the runtime's.
        let work = Box::pin(async { handler(message, invocation.clone()).await });
        let result = AssertUnwindSafe(work)
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Err("the handler panicked".into()));
        let milliseconds = started.elapsed().as_millis() as u64;
        let cold_start = metrics.cold_start();
        match result {
            Ok(()) => tracing::info!(
                step = name,
                messageId = id,
                milliseconds,
                coldStart = cold_start,
                "message done"
            ),
            Err(error) => {
                let cause = chain(error.as_ref());
                tracing::warn!(
                    step = name,
                    messageId = id,
                    milliseconds,
                    coldStart = cold_start,
                    cause,
                    "message failed"
                );
                metrics::counter!("ErrorCount", "ErrorType" => "MessageFailed").increment(1);
                let mut failure = BatchItemFailure::default();
                failure.item_identifier = id;
                response.batch_item_failures.push(failure);
            }
        }
    }
    Ok(response)
}

/// The event's messages, or what is wrong with the event.
fn messages(event: SqsEvent) -> Result<Vec<Message>, &'static str> {
    if event.records.is_empty() {
        return Err("it holds no records");
    }
    event.records.into_iter().map(message).collect()
}

fn message(record: SqsMessage) -> Result<Message, &'static str> {
    let id = record.message_id.filter(|id| !id.is_empty());
    let receives = record.attributes.get("ApproximateReceiveCount");
    Ok(Message {
        id: id.ok_or("a record has no message id")?,
        receipt: record.receipt_handle.unwrap_or_default(),
        body: record.body.unwrap_or_default(),
        receives: receives.and_then(|count| count.parse().ok()).unwrap_or(1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::captured::Log;
    use serde_json::{Value, json};
    use std::time::Duration;

    fn record(id: &str, body: &str) -> Value {
        json!({
            "messageId": id, "receiptHandle": format!("receipt-{id}"), "body": body,
            "attributes": {"ApproximateReceiveCount": "2"},
            "eventSource": "aws:sqs",
        })
    }

    async fn handled(event: Value) -> Result<Value, String> {
        let started = Instant::now();
        let invocation = Invocation {
            request_id: "request".to_owned(),
            deadline: started + Duration::from_secs(60),
            memory_mb: 128,
            started,
        };
        let handler = |message: Message, _| async move {
            assert_eq!(message.receives, 2);
            assert_eq!(message.receipt, format!("receipt-{}", message.id));
            match message.body.as_str() {
                "good" => Ok(()),
                "panic" => panic!("as it happens"),
                other => Err(Error::from(format!("no {other}"))),
            }
        };
        let event: SqsEvent = serde_json::from_value(event).map_err(|error| error.to_string())?;
        let response = answer("test", Metrics::start(), event, &invocation, &handler).await;
        let response = response.map_err(|error| error.to_string())?;
        Ok(serde_json::to_value(response).unwrap())
    }

    #[tokio::test]
    async fn only_those_that_failed_are_named() {
        let event = json!({"Records": [
            record("1", "good"), record("2", "panic"), record("3", "not JSON"),
            record("4", "good"), record("5", "{\"version\":9}"),
        ]});
        insta::assert_json_snapshot!(handled(event).await.unwrap(), @r#"
        {
          "batchItemFailures": [
            {
              "itemIdentifier": "2"
            },
            {
              "itemIdentifier": "3"
            },
            {
              "itemIdentifier": "5"
            }
          ]
        }
        "#);
    }

    #[tokio::test]
    async fn when_all_is_done_the_list_is_empty() {
        let event = json!({"Records": [record("1", "good")]});
        insta::assert_json_snapshot!(handled(event).await.unwrap(), @r#"
        {
          "batchItemFailures": []
        }
        "#);
    }

    #[tokio::test]
    async fn the_first_message_of_an_environment_is_a_cold_start() {
        for (body, message) in [("good", "message done"), ("bad", "message failed")] {
            let (log, _capturing) = Log::capture();
            let event = json!({"Records": [record("1", body), record("2", body)]});
            handled(event).await.unwrap();
            assert_eq!(log.cold_starts(message), [json!(true), Value::Null]);
        }
    }

    #[tokio::test]
    async fn a_record_without_a_name_fails_the_whole_batch() {
        let mut nameless = record("1", "good");
        nameless.as_object_mut().unwrap().remove("messageId");
        for event in [
            json!({"Records": [record("1", "good"), nameless]}),
            json!({"Records": [record("", "good")]}),
            json!({"Records": []}),
            json!({}),
        ] {
            assert!(handled(event.clone()).await.is_err(), "{event}");
        }
    }
}

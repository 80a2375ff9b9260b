//! Functions behind the routes of a `WebSocket` API: who comes or goes in, a status out.

use std::collections::HashMap;
use std::time::Instant;

use config::metrics::Metrics;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};

use crate::step::chain;

/// A connection that is opened or was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its name.
    pub connection: String,
    query: HashMap<String, String>,
}

impl Contact {
    /// From its parts.
    pub fn new<'a>(connection: &str, query: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let query = query.into_iter();
        Self {
            connection: connection.to_owned(),
            query: query
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }

    /// A query parameter of the address that it is opened by.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }
}

/// Whether a connection may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Welcome,
    /// It is closed with 403.
    Refused,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    request_context: Context,
    #[serde(default)]
    query_string_parameters: Option<HashMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    connection_id: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
}

/// Runs a function behind a route: `handler` gets each contact.
///
/// # Errors
///
/// The runtime stopped.
pub async fn run<Handler, Reply>(name: &'static str, handler: Handler) -> Result<(), Error>
where
    Handler: Fn(Contact) -> Reply,
    Reply: Future<Output = Result<Verdict, Error>>,
{
    let metrics = Metrics::start();
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Event>| async move {
        let answer = answer(name, metrics, event.payload, handler).await;
        metrics.flush();
        Ok::<_, Error>(answer)
    }))
    .await
}

async fn answer<Handler, Reply>(
    name: &'static str,
    metrics: Metrics,
    event: Event,
    handler: &Handler,
) -> Answer
where
    Handler: Fn(Contact) -> Reply,
    Reply: Future<Output = Result<Verdict, Error>>,
{
    let started = Instant::now();
    let contact = Contact {
        connection: event.request_context.connection_id,
        query: event.query_string_parameters.unwrap_or_default(),
    };
    let verdict = Box::pin(handler(contact)).await;
    let status_code = match &verdict {
        Ok(Verdict::Welcome) => 200,
        Ok(Verdict::Refused) => 403,
        Err(error) => {
            tracing::error!(
                endpoint = name,
                cause = chain(error.as_ref()),
                "contact failed"
            );
            metrics::counter!("ErrorCount", "ErrorType" => "ContactFailed").increment(1);
            500
        }
    };
    let milliseconds = started.elapsed().as_millis() as u64;
    tracing::info!(
        endpoint = name,
        status = status_code,
        milliseconds,
        coldStart = metrics.cold_start(),
        "contact"
    );
    Answer { status_code }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    async fn answered(event: Value, verdict: fn(&Contact) -> Result<Verdict, Error>) -> u16 {
        let event = serde_json::from_value(event).unwrap();
        let handler = |contact: Contact| async move { verdict(&contact) };
        answer("test", Metrics::start(), event, &handler)
            .await
            .status_code
    }

    fn event(query: &Value) -> Value {
        json!({
            "requestContext": {"connectionId": "c", "eventType": "CONNECT"},
            "queryStringParameters": query,
        })
    }

    #[tokio::test]
    async fn who_may_not_is_refused_and_a_failure_lets_nobody_in() {
        let by_ticket = |contact: &Contact| match contact.query("ticket") {
            Some("t") if contact.connection == "c" => Ok(Verdict::Welcome),
            Some(_) => Err("no table".into()),
            None => Ok(Verdict::Refused),
        };
        assert_eq!(
            answered(event(&json!({"ticket": "t"})), by_ticket).await,
            200
        );
        assert_eq!(
            answered(event(&json!({"ticket": "x"})), by_ticket).await,
            500
        );
        assert_eq!(answered(event(&Value::Null), by_ticket).await, 403);
    }
}

//! The output as server-sent events, for the clients' `stream`.

use crate::errors::ApiError;
use crate::prediction::{Prediction, Status};
use crate::server::Shared;
use axum::extract::{Path, State};
use axum::response::sse::{Event, Sse};
use futures_util::{Stream, StreamExt, stream};
use serde_json::Value;
use std::convert::Infallible;

/// `GET /stream/{id}`: the output's pieces once it is there, then `done`.
pub(crate) async fn get(
    State(server): State<Shared>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    if !server.store.get(&id).is_some_and(|found| found.streams) {
        return Err(ApiError::NotFound);
    }
    let events = stream::once(async move {
        server.store.ended(&id).await;
        let events = server.store.get(&id).map(|ended| events(&ended));
        stream::iter(events.unwrap_or_default().into_iter().map(Ok))
    });
    Ok(Sse::new(events.flatten()))
}

fn events(ended: &Prediction) -> Vec<Event> {
    let done = |data: &str| Event::default().event("done").data(data);
    match ended.status {
        Status::Succeeded => {
            let pieces = pieces(ended.output.as_ref()).into_iter();
            let outputs = pieces.enumerate().map(|(number, piece)| {
                let id = format!("{number}:0");
                Event::default().event("output").id(id).data(piece)
            });
            outputs.chain([done("{}")]).collect()
        }
        Status::Failed => {
            let error = ended.error.clone().unwrap_or_default();
            vec![
                Event::default().event("error").data(error),
                done(r#"{"reason":"error"}"#),
            ]
        }
        _ => vec![done(r#"{"reason":"canceled"}"#)],
    }
}

fn pieces(output: Option<&Value>) -> Vec<String> {
    match output {
        Some(Value::Array(pieces)) => pieces.iter().map(text_of).collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(value) => vec![text_of(value)],
    }
}

fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

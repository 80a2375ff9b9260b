//! Reading and canceling predictions.

use crate::errors::ApiError;
use crate::paging;
use crate::prediction::Prediction;
use crate::server::Shared;
use axum::Json;
use axum::extract::{Path, Query, State};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// `GET /v1/predictions/{id}`
pub(crate) async fn get(
    State(server): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let prediction = server.store.get(&id).ok_or(ApiError::NotFound)?;
    Ok(Json(prediction.to_json(server.origin())))
}

/// `POST /v1/predictions/{id}/cancel`; a prediction that has ended stays as it is.
pub(crate) async fn cancel(
    State(server): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let prediction = server.store.get(&id).ok_or(ApiError::NotFound)?;
    if !prediction.status.is_terminal() {
        server.store.cancel(&id);
        server.store.ended(&id).await;
    }
    get(State(server), Path(id)).await
}

/// The filters and the cursor of a list.
#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    created_after: Option<String>,
    created_before: Option<String>,
    cursor: Option<String>,
}

/// `GET /v1/predictions`, newest first.
pub(crate) async fn list(
    State(server): State<Shared>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Value>, ApiError> {
    let after = moment("created_after", query.created_after.as_deref())?;
    let before = moment("created_before", query.created_before.as_deref())?;
    let predictions = server.store.newest_first(after, before);
    let origin = server.origin();
    Ok(Json(paging::page(
        &predictions,
        query.cursor.as_deref(),
        |prediction: &Prediction| &prediction.id,
        |prediction| prediction.to_json(origin),
        |cursor| page_url(origin, &query, cursor),
    )))
}

fn page_url(origin: &str, query: &ListQuery, cursor: &str) -> String {
    let filters = [
        ("created_after", query.created_after.as_deref()),
        ("created_before", query.created_before.as_deref()),
        ("cursor", Some(cursor)),
    ];
    let mut parameters = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in filters {
        if let Some(value) = value {
            parameters.append_pair(name, value);
        }
    }
    format!("{origin}/v1/predictions?{}", parameters.finish())
}

fn moment(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let message = format!("{name} must be an ISO 8601 date-time");
    text.parse()
        .map(Some)
        .map_err(|_| ApiError::violation(name, "invalid_format", &message))
}

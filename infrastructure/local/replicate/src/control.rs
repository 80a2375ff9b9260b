//! The tests' side door: rules, counts and latency. No token is asked for.

use crate::rules::{Creates, Rule};
use crate::server::Shared;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

/// `GET /_control/health`
pub(crate) async fn health(State(server): State<Shared>) -> Json<Value> {
    Json(json!({
        "status": "ok",
        "predictions": server.store.count(),
        "latencyMs": u64::try_from(server.latency().as_millis()).unwrap_or(u64::MAX),
    }))
}

/// `GET /_control/rules`: what is left of the rules.
pub(crate) async fn rules(State(server): State<Shared>) -> Json<Vec<Rule>> {
    Json(server.rules().rules().to_vec())
}

/// `POST /_control/rules`
pub(crate) async fn add_rule(State(server): State<Shared>, Json(rule): Json<Rule>) -> Response {
    tracing::info!(?rule, "rule");
    server.rules().add(rule.clone());
    (StatusCode::CREATED, Json(rule)).into_response()
}

/// `DELETE /_control/rules`
pub(crate) async fn clear_rules(State(server): State<Shared>) -> StatusCode {
    server.rules().clear();
    StatusCode::NO_CONTENT
}

/// Which creates are asked about.
#[derive(Debug, Deserialize)]
pub(crate) struct CreatesQuery {
    #[serde(rename = "match", default)]
    word: String,
}

/// `GET /_control/creates?match=word`
pub(crate) async fn creates(
    State(server): State<Shared>,
    Query(query): Query<CreatesQuery>,
) -> Json<Creates> {
    Json(server.rules().creates(&query.word))
}

/// The new least time of a model.
#[derive(Debug, Deserialize)]
pub(crate) struct Latency {
    ms: u64,
}

/// `POST /_control/latency`
pub(crate) async fn latency(
    State(server): State<Shared>,
    Json(latency): Json<Latency>,
) -> Json<Value> {
    server.set_latency_ms(latency.ms);
    Json(json!({"ms": latency.ms}))
}

//! The routes.

use crate::errors::ApiError;
use crate::server::Shared;
use crate::{control, create, files, models, outputs, predictions, stream};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

/// The provider takes files of up to 100 MB.
const LARGEST_BODY: usize = 100 * 1024 * 1024;

/// Everything the look-alike answers to.
pub(crate) fn router(server: Shared) -> Router {
    let api = Router::new()
        .route(
            "/predictions",
            post(create::by_version).get(predictions::list),
        )
        .route("/predictions/{id}", get(predictions::get))
        .route("/predictions/{id}/cancel", post(predictions::cancel))
        .route("/models", get(models::list))
        .route("/models/{owner}/{name}", get(models::get))
        .route("/models/{owner}/{name}/predictions", post(create::by_model))
        .route("/models/{owner}/{name}/versions", get(models::versions))
        .route("/models/{owner}/{name}/versions/{id}", get(models::version))
        .route(
            "/deployments/{owner}/{name}/predictions",
            post(create::by_model),
        )
        .route("/files", post(files::create).get(files::list))
        .route("/files/{id}", get(files::get).delete(files::delete))
        .route("/webhooks/default/secret", get(webhook_secret))
        .route("/account", get(account))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(from_fn_with_state(server.clone(), require_token));
    let control = Router::new()
        .route("/health", get(control::health))
        .route(
            "/rules",
            get(control::rules)
                .post(control::add_rule)
                .delete(control::clear_rules),
        )
        .route("/creates", get(control::creates))
        .route("/latency", post(control::latency));
    Router::new()
        .nest("/v1", api)
        .nest("/_control", control)
        // A signed link, so without a token.
        .route("/v1/files/{id}/download", get(files::download))
        .route("/outputs/{id}/{name}", get(outputs::get))
        .route("/stream/{id}", get(stream::get))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(server)
}

async fn require_token(
    State(server): State<Shared>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let authorization = request.headers().get(header::AUTHORIZATION);
    let token = authorization
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| ["bearer", "token"].contains(&scheme.to_lowercase().as_str()))
        .map(|(_, token)| token.trim());
    if token != Some(&server.settings.token) {
        return Err(ApiError::Unauthenticated);
    }
    Ok(next.run(request).await)
}

async fn webhook_secret(State(server): State<Shared>) -> Json<Value> {
    Json(json!({"key": server.settings.webhook_secret}))
}

async fn account() -> Json<Value> {
    Json(json!({
        "type": "organization",
        "username": "local",
        "name": "The local look-alike",
        "github_url": null,
        "avatar_url": null,
    }))
}

async fn not_found() -> ApiError {
    ApiError::NotFound
}

async fn method_not_allowed() -> ApiError {
    ApiError::MethodNotAllowed
}

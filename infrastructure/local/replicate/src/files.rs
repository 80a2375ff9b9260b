//! `/v1/files`: uploads, kept for an hour.

use crate::clock;
use crate::errors::ApiError;
use crate::file_store::File;
use crate::paging;
use crate::server::Shared;
use axum::Json;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// `POST /v1/files`, multipart: `content`, and optional `metadata`,
/// `filename`, `type`.
pub(crate) async fn create(
    State(server): State<Shared>,
    multipart: Multipart,
) -> Result<Response, ApiError> {
    let file = read(multipart, server.settings.retention).await?;
    let shown = file.to_json(server.origin());
    server.files.lock().push(file);
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

async fn read(mut multipart: Multipart, retention: std::time::Duration) -> Result<File, ApiError> {
    let unreadable = |_| ApiError::violation("content", "invalid", "the form cannot be read");
    let mut content = None;
    let mut name = None;
    let mut content_type = None;
    let mut metadata = json!({});
    while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
        match field.name().unwrap_or_default() {
            "content" => {
                name = name.or_else(|| field.file_name().map(str::to_owned));
                content_type = content_type.or_else(|| field.content_type().map(str::to_owned));
                content = Some(field.bytes().await.map_err(unreadable)?);
            }
            "metadata" => {
                let bytes = field.bytes().await.map_err(unreadable)?;
                metadata = serde_json::from_slice(&bytes).map_err(|_| ApiError::NotJson)?;
            }
            "filename" => name = Some(field.text().await.map_err(unreadable)?),
            "type" => content_type = Some(field.text().await.map_err(unreadable)?),
            _ => {}
        }
    }
    let content =
        content.ok_or_else(|| ApiError::violation("content", "required", "content is required"))?;
    let created_at = clock::now();
    Ok(File {
        id: clock::new_id(),
        name: name.unwrap_or_else(|| "file".into()),
        content_type: content_type.unwrap_or_else(|| "application/octet-stream".into()),
        sha256: hex(&Sha256::digest(&content)),
        content,
        metadata,
        signature: clock::new_signature(),
        created_at,
        expires_at: clock::after(created_at, retention),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The cursor of the file list.
#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    cursor: Option<String>,
}

/// `GET /v1/files`, newest first.
pub(crate) async fn list(
    State(server): State<Shared>,
    Query(query): Query<ListQuery>,
) -> Json<Value> {
    let files: Vec<File> = server.files.lock().iter().rev().cloned().collect();
    let origin = server.origin();
    Json(paging::page(
        &files,
        query.cursor.as_deref(),
        |file: &File| &file.id,
        |file| file.to_json(origin),
        |cursor| format!("{origin}/v1/files?cursor={cursor}"),
    ))
}

/// `GET /v1/files/{id}`
pub(crate) async fn get(
    State(server): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(server.files.get(&id)?.to_json(server.origin())))
}

/// `DELETE /v1/files/{id}`
pub(crate) async fn delete(
    State(server): State<Shared>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    server.files.get(&id)?;
    server.files.lock().retain(|file| file.id != id);
    Ok(StatusCode::NO_CONTENT)
}

/// The signature that stands for a token.
#[derive(Debug, Deserialize)]
pub(crate) struct DownloadQuery {
    signature: Option<String>,
}

/// `GET /v1/files/{id}/download?owner&expiry&signature`; the token does too.
pub(crate) async fn download(
    State(server): State<Shared>,
    Path(id): Path<String>,
    Query(query): Query<DownloadQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let file = server.files.get(&id)?;
    let bearer = format!("Bearer {}", server.settings.token);
    let has_token = headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| value.as_bytes() == bearer.as_bytes());
    if !has_token && query.signature.as_deref() != Some(&file.signature) {
        return Err(ApiError::Unauthenticated);
    }
    Ok(([(header::CONTENT_TYPE, file.content_type)], file.content).into_response())
}

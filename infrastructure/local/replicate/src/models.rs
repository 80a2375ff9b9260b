//! Models and their versions, from the pinned registry.

use crate::errors::ApiError;
use crate::server::Shared;
use axum::Json;
use axum::extract::{Path, State};
use replicate::registry::{Model, OutputShape};
use serde_json::{Value, json};

/// When the pinned schemas were captured.
const CAPTURED_AT: &str = "2025-11-01T00:00:00.000000Z";

/// `GET /v1/models`
pub(crate) async fn list(State(server): State<Shared>) -> Json<Value> {
    let origin = server.origin();
    let models = server.registry.models().iter();
    let results: Vec<Value> = models.map(|model| show(model, origin)).collect();
    Json(json!({"next": null, "previous": null, "results": results}))
}

/// `GET /v1/models/{owner}/{name}`
pub(crate) async fn get(
    State(server): State<Shared>,
    Path((owner, name)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let model = find(&server, &owner, &name)?;
    Ok(Json(show(model, server.origin())))
}

/// `GET /v1/models/{owner}/{name}/versions`
pub(crate) async fn versions(
    State(server): State<Shared>,
    Path((owner, name)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let model = find(&server, &owner, &name)?;
    Ok(Json(json!({
        "next": null,
        "previous": null,
        "results": [version_of(model, &model.version)],
    })))
}

/// `GET /v1/models/{owner}/{name}/versions/{id}`
pub(crate) async fn version(
    State(server): State<Shared>,
    Path((owner, name, id)): Path<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    let model = find(&server, &owner, &name)?;
    if id != model.version {
        return Err(ApiError::NotFound);
    }
    Ok(Json(version_of(model, &id)))
}

fn find<'a>(server: &'a Shared, owner: &str, name: &str) -> Result<&'a Model, ApiError> {
    let name = format!("{owner}/{name}");
    server.registry.model(&name).ok_or(ApiError::NotFound)
}

fn show(model: &Model, origin: &str) -> Value {
    let (owner, name) = model.name.split_once('/').unwrap_or(("", &model.name));
    json!({
        "url": format!("{origin}/{}", model.name),
        "owner": owner,
        "name": name,
        "description": format!("A look-alike: {}", model.kind.as_str()),
        "visibility": "public",
        "is_official": true,
        "github_url": null,
        "paper_url": null,
        "license_url": null,
        "run_count": 0,
        "cover_image_url": null,
        "default_example": null,
        "latest_version": version_of(model, &model.version),
    })
}

fn version_of(model: &Model, id: &str) -> Value {
    json!({
        "id": id,
        "created_at": CAPTURED_AT,
        "cog_version": "0.16.0",
        "openapi_schema": {
            "openapi": "3.0.2",
            "info": {"title": "Cog", "version": "0.1.0"},
            "paths": {},
            "components": {"schemas": {
                "Input": model.input_schema,
                "Output": output_schema(model.output),
            }},
        },
    })
}

fn output_schema(output: OutputShape) -> Value {
    match output {
        OutputShape::Url => json!({"title": "Output", "type": "string", "format": "uri"}),
        OutputShape::Urls => json!({
            "title": "Output",
            "type": "array",
            "items": {"type": "string", "format": "uri"},
        }),
        OutputShape::Tokens => json!({
            "title": "Output",
            "type": "array",
            "items": {"type": "string"},
            "x-cog-array-type": "iterator",
            "x-cog-array-display": "concatenate",
        }),
        OutputShape::Structured => json!({
            "title": "Output",
            "type": "object",
            "properties": {
                "json_output": {"type": "object", "nullable": true},
                "text": {"type": "string", "nullable": true},
            },
        }),
    }
}

//! Whether the service works (R1, D39).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::operation::{Access, Content, Method, Operation};

/// Whether the API and what it depends on work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok` when every check is.
    pub status: HealthStatus,
    /// Of the software.
    pub version: String,
    /// Each dependency, really asked.
    pub checks: Checks,
}

/// In one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HealthStatus {
    /// All works.
    Ok,
    /// Something does not.
    Degraded,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Checks {
    /// The tables.
    pub database: Check,
    /// The bucket.
    pub storage: Check,
}

/// What a dependency said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Check {
    /// It answered.
    Ok,
    /// It did not.
    Failing,
}

pub(crate) fn operations() -> Vec<Operation> {
    let get = |function, path, summary| {
        Operation::new(function, Method::Get, path, Access::Anyone, summary)
    };
    vec![
        get(
            "health",
            "/api/v1/health",
            "Whether the service and what it depends on work",
        )
        .answers::<Health>(200, "All works")
        .answers::<Health>(503, "Something does not"),
        get("openapi", "/api/v1/openapi.json", "This document").replies(
            200,
            "OpenAPI 3.1",
            Content::Text("application/json"),
        ),
        get("api-docs", "/api/v1/docs", "This document for people").replies(
            302,
            "To the page",
            Content::Redirect,
        ),
        get(
            "api-docs",
            "/api/v1/docs/{file}",
            "What that page is made of",
        )
        .replies(
            200,
            "The page, a script or a style sheet",
            Content::Text("*/*"),
        ),
    ]
}

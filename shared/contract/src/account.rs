//! Who the caller is.

use domain::quota::Month;
use domain::time::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::operation::{Access, Method, Operation};

/// Who the caller is, and how much of the month is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The `sub` claim (R36).
    pub user_id: String,
    /// Access tokens carry none.
    pub email: Option<String>,
    /// `admin` may administer (D31).
    pub groups: Vec<String>,
    /// This month.
    pub usage: Usage,
}

/// A user's month (R84).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// `2026-11`.
    #[schema(value_type = String, examples("2026-11"))]
    pub month: Month,
    /// Films that may be made in it.
    pub quota: u32,
    /// Films that were made.
    pub used: u32,
    /// Films that are being made.
    pub reserved: u32,
    /// Films that may still be made.
    pub remaining: u32,
    /// When the next month begins.
    pub resets_at: Time,
}

pub(crate) fn operations() -> Vec<Operation> {
    let summary = "Who the caller is, and how much of the month is used";
    vec![
        Operation::new("me", Method::Get, "/api/v1/me", Access::SignedIn, summary)
            .answers::<Profile>(200, "The caller"),
    ]
}

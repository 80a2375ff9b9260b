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
    /// What the caller holds now.
    pub holding: Holding,
}

/// What a user holds at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Holding {
    /// Films that are being made; beyond it `TOO_MANY_FILMS`.
    pub films: Level,
    /// Transcodes that wait or are worked on; beyond it `TOO_MANY_TRANSCODES`.
    pub transcodes: Level,
    /// Uploads that were handed out, are not confirmed, and may still be written: for an
    /// hour, in parts for a day; beyond it `TOO_MANY_UPLOADS`.
    pub open_uploads: Level,
    /// Bytes of the videos that were uploaded and of what transcodes have made; beyond
    /// it `STORAGE_FULL`.
    pub stored_bytes: Level,
}

/// How much there is of something, and may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Level {
    /// So much there is.
    pub held: u64,
    /// So much there may be.
    pub limit: u64,
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
    /// Films that failed after money was spent on them.
    pub paid_failures: u32,
    /// So many of them there may be; beyond it `TOO_MANY_FAILURES`.
    pub paid_failures_limit: u32,
    /// What the models of its films have cost so far, in billionths of a dollar. A film counts
    /// when it ends, in the month whose place it held; if it goes on or a part of it is made
    /// anew, what that adds counts in the month of then.
    pub paid_nano_usd: u64,
    /// When the next month begins.
    pub resets_at: Time,
}

pub(crate) fn operations() -> Vec<Operation> {
    let summary = "Who the caller is, how much of the month is used, and what is held";
    vec![
        Operation::new("me", Method::Get, "/api/v1/me", Access::SignedIn, summary)
            .answers::<Profile>(200, "The caller"),
    ]
}

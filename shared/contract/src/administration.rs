//! What administrators see and do (R29-R32, D31).

use domain::administration::{self, DeadLetterId};
use domain::ids::TranscodeId;
use domain::request::InvalidField;
use domain::time::Time;
use domain::transcode::TranscodeStatus;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::operation::{Access, Method, Operation};
use crate::paging::{CursorQuery, PageQuery, Pagination};
use crate::transcodes::Transcode;

/// Every user's transcodes, newest first (R29).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TranscodePage {
    /// One page.
    pub jobs: Vec<Transcode>,
    /// How many there are.
    pub pagination: Pagination,
    /// Where the next page begins; `null` on the last.
    pub next_cursor: Option<String>,
}

/// All transcodes in numbers (R30).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// In all.
    pub total_jobs: u64,
    /// Waiting.
    pub pending: u64,
    /// Being worked on.
    pub processing: u64,
    /// Done.
    pub completed: u64,
    /// Failed.
    pub failed: u64,
    /// Cancelled by their owners.
    pub cancelled: u64,
    /// Seconds, of those that were completed.
    pub avg_processing_time: f64,
    /// Gigabytes of a thousand million bytes.
    pub total_storage_used: f64,
    /// Bytes.
    pub total_storage_bytes: u64,
}

/// Tries failed transcodes again (R31).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "limit": 10, "dryRun": true })))]
pub struct RestartFailed {
    /// Only these; the oldest ones otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    pub job_ids: Option<Vec<TranscodeId>>,
    /// No more than so many; 100 unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// Only say which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
}

impl RestartFailed {
    /// The request with every rule checked.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn checked(self) -> Result<administration::RestartFailed, InvalidField> {
        Ok(administration::RestartFailed {
            ids: administration::at_most_a_hundred("jobIds", self.job_ids)?,
            limit: administration::limit(self.limit)?,
            dry_run: self.dry_run.unwrap_or_default(),
        })
    }
}

/// Which were restarted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Restarted {
    /// For people.
    pub message: String,
    /// These.
    pub job_ids: Vec<TranscodeId>,
    /// These stay failed, because their user holds as much as may be at once.
    pub without_place: Vec<TranscodeId>,
    /// Whether it only said so.
    pub dry_run: bool,
}

/// What was removed (R32).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cleanup {
    /// For people.
    pub message: String,
    /// Transcodes.
    pub deleted: u64,
    /// Gigabytes of a thousand million bytes.
    pub freed_space: f64,
    /// Bytes.
    pub freed_bytes: u64,
    /// Whether another call is needed.
    pub remaining: bool,
    /// Whether it only said so.
    pub dry_run: bool,
}

/// Messages that were given up, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetterList {
    /// One page.
    pub dead_letters: Vec<DeadLetter>,
    /// Where the next page begins; `null` on the last.
    pub next_cursor: Option<String>,
}

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    /// Its name.
    pub id: String,
    /// The transcode it was about, if it can be read.
    pub job_id: Option<TranscodeId>,
    /// As it came.
    pub body: String,
    /// How often it was tried.
    pub receives: u32,
    /// Why it was given up.
    pub cause: String,
    /// When.
    #[schema(format = DateTime)]
    pub given_up_at: String,
}

/// Sends dead letters again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "limit": 10, "dryRun": true })))]
pub struct Redrive {
    /// Only these; the oldest ones otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    pub ids: Option<Vec<DeadLetterId>>,
    /// No more than so many; 100 unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// Only say which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
}

impl Redrive {
    /// The request with every rule checked.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn checked(self) -> Result<administration::Redrive, InvalidField> {
        Ok(administration::Redrive {
            ids: administration::at_most_a_hundred("ids", self.ids)?,
            limit: administration::limit(self.limit)?,
            dry_run: self.dry_run.unwrap_or_default(),
        })
    }
}

/// Which were sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Redriven {
    /// For people.
    pub message: String,
    /// These.
    pub ids: Vec<String>,
    /// Put away, because their transcode is not failed any more.
    pub skipped: Vec<String>,
    /// Kept, because their transcode's user holds as much as may be at once.
    pub without_place: Vec<String>,
    /// Whether it only said so.
    pub dry_run: bool,
}

/// Throws dead letters away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "ids": ["0198c0de-0000-7000-8000-000000000001"], "dryRun": true })))]
pub struct Discard {
    /// These.
    #[schema(max_items = 100)]
    pub ids: Vec<DeadLetterId>,
    /// Only say which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
}

impl Discard {
    /// The request with every rule checked.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn checked(self) -> Result<administration::Discard, InvalidField> {
        let ids = administration::at_most_a_hundred("ids", Some(self.ids))?;
        Ok(administration::Discard {
            ids: ids.unwrap_or_default(),
            dry_run: self.dry_run.unwrap_or_default(),
        })
    }
}

/// Which were thrown away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Discarded {
    /// For people.
    pub message: String,
    /// These.
    pub ids: Vec<String>,
    /// Whether it only said so.
    pub dry_run: bool,
}

/// Which transcodes a list shows.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "describes parameters, which `edge` reads one by one"
)]
struct TranscodeQuery {
    /// Only these; in any case.
    #[param(inline)]
    status: Option<TranscodeStatus>,
    /// Only this user's.
    #[param(max_length = 128)]
    user_id: Option<String>,
    /// Accepted at this time or later.
    #[param(inline)]
    from: Option<Time>,
    /// Accepted at this time or earlier.
    #[param(inline)]
    to: Option<Time>,
}

/// What is old.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "describes parameters, which `edge` reads one by one"
)]
struct CleanupQuery {
    /// Accepted so many days ago or earlier; 90 unless said otherwise (D24).
    #[param(minimum = 1, maximum = 3650, default = 90)]
    days: Option<u32>,
    /// Only say what would be removed.
    dry_run: Option<bool>,
}

pub(crate) fn operations() -> Vec<Operation> {
    use Access::Admin;
    use Method::{Delete, Get, Post};
    let operation =
        |function, method, path, summary| Operation::new(function, method, path, Admin, summary);
    vec![
        operation(
            "admin-jobs",
            Get,
            "/api/jobs/admin/all",
            "Every user's transcodes",
        )
        .query::<TranscodeQuery>()
        .query::<PageQuery>()
        .answers::<TranscodePage>(200, "One page"),
        operation(
            "admin-stats",
            Get,
            "/api/jobs/admin/stats",
            "All transcodes in numbers",
        )
        .answers::<Stats>(200, "The numbers"),
        operation(
            "admin-restart-failed",
            Post,
            "/api/jobs/admin/restart-failed",
            "Tries failed transcodes again",
        )
        .idempotent()
        .may_take::<RestartFailed>()
        .answers::<Restarted>(200, "Which were restarted"),
        operation(
            "admin-cleanup-old",
            Delete,
            "/api/jobs/admin/cleanup-old",
            "Removes old transcodes and what they made",
        )
        .query::<CleanupQuery>()
        .answers::<Cleanup>(200, "What was removed"),
        operation(
            "admin-dead-letters",
            Get,
            "/api/jobs/admin/dead-letters",
            "Messages that were given up",
        )
        .query::<CursorQuery>()
        .answers::<DeadLetterList>(200, "One page"),
        operation(
            "admin-redrive",
            Post,
            "/api/jobs/admin/dead-letters/redrive",
            "Sends messages that were given up again",
        )
        .may_take::<Redrive>()
        .answers::<Redriven>(200, "Which were sent"),
        operation(
            "admin-discard",
            Post,
            "/api/jobs/admin/dead-letters/discard",
            "Throws messages that were given up away",
        )
        .takes::<Discard>()
        .answers::<Discarded>(200, "Which were thrown away"),
    ]
}

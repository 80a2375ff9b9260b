//! Transcodes: upper-case, in envelopes (D4).

use domain::ids::{TranscodeId, VideoId};
use domain::rendition::{Quality, Skipped};
use domain::request::InvalidField;
use domain::time::Time;
use domain::transcode::{self, Asset, TranscodeStatus, TranscodeWarning};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::ErrorCode;
use crate::operation::{Access, Content, Method, Operation};
use crate::paging::CursorQuery;
use crate::quote::TimeLeft;

/// Asks for the renditions of a file (R25, R50).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({
    "inputSource": "gallery/3f0c/1795176000000-my-video.mp4",
    "outputFormats": ["high", "low"],
})))]
pub struct CreateTranscode {
    /// An object of the caller's own (D33).
    #[schema(min_length = 1, max_length = 1024)]
    pub input_source: String,
    /// All unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 10)]
    pub output_formats: Option<Vec<Quality>>,
}

impl CreateTranscode {
    /// The request with every rule checked.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn checked(self) -> Result<transcode::CreateTranscode, InvalidField> {
        transcode::CreateTranscode::new(&self.input_source, self.output_formats)
    }
}

/// A transcode (R25, R26, R52).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Transcode {
    /// Its name.
    pub id: TranscodeId,
    /// Who asked for it.
    pub user_id: String,
    /// The object it is made from.
    pub input_source: String,
    /// The gallery video that the object is, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_id: Option<VideoId>,
    /// What was asked for.
    pub output_formats: Vec<Quality>,
    /// How far it is.
    pub status: TranscodeStatus,
    /// Percent; never falls (D5).
    #[schema(maximum = 100)]
    pub progress: u32,
    /// How many wait in front of it, while it waits; not there beyond a hundred, nor in
    /// lists. Users take turns: it need not be the order in which they are worked on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 100)]
    pub waiting_before: Option<u32>,
    /// How long it may still take, while it is worked on; not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_left: Option<TimeLeft>,
    /// When it was accepted.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// When work began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Time>,
    /// The source's length in seconds (R110).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
    /// The source's size as it is shown, `1920x1080`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
    /// The source's picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_codec: Option<String>,
    /// The source's sound; not there for a silent film.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_codec: Option<String>,
    /// What was asked for and would be larger than the source (D34).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
    /// What is to be known of its outputs, though they were made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<TranscodeWarning>,
    /// Why it failed, for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it failed, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_text: Option<String>,
}

/// A transcode by itself (R26).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TranscodeJob {
    /// The transcode.
    pub job: Transcode,
}

/// A transcode was accepted (R25).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TranscodeCreated {
    /// The transcode.
    pub job: Transcode,
    /// For people.
    pub message: String,
}

/// The caller's transcodes, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TranscodeList {
    /// One page.
    pub jobs: Vec<Transcode>,
    /// Where the next page begins; `null` on the last.
    pub next_cursor: Option<String>,
}

/// What a transcode made; empty until all of it is there (R27).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssetList {
    /// The files.
    pub assets: Vec<Asset>,
}

/// The way to a file (R28, R54).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssetLink {
    /// A signed link.
    pub url: String,
    /// Seconds that it is good for.
    pub expires_in: u64,
}

pub(crate) fn operations() -> Vec<Operation> {
    use Access::SignedIn;
    use Method::{Delete, Get, Post};
    let operation =
        |function, method, path, summary| Operation::new(function, method, path, SignedIn, summary);
    vec![
        operation(
            "transcodes-create",
            Post,
            "/api/jobs",
            "Asks for the renditions of a file",
        )
        .idempotent()
        .takes::<CreateTranscode>()
        .answers::<TranscodeCreated>(201, "They will be made")
        .fails(&[
            ErrorCode::NotFound,
            ErrorCode::StorageFull,
            ErrorCode::TooManyTranscodes,
        ]),
        operation(
            "transcodes-list",
            Get,
            "/api/jobs",
            "The caller's transcodes, newest first",
        )
        .query::<CursorQuery>()
        .answers::<TranscodeList>(200, "One page"),
        operation(
            "transcodes-get",
            Get,
            "/api/jobs/{id}",
            "How a transcode is coming along",
        )
        .answers::<TranscodeJob>(200, "The transcode"),
        operation(
            "transcodes-cancel",
            Delete,
            "/api/jobs/{id}",
            "Cancels a transcode that has not ended",
        )
        .answers::<TranscodeJob>(200, "The transcode, cancelled")
        .fails(&[ErrorCode::Conflict]),
        operation(
            "transcodes-assets",
            Get,
            "/api/jobs/{id}/assets",
            "What a transcode made",
        )
        .answers::<AssetList>(200, "The files"),
        operation(
            "transcodes-download",
            Get,
            "/api/jobs/{id}/assets/{assetId}/download",
            "The way to a file",
        )
        .answers::<AssetLink>(200, "With `Accept: application/json`")
        .replies(302, "To the file", Content::Redirect),
    ]
}

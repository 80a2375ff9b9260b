//! Films: flat and lower-case (D4).

use domain::failure::JobError;
use domain::film::{AspectRatio, Transition};
use domain::job::{JobId, SceneStatus, Soundtrack, Stage, Status};
use domain::playlist;
use domain::prices::LedgerEntry;
use domain::request::{self, Audio, Category, InvalidField};
use domain::storyboard::Author;
use domain::time::Time;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::error::ErrorCode;
use crate::film_list::{JobList, JobQuery};
use crate::operation::{Access, Content, Method, Operation};
use crate::paging::CursorQuery;
use crate::quote::{CreateQuery, JobResumed, Quote, TimeLeft};
use crate::takes::{FilmChange, Take};

/// Asks for a film (R34, R35).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({
    "prompt": "A paper boat crosses a flooded city at dawn",
    "category": "music-video",
    "scenes": 3,
    "durationSeconds": 12,
})))]
pub struct CreateJob {
    /// What the film is about. No control characters; what cannot be seen does not
    /// count as length.
    #[schema(min_length = 10, max_length = 500)]
    pub prompt: String,
    /// What kind of film it is to be.
    pub category: Category,
    /// 5 unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 12)]
    pub scenes: Option<u32>,
    /// 30 unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 6, maximum = 60)]
    pub duration_seconds: Option<u32>,
    /// 16:9 unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<AspectRatio>,
    /// Between all scenes: `cut`, or the name of an FFmpeg xfade transition; `fade`
    /// unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<Transition>,
    /// `music` unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<Audio>,
    /// Makes the models' choices repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 2147483647)]
    pub seed: Option<u32>,
    /// With `true` the storyboard waits for its owner's approval, at no cost (D44).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<bool>,
}

impl CreateJob {
    /// The request with every rule checked and every default filled in.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn checked(self) -> Result<request::CreateJob, InvalidField> {
        Ok(request::CreateJob {
            prompt: request::prompt(&self.prompt)?,
            category: self.category,
            scenes: request::scenes(self.scenes)?,
            duration_seconds: request::duration_seconds(self.duration_seconds)?,
            aspect_ratio: self.aspect_ratio.unwrap_or_default(),
            transition: self.transition.unwrap_or_default(),
            audio: self.audio.unwrap_or_default(),
            seed: request::seed(self.seed)?,
            review: self.review.unwrap_or_default(),
        })
    }
}

/// A film was accepted (R40).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobAccepted {
    /// Its name.
    pub job_id: JobId,
    /// `pending`.
    pub status: Status,
    /// For people.
    pub message: String,
}

/// A film is cancelled by its owner (D43).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobCancelled {
    /// Its name.
    pub job_id: JobId,
    /// `cancelled`, or `cancelling` while something of it is still being stopped;
    /// `completed` if it was a change of a film, which stays as it was.
    pub status: Status,
    /// For people.
    pub message: String,
}

/// A film, in the making or made (R7, R42, R43).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its name.
    pub job_id: JobId,
    /// How far it is, in short.
    pub status: Status,
    /// How far it is.
    pub stage: Stage,
    /// Percent; never falls (D5) but when a part of the film changes.
    #[schema(maximum = 100)]
    pub progress: u32,
    /// As it was asked for.
    pub prompt: String,
    /// As it was asked for.
    pub category: Category,
    /// Scenes that were asked for.
    pub scene_count: u32,
    /// As it was asked for.
    pub duration_seconds: u32,
    /// As it was asked for.
    pub aspect_ratio: AspectRatio,
    /// As it was asked for.
    pub transition: Transition,
    /// As it was asked for.
    pub audio: Audio,
    /// As it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// Until when its storyboard waits for approval; only while it is `awaiting_review`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_until: Option<Time>,
    /// When it was accepted.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// When work began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When the storyboard was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_at: Option<Time>,
    /// When all clips were there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composing_at: Option<Time>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Time>,
    /// How the music is coming along (D17).
    pub soundtrack: Soundtrack,
    /// What the film lacks, though it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degraded: Option<String>,
    /// The change of a scene, or of the music, that is being made; the film that is there is
    /// served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<FilmChange>,
    /// Why it failed; of a film that is completed, why the last change of it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<JobError>,
    /// A link to its picture, good for an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    /// Its scenes; not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenes: Option<Vec<Scene>>,
    /// The takes of its music that are there; not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soundtrack_takes: Option<Vec<Take>>,
    /// Who wrote the storyboard; not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storyboard_by: Option<Author>,
    /// How many requests of everybody go to the provider before its next one, while that waits
    /// for its turn; not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_before: Option<u32>,
    /// How long it may still take, while it is made; not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_left: Option<TimeLeft>,
    /// What each step cost; not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<Vec<LedgerEntry>>,
}

/// A scene of a film (R43).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Scene {
    /// From 1.
    pub index: u32,
    /// In a few words.
    pub title: String,
    /// How far it is.
    pub status: SceneStatus,
    /// When it last changed.
    pub updated_at: Time,
    /// What the model is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// How often it was begun.
    pub attempts: u32,
    /// A link to its still picture once it is prepared, good for an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poster_url: Option<String>,
    /// The takes of it that are there.
    pub takes: Vec<Take>,
    /// How many requests of everybody go to the provider before its own, while that waits for
    /// its turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_before: Option<u32>,
    /// How long the provider may still take, while it is at work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_left: Option<TimeLeft>,
}

/// The way to a film (D3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VideoLink {
    /// A signed link.
    pub video_url: String,
    /// Seconds that it is good for.
    pub expires_in: u64,
}

/// What became of the provider's news.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookResult {
    /// `ignored`, `noted` or `settled`.
    pub result: String,
}

/// How a link is wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes parameters, which `edge` reads one by one"
)]
struct VideoQuery {
    /// With any value the link makes a browser save the film (R131).
    download: Option<String>,
}

/// What the address of a webhook carries.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes parameters, which `edge` reads one by one"
)]
struct WebhookQuery {
    /// The film.
    job: Option<String>,
    /// The attempt that the prediction was made for.
    attempt: Option<String>,
}

/// Why a film finds no place.
pub(crate) const FILM_REFUSALS: [ErrorCode; 5] = [
    ErrorCode::QuotaExceeded,
    ErrorCode::TooManyFailures,
    ErrorCode::TooManyFilms,
    ErrorCode::SpendingLimit,
    ErrorCode::SpendingStopped,
];

pub(crate) fn operations() -> Vec<Operation> {
    use Access::{Provider, SignedIn};
    use Method::{Delete, Get, Post};
    let operation = Operation::new;
    vec![
        operation(
            "jobs-create",
            Post,
            "/api/v1/jobs",
            SignedIn,
            "Asks for a film",
        )
        .idempotent()
        .query::<CreateQuery>()
        .takes::<CreateJob>()
        .answers::<JobAccepted>(202, "It will be made")
        .answers::<Quote>(200, "With `dryRun`: what it would be and cost")
        .fails(&FILM_REFUSALS),
        operation(
            "jobs-list",
            Get,
            "/api/v1/jobs",
            SignedIn,
            "The caller's films, newest first",
        )
        .query::<JobQuery>()
        .query::<CursorQuery>()
        .answers::<JobList>(200, "One page"),
        operation(
            "jobs-get",
            Get,
            "/api/v1/jobs/{id}",
            SignedIn,
            "How a film is coming along",
        )
        .answers::<Job>(200, "The film"),
        operation(
            "jobs-resume",
            Post,
            "/api/v1/jobs/{id}/resume",
            SignedIn,
            "Lets a film that failed or was cancelled go on from what it has",
        )
        .answers::<JobResumed>(202, "It goes on, or did already")
        .fails(&FILM_REFUSALS)
        .fails(&[ErrorCode::Conflict]),
        operation(
            "jobs-cancel",
            Delete,
            "/api/v1/jobs/{id}",
            SignedIn,
            "Cancels a film that is being made",
        )
        .answers::<JobCancelled>(202, "It ends")
        .fails(&[ErrorCode::Conflict]),
        operation(
            "jobs-video",
            Get,
            "/api/v1/jobs/{id}/video",
            SignedIn,
            "The way to a film",
        )
        .query::<VideoQuery>()
        .answers::<VideoLink>(200, "With `Accept: application/json`")
        .replies(302, "To the film", Content::Redirect)
        .fails(&[ErrorCode::VideoNotReady]),
        operation(
            "jobs-preview",
            Get,
            "/api/v1/jobs/{id}/preview.m3u8",
            SignedIn,
            "An HLS playlist of the scenes that are there, which grows while the film is made",
        )
        .replies(
            200,
            "The playlist, its media behind signed links",
            Content::Text(playlist::CONTENT_TYPE),
        )
        .fails(&[ErrorCode::VideoNotReady]),
        operation(
            "replicate-webhook",
            Post,
            "/api/v1/webhooks/replicate",
            Provider,
            "The provider's news of a prediction, signed by it",
        )
        .query::<WebhookQuery>()
        .answers::<WebhookResult>(200, "What became of it"),
    ]
}

//! The gallery: videos, who sees them, and where they are streamed from.

use domain::ids::{JobId, VideoId};
use domain::playlist;
use domain::rendition::Quality;
use domain::request::InvalidField;
use domain::time::Time;
use domain::video::{self, Details, VideoStatus, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::error::ErrorCode;
use crate::operation::{Access, Content, Method, Operation};
use crate::paging::{Message, PageQuery, Pagination};

/// A video as its reader may see it (R49).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Video {
    /// Its name.
    pub id: VideoId,
    /// Its owner.
    pub user_id: String,
    /// In one line.
    pub title: String,
    /// May be empty.
    pub description: String,
    /// Whether its renditions are there.
    pub status: VideoStatus,
    /// Who may see it.
    pub visibility: Visibility,
    /// Seconds; `null` until it is known.
    pub duration: Option<f64>,
    /// `1920x1080`.
    pub resolution: String,
    /// As it is shown.
    pub width: u32,
    /// As it is shown.
    pub height: u32,
    /// FFmpeg's name.
    pub video_codec: String,
    /// FFmpeg's name; `null` for a silent film.
    pub audio_codec: Option<String>,
    /// Bytes.
    pub file_size: u64,
    /// How often its details were read (D26).
    pub views: u64,
    /// A link to its picture, good for an hour; `null` until it has one (D22).
    pub thumbnail_url: Option<String>,
    /// When it was confirmed.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// Where its file lies; only its owner is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_key: Option<String>,
    /// Where its picture lies; only its owner is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_key: Option<String>,
}

/// Videos that the reader may see, newest first (R17-R20).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VideoList {
    /// One page.
    pub videos: Vec<Video>,
    /// How many there are.
    pub pagination: Pagination,
    /// Where the next page begins; `null` on the last.
    pub next_cursor: Option<String>,
}

/// Links to a video (R22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stream {
    /// A signed link to the file.
    pub stream_url: String,
    /// Seconds that the links are good for.
    pub expires_in: u64,
    /// What a transcode made of it, tallest first.
    pub renditions: Vec<Rendition>,
    /// The HLS master playlist, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hls_url: Option<String>,
}

/// A rendition that can be streamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rendition {
    /// Which one.
    pub quality: Quality,
    /// As it is shown.
    pub width: u32,
    /// As it is shown.
    pub height: u32,
    /// A signed link.
    pub url: String,
    /// Bytes.
    pub file_size: u64,
}

/// Shows a finished film in the gallery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({
    "jobId": "0198c0de-0000-7000-8000-000000000001",
    "title": "A paper boat",
    "visibility": "public",
})))]
pub struct PublishFilm {
    /// The finished film.
    pub job_id: JobId,
    /// In one line.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Empty unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 5000)]
    pub description: Option<String>,
    /// `private` unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}

impl PublishFilm {
    /// The request with every rule checked.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn checked(self) -> Result<video::PublishFilm, InvalidField> {
        Ok(video::PublishFilm {
            job_id: self.job_id,
            details: Details::new(&self.title, self.description.as_deref(), self.visibility)?,
        })
    }
}

/// Changes what it names, and nothing else (R23); names one at least.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "title": "A better title" })))]
pub struct UpdateVideo {
    /// In one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// May be empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 5000)]
    pub description: Option<String>,
    /// Who may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}

impl UpdateVideo {
    /// The request with every rule checked.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn checked(self) -> Result<video::UpdateVideo, InvalidField> {
        video::UpdateVideo::new(
            self.title.as_deref(),
            self.description.as_deref(),
            self.visibility,
        )
    }
}

/// Which videos a list shows.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes parameters, which `edge` reads one by one"
)]
struct VideoQuery {
    /// Only these.
    #[param(inline)]
    visibility: Option<Visibility>,
    /// `me`: only the caller's own.
    #[param(pattern = "^me$")]
    owner: Option<String>,
    /// Words, or beginnings of words, of title and description (D27).
    search: Option<String>,
}

/// How another site shows a video, as oembed.com has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OembedVideo {
    /// `video`.
    pub r#type: String,
    /// Of oEmbed: `1.0`.
    pub version: String,
    /// The video's.
    pub title: String,
    /// This product.
    pub provider_name: String,
    /// A frame with a player.
    pub html: String,
    /// Of the frame.
    pub width: u32,
    /// Of the frame.
    pub height: u32,
    /// A link to its picture, good for an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
}

/// Which video is asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes parameters, which `edge` reads one by one"
)]
struct OembedQuery {
    /// The address of a video's page on the site.
    url: String,
}

const HTML: &str = "text/html; charset=utf-8";

pub(crate) fn operations() -> Vec<Operation> {
    use Access::{Anyone, Optional, SignedIn};
    use ErrorCode::{Conflict, NotFound, VideoNotReady};
    use Method::{Delete, Get, Post, Put};
    let operation = Operation::new;
    let (videos, video) = ("/api/gallery/videos", "/api/gallery/videos/{id}");
    vec![
        operation(
            "gallery-list",
            Get,
            videos,
            Optional,
            "Videos, newest first",
        )
        .query::<VideoQuery>()
        .query::<PageQuery>()
        .answers::<VideoList>(200, "One page"),
        operation(
            "gallery-publish",
            Post,
            videos,
            SignedIn,
            "Shows a finished film in the gallery",
        )
        .idempotent()
        .takes::<PublishFilm>()
        .answers::<Video>(200, "The video")
        .fails(&[Conflict, NotFound, VideoNotReady]),
        operation(
            "gallery-get",
            Get,
            video,
            Optional,
            "A video; counts a view",
        )
        .answers::<Video>(200, "The video")
        .fails(&[ErrorCode::Forbidden]),
        operation("gallery-update", Put, video, SignedIn, "Changes a video")
            .takes::<UpdateVideo>()
            .answers::<Video>(200, "As it is now")
            .fails(&[Conflict, ErrorCode::Forbidden]),
        operation(
            "gallery-delete",
            Delete,
            video,
            SignedIn,
            "Takes a video out of the gallery",
        )
        .answers::<Message>(200, "It is gone")
        .fails(&[Conflict, ErrorCode::Forbidden]),
        operation(
            "gallery-stream",
            Get,
            "/api/gallery/videos/{id}/stream",
            Optional,
            "Links to a video and its renditions",
        )
        .answers::<Stream>(200, "The links")
        .fails(&[ErrorCode::Forbidden]),
        operation(
            "gallery-playlist",
            Get,
            "/api/gallery/videos/{id}/hls/{playlist}",
            Optional,
            "An HLS playlist of a video",
        )
        .replies(
            200,
            "The playlist, its media behind signed links",
            Content::Text(playlist::CONTENT_TYPE),
        )
        .fails(&[ErrorCode::Forbidden]),
        operation(
            "share-page",
            Get,
            "/v/{id}",
            Anyone,
            "A video's page for other sites and search engines",
        )
        .replies(200, "The page", Content::Text(HTML))
        .replies(
            302,
            "To the site's own screen, where not everybody may see the video",
            Content::Redirect,
        ),
        operation(
            "share-embed",
            Get,
            "/embed/{id}",
            Anyone,
            "A video's player, for a frame on any site",
        )
        .replies(
            200,
            "The player, or that the video is not to be seen",
            Content::Text(HTML),
        ),
        operation(
            "share-oembed",
            Get,
            "/api/v1/oembed",
            Anyone,
            "How another site shows a video of this one (oembed.com)",
        )
        .query::<OembedQuery>()
        .answers::<OembedVideo>(200, "The video")
        .fails(&[NotFound]),
    ]
}

//! A gallery video: what it is, who may see it, what may be changed (R15-R24, R49, R82).

mod request;

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::film::{FRAME_RATE, UnknownName};
use crate::ids::{TranscodeId, VideoId};
use crate::job::Job;
use crate::rendition::Quality;
use crate::time::Time;

pub use request::{ConfirmUpload, Details, PublishFilm, UpdateVideo, upload_key};

/// Who may see a video. Unless its owner says otherwise, nobody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody, and it stands in lists.
    Public,
    /// Everybody who knows its id; it stands in its owner's lists only.
    Unlisted,
    /// Its owner.
    #[default]
    Private,
}

impl Visibility {
    /// The text in the table and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Private => "private",
        }
    }
}

impl FromStr for Visibility {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        [Self::Public, Self::Unlisted, Self::Private]
            .into_iter()
            .find(|visibility| visibility.as_str() == name)
            .ok_or(UnknownName)
    }
}

/// How far a video has come (R48).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum VideoStatus {
    /// The file is there.
    Uploaded,
    /// Its renditions are there too.
    Ready,
}

/// A video as it stands in the table (R117).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Video {
    /// Its name.
    pub id: VideoId,
    /// Its owner: the `sub` claim.
    pub user_id: String,
    /// 1-200 characters.
    pub title: String,
    /// At most 5,000 characters.
    pub description: String,
    /// Where its file lies.
    pub s3_key: String,
    /// See [`VideoStatus`].
    pub status: VideoStatus,
    /// See [`Visibility`].
    pub visibility: Visibility,
    /// What is known of the file.
    #[serde(flatten)]
    pub facts: Facts,
    /// How often its details were read (D26).
    pub views: u64,
    /// Where its picture lies (D22).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_key: Option<String>,
    /// What the newest transcode made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renditions: Option<Renditions>,
    /// When it was confirmed; with the id, its place in lists.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// Facts about a media file, from a probe (R110).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// Bytes.
    pub file_size: u64,
    /// Seconds; unknown for a large file whose end tells nothing, until it is transcoded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
    /// Width as it is shown.
    pub width: u32,
    /// Height as it is shown.
    pub height: u32,
    /// How far the stored picture is turned to be shown, in degrees.
    pub rotation: u32,
    /// FFmpeg's name of the picture's codec.
    pub video_codec: String,
    /// FFmpeg's name of the sound's codec; none for a silent film.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_codec: Option<String>,
}

impl Facts {
    /// `1920x1080`.
    pub fn resolution(&self) -> String {
        format!("{}x{}", self.width, self.height)
    }
}

/// What a transcode made for a video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Renditions {
    /// The transcode.
    pub transcode_id: TranscodeId,
    /// Its moving preview.
    pub preview_key: String,
    /// The master playlist, if it was packaged for streaming.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playlist_key: Option<String>,
    /// The files, tallest first.
    pub files: Vec<RenditionFile>,
}

/// One rendition's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RenditionFile {
    /// Which one.
    pub quality: Quality,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
    /// Where it lies.
    pub s3_key: String,
    /// Bytes.
    pub file_size: u64,
}

impl Video {
    /// A video whose file was just found good.
    pub fn uploaded(
        id: VideoId,
        user_id: &str,
        s3_key: &str,
        details: Details,
        facts: Facts,
        now: Time,
    ) -> Self {
        Self {
            id,
            user_id: user_id.to_owned(),
            title: details.title,
            description: details.description,
            s3_key: s3_key.to_owned(),
            status: VideoStatus::Uploaded,
            visibility: details.visibility,
            facts,
            views: 0,
            thumbnail_key: None,
            renditions: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// The video of a finished film, which stays with its job: published again it
    /// is the same video. `None` while the job has no film.
    pub fn of_film(job: &Job, file_size: u64, details: Details, now: Time) -> Option<Self> {
        let key = job.film()?;
        let last = job.storyboard.as_ref()?.scenes.last()?.timing;
        let (width, height) = job.request.aspect_ratio.size();
        // Films are made in one format: see the composer.
        let facts = Facts {
            file_size,
            duration: Some(f64::from(last.start + last.frames) / f64::from(FRAME_RATE)),
            width,
            height,
            rotation: 0,
            video_codec: "h264".to_owned(),
            audio_codec: Some("aac".to_owned()),
        };
        let id = VideoId(job.job_id.0);
        Some(Self {
            thumbnail_key: job.picture().map(str::to_owned),
            ..Self::uploaded(id, &job.user_id, key, details, facts, now)
        })
    }

    /// Whether `viewer` (none for an anonymous request) may see it; the same for
    /// its details, its streams and its pictures (R63, R82).
    pub fn may_be_seen_by(&self, viewer: Option<&str>) -> bool {
        self.visibility != Visibility::Private || self.is_owned_by(viewer)
    }

    /// Whether `viewer` may change or remove it.
    pub fn is_owned_by(&self, viewer: Option<&str>) -> bool {
        viewer == Some(self.user_id.as_str())
    }

    /// The feed it stands in.
    pub fn feed(&self) -> Feed {
        Feed::of(self.visibility, &self.user_id)
    }
}

/// A list of videos, newest first. Each video stands in exactly one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Feed(String);

impl Feed {
    /// Where a user's videos of this visibility stand.
    pub fn of(visibility: Visibility, user_id: &str) -> Self {
        match visibility {
            Visibility::Public => Self("public".to_owned()),
            hidden => Self(format!("{}#{user_id}", hidden.as_str())),
        }
    }

    /// What `viewer` may see in lists: all that is public, and their own; of one
    /// visibility only when that is asked for (R17, R18).
    pub fn visible_to(viewer: Option<&str>, only: Option<Visibility>) -> Vec<Self> {
        let wanted = |visibility| only.is_none_or(|only| only == visibility);
        let mut feeds = Vec::new();
        if wanted(Visibility::Public) {
            feeds.push(Self::of(Visibility::Public, ""));
        }
        if let Some(viewer) = viewer {
            for hidden in [Visibility::Unlisted, Visibility::Private] {
                if wanted(hidden) {
                    feeds.push(Self::of(hidden, viewer));
                }
            }
        }
        feeds
    }

    /// The text in the table.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_sees_what_is_public_and_owners_also_their_own() {
        let feeds = |viewer, only| {
            let feeds = Feed::visible_to(viewer, only);
            feeds
                .iter()
                .map(|feed| feed.as_str().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(feeds(None, None), ["public"]);
        assert_eq!(
            feeds(Some("u"), None),
            ["public", "unlisted#u", "private#u"]
        );
        assert_eq!(feeds(None, Some(Visibility::Private)), [""; 0]);
        assert_eq!(feeds(Some("u"), Some(Visibility::Private)), ["private#u"]);
        assert_eq!(feeds(Some("u"), Some(Visibility::Public)), ["public"]);
    }
}

//! A transcode job: every rendition of one file (R25-R28, R50-R53, R106-R112).

mod fault;
mod parts;
mod request;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{AssetId, TranscodeId, VideoId};
use crate::rendition::{Quality, Skipped};
use crate::time::Time;

pub use fault::{TranscodeError, TranscodeFault};
pub use parts::{TranscodePart, parts_to_make};
pub use request::{CreateTranscode, InputSource};

/// How far a transcode has come (R51).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum TranscodeStatus {
    /// Accepted; its message waits in the queue.
    Pending,
    /// The source is being fetched and looked at.
    Downloading,
    /// The outputs are being made.
    Processing,
    /// All outputs are there.
    Completed,
    /// It ended without; `errorText` says why.
    Failed,
    /// Its owner ended it (D43).
    Cancelled,
}

impl TranscodeStatus {
    /// Every status, in the order of a life.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Downloading,
        Self::Processing,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The text in the table and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Downloading => "DOWNLOADING",
            Self::Processing => "PROCESSING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Reads the text, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str().eq_ignore_ascii_case(name))
    }

    /// Whether it has ended. Only an administrator's restart moves it then.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// The transition table (D30): which statuses may follow this one. A worker
    /// that takes over from a killed one goes on where that one was.
    pub fn can_become(self, next: Self) -> bool {
        match self {
            Self::Pending => matches!(next, Self::Downloading | Self::Failed | Self::Cancelled),
            Self::Downloading => matches!(next, Self::Processing | Self::Failed | Self::Cancelled),
            Self::Processing => matches!(next, Self::Completed | Self::Failed | Self::Cancelled),
            Self::Failed => matches!(next, Self::Pending),
            Self::Completed | Self::Cancelled => false,
        }
    }

    /// The counter of the statistics it is counted in (R30).
    pub fn counter(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Downloading | Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A transcode as it stands in the table (R118).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Which bytes of it: the `ETag` that was confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_etag: Option<String>,
    /// What was asked for.
    pub output_formats: Vec<Quality>,
    /// See [`TranscodeStatus`].
    pub status: TranscodeStatus,
    /// 0-100; never falls while it is being worked on (D5).
    pub progress: u32,
    /// When it was accepted.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// When the first worker took it.
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
    /// The source's sound; none for a silent film.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_codec: Option<String>,
    /// What was asked for and would be larger than the source (D34).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
    /// What is to be known of its outputs, though they were made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<TranscodeWarning>,
    /// The master playlist, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playlist_key: Option<String>,
    /// Bytes of all its outputs.
    #[serde(default)]
    pub stored_bytes: u64,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<TranscodeError>,
}

impl Transcode {
    /// A new one.
    pub fn accepted(
        id: TranscodeId,
        user_id: &str,
        request: CreateTranscode,
        video_id: Option<VideoId>,
        now: Time,
    ) -> Self {
        Self {
            id,
            user_id: user_id.to_owned(),
            input_source: request.input_source,
            video_id,
            source_etag: None,
            output_formats: request.output_formats,
            status: TranscodeStatus::Pending,
            progress: 0,
            created_at: now,
            updated_at: now,
            started_at: None,
            completed_at: None,
            duration: None,
            resolution: None,
            video_codec: None,
            audio_codec: None,
            skipped: Vec::new(),
            warnings: Vec::new(),
            playlist_key: None,
            stored_bytes: 0,
            error: None,
        }
    }

    /// How long the work on it took, once it has ended.
    pub fn processing_time(&self) -> Option<Duration> {
        Some(self.completed_at?.since(self.started_at?))
    }
}

/// A file that was made (R53, R119).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Asset {
    /// Its name.
    pub id: AssetId,
    /// What it is.
    pub asset_type: AssetType,
    /// `jpg`, `gif` or `mp4`.
    pub format: String,
    /// Which rendition, for a video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// Where it lies.
    pub s3_key: String,
    /// Bytes.
    pub file_size: u64,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// What an asset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AssetType {
    /// A still picture.
    Thumbnail,
    /// A moving preview.
    Gif,
    /// A rendition.
    Video,
}

impl AssetType {
    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Thumbnail => "thumbnail",
            Self::Gif => "gif",
            Self::Video => "video",
        }
    }

    /// The type in `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Thumbnail => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Video => "video/mp4",
        }
    }
}

/// Something of the source that its outputs lack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TranscodeWarning {
    /// For programs.
    pub code: String,
    /// For people.
    pub text: String,
}

impl TranscodeWarning {
    /// The source has sounds, and none of them can be decoded.
    pub fn sound_unreadable() -> Self {
        Self {
            code: "SOUND_UNREADABLE".to_owned(),
            text: "None of the source's sounds can be decoded; the outputs are silent".to_owned(),
        }
    }
}

/// Percent at which encoding begins (R108).
const PROBED: u32 = 10;
/// Percent at which all is encoded, and is being put together and stored.
const ENCODED: u32 = 85;

/// The progress while the picture is being encoded; `done` from 0 to 1 (R108).
pub fn encoding_progress(done: f64) -> u32 {
    PROBED + (done.clamp(0.0, 1.0) * f64::from(ENCODED - PROBED)) as u32
}

/// The progress while the outputs are put together and stored; `done` from 0 to 1.
pub fn finishing_progress(done: f64) -> u32 {
    ENCODED + (done.clamp(0.0, 1.0) * f64::from(99 - ENCODED)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_restart_leaves_an_end() {
        for from in TranscodeStatus::ALL {
            for to in TranscodeStatus::ALL {
                if from.is_final() && from.can_become(to) {
                    assert_eq!(
                        (from, to),
                        (TranscodeStatus::Failed, TranscodeStatus::Pending)
                    );
                }
            }
        }
        assert!(!TranscodeStatus::Pending.can_become(TranscodeStatus::Completed));
    }

    #[test]
    fn what_has_not_ended_can_be_cancelled() {
        for from in TranscodeStatus::ALL {
            let can_be_cancelled = from.can_become(TranscodeStatus::Cancelled);
            assert_eq!(can_be_cancelled, !from.is_final(), "{from:?}");
        }
    }

    #[test]
    fn progress_rises_from_one_phase_to_the_next() {
        assert_eq!((encoding_progress(-1.0), encoding_progress(0.4)), (10, 40));
        assert_eq!((encoding_progress(1.0), finishing_progress(0.0)), (85, 85));
        assert_eq!(finishing_progress(7.0), 99);
    }
}

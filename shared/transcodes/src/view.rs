//! A transcode as clients read it: upper-case, in an envelope (D4).

use domain::ids::{TranscodeId, VideoId};
use domain::rendition::{Quality, Skipped};
use domain::time::Time;
use domain::transcode::{Transcode, TranscodeStatus, TranscodeWarning};
use serde::Serialize;

/// A transcode as clients read it (R25, R26, R52).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TranscodeView<'a> {
    id: TranscodeId,
    user_id: &'a str,
    input_source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    video_id: Option<VideoId>,
    output_formats: &'a [Quality],
    status: TranscodeStatus,
    progress: u32,
    created_at: Time,
    updated_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    video_codec: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio_codec: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    skipped: &'a [Skipped],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [TranscodeWarning],
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_text: Option<&'a str>,
}

impl<'a> TranscodeView<'a> {
    /// The view of a transcode.
    pub fn of(transcode: &'a Transcode) -> Self {
        let error = transcode.error.as_ref();
        Self {
            id: transcode.id,
            user_id: &transcode.user_id,
            input_source: &transcode.input_source,
            video_id: transcode.video_id,
            output_formats: &transcode.output_formats,
            status: transcode.status,
            progress: transcode.progress,
            created_at: transcode.created_at,
            updated_at: transcode.updated_at,
            started_at: transcode.started_at,
            completed_at: transcode.completed_at,
            duration: transcode.duration,
            resolution: transcode.resolution.as_deref(),
            video_codec: transcode.video_codec.as_deref(),
            audio_codec: transcode.audio_codec.as_deref(),
            skipped: &transcode.skipped,
            warnings: &transcode.warnings,
            code: error.map(|error| error.code.as_str()),
            error_text: error.map(|error| error.text.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::transcode::{CreateTranscode, TranscodeFault};
    use serde_json::json;

    fn transcode() -> Transcode {
        let request = CreateTranscode {
            input_source: "gallery/user/1-a.mp4".to_owned(),
            output_formats: vec![Quality::High],
        };
        let id = "0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let now = Time::from_millisecond(1_795_176_000_000);
        Transcode::accepted(id, "user", request, None, now)
    }

    #[test]
    fn a_new_one_is_as_the_documents_show_it() {
        let view = serde_json::to_value(TranscodeView::of(&transcode())).unwrap();
        let expected = json!({
            "id": "0198c0de-0000-7000-8000-000000000001",
            "userId": "user",
            "inputSource": "gallery/user/1-a.mp4",
            "outputFormats": ["high"],
            "status": "PENDING",
            "progress": 0,
            "createdAt": "2026-11-20T12:00:00.000Z",
            "updatedAt": "2026-11-20T12:00:00.000Z",
        });
        assert_eq!(view, expected);
    }

    #[test]
    fn a_silent_one_says_why() {
        let mut silent = transcode();
        silent.warnings = vec![TranscodeWarning::sound_unreadable()];
        let view = serde_json::to_value(TranscodeView::of(&silent)).unwrap();
        assert_eq!(view["warnings"][0]["code"], "SOUND_UNREADABLE");
    }

    #[test]
    fn a_failed_one_says_why() {
        let mut failed = transcode();
        failed.status = TranscodeStatus::Failed;
        failed.error = Some(TranscodeFault::SourceMissing.error());
        let view = serde_json::to_value(TranscodeView::of(&failed)).unwrap();
        assert_eq!(view["status"], "FAILED");
        assert_eq!(view["code"], "SOURCE_NOT_FOUND");
        let text = "Failed to download source video: 404 Not Found";
        assert_eq!(view["errorText"], text);
    }
}

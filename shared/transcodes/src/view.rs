//! A transcode as clients read it.

use domain::transcode::Transcode;

/// What clients read of a transcode (R25, R26, R52).
pub fn transcode_view(transcode: &Transcode) -> contract::Transcode {
    let error = transcode.error.as_ref();
    contract::Transcode {
        id: transcode.id,
        user_id: transcode.user_id.clone(),
        input_source: transcode.input_source.clone(),
        video_id: transcode.video_id,
        output_formats: transcode.output_formats.clone(),
        status: transcode.status,
        progress: transcode.progress,
        waiting_before: None,
        time_left: None,
        created_at: transcode.created_at,
        updated_at: transcode.updated_at,
        started_at: transcode.started_at,
        completed_at: transcode.completed_at,
        duration: transcode.duration,
        resolution: transcode.resolution.clone(),
        video_codec: transcode.video_codec.clone(),
        audio_codec: transcode.audio_codec.clone(),
        skipped: transcode.skipped.clone(),
        warnings: transcode.warnings.clone(),
        code: error.map(|error| error.code.clone()),
        error_text: error.map(|error| error.text.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::rendition::Quality;
    use domain::time::Time;
    use domain::transcode::{CreateTranscode, TranscodeFault, TranscodeStatus, TranscodeWarning};
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
        let view = serde_json::to_value(transcode_view(&transcode())).unwrap();
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
        let view = serde_json::to_value(transcode_view(&silent)).unwrap();
        assert_eq!(view["warnings"][0]["code"], "SOUND_UNREADABLE");
    }

    #[test]
    fn a_failed_one_says_why() {
        let mut failed = transcode();
        failed.status = TranscodeStatus::Failed;
        failed.error = Some(TranscodeFault::SourceMissing.error());
        let view = serde_json::to_value(transcode_view(&failed)).unwrap();
        assert_eq!(view["status"], "FAILED");
        assert_eq!(view["code"], "SOURCE_NOT_FOUND");
        let text = "Failed to download source video: 404 Not Found";
        assert_eq!(view["errorText"], text);
    }
}

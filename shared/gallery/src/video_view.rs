//! A video as clients read it (R49).

use domain::video::Video;

/// What `viewer` reads of a video; only its owner is told where things lie.
pub fn video_view(
    video: &Video,
    viewer: Option<&str>,
    thumbnail_url: Option<String>,
) -> contract::Video {
    let is_owner = video.is_owned_by(viewer);
    contract::Video {
        id: video.id,
        user_id: video.user_id.clone(),
        title: video.title.clone(),
        description: video.description.clone(),
        status: video.status,
        visibility: video.visibility,
        duration: video.facts.duration,
        resolution: video.facts.resolution(),
        width: video.facts.width,
        height: video.facts.height,
        video_codec: video.facts.video_codec.clone(),
        audio_codec: video.facts.audio_codec.clone(),
        file_size: video.facts.file_size,
        views: video.views,
        thumbnail_url,
        created_at: video.created_at,
        updated_at: video.updated_at,
        s3_key: is_owner.then(|| video.s3_key.clone()),
        thumbnail_key: video.thumbnail_key.clone().filter(|_| is_owner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::Time;
    use domain::video::{Details, Facts, Visibility};
    use serde_json::{Value, json};

    fn view(viewer: Option<&str>) -> Value {
        let details = Details {
            title: "My Amazing Video".to_owned(),
            description: String::new(),
            visibility: Visibility::Public,
        };
        let facts = Facts {
            file_size: 1234,
            duration: Some(120.5),
            width: 1920,
            height: 1080,
            rotation: 0,
            video_codec: "h264".to_owned(),
            audio_codec: None,
        };
        let id = "0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let now = Time::from_millisecond(1_795_176_000_000);
        let mut video = Video::uploaded(id, "user", "gallery/user/1-a.mp4", details, facts, now);
        video.thumbnail_key = Some("videos/output/x/thumbnail.jpg".to_owned());
        let url = Some("https://signed".to_owned());
        serde_json::to_value(video_view(&video, viewer, url)).unwrap()
    }

    #[test]
    fn it_is_as_the_documents_show_it() {
        let expected = json!({
            "id": "0198c0de-0000-7000-8000-000000000001",
            "userId": "user",
            "title": "My Amazing Video",
            "description": "",
            "status": "uploaded",
            "visibility": "public",
            "duration": 120.5,
            "resolution": "1920x1080",
            "width": 1920,
            "height": 1080,
            "videoCodec": "h264",
            "audioCodec": null,
            "fileSize": 1234,
            "views": 0,
            "thumbnailUrl": "https://signed",
            "createdAt": "2026-11-20T12:00:00.000Z",
            "updatedAt": "2026-11-20T12:00:00.000Z",
        });
        assert_eq!(view(None), expected);
        assert_eq!(view(Some("other")), expected);
    }

    #[test]
    fn its_owner_is_told_where_it_lies() {
        let own = view(Some("user"));
        assert_eq!(own["s3Key"], "gallery/user/1-a.mp4");
        assert_eq!(own["thumbnailKey"], "videos/output/x/thumbnail.jpg");
    }
}

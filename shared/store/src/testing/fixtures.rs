//! What stands in tables and buckets, for tests that need some of it.

use std::time::Duration;

use domain::attempt::{Attempt, AttemptState};
use domain::ids::{JobId, TranscodeId, UploadId, VideoId};
use domain::job::{Job, SceneStatus, Soundtrack};
use domain::rendition::Quality;
use domain::request::CreateJob;
use domain::storyboard::{Part, Storyboard};
use domain::time::Time;
use domain::transcode::{CreateTranscode, Transcode};
use domain::upload::{Announcement, Multipart, Upload};
use domain::video::{Details, Facts, Video, Visibility};
use uuid::Uuid;

use super::{Messages, Tables};
use crate::{Ceilings, Ending, JobsTable, Outbox, Queue, UsageTable, WebhooksTable};

/// A moment to count from.
pub fn now() -> Time {
    Time::from_millisecond(1_795_176_000_000)
}

/// A job just accepted; each number is another one.
pub fn job(number: u128, user_id: &str) -> Job {
    Job::accepted(
        JobId(Uuid::from_u128(number)),
        user_id,
        CreateJob::sample(),
        now(),
        Duration::from_secs(3600),
    )
}

/// A film of two scenes and music that is there, each in its first take.
///
/// # Panics
///
/// A table that is in memory fails.
pub async fn film(tables: &Tables, number: u128, user_id: &str) -> JobId {
    let request = CreateJob {
        scenes: 2,
        ..CreateJob::sample()
    };
    let job = Job {
        request,
        ..job(number, user_id)
    };
    film_of(tables, job).await
}

/// The same of a job that was just accepted, with music if that is awaited.
///
/// # Panics
///
/// A table that is in memory fails.
pub async fn film_of(tables: &Tables, job: Job) -> JobId {
    let jobs = JobsTable::new(tables.client(), "jobs");
    let usage = UsageTable::new(tables.client(), "usage");
    let id = job.job_id;
    let reserved = usage.reserve(&jobs, &job, Ceilings::of_quota(u32::MAX));
    reserved.await.unwrap();
    jobs.begin(id, now()).await.unwrap();
    let storyboard = Storyboard::by_rules(&job.request);
    let saved = jobs.save_storyboard(id, &storyboard, None, now());
    saved.await.unwrap();
    let made = async |part: Part| {
        let made = Attempt {
            target: part.target(),
            words: Some(part.words()),
            attempt_id: format!("attempt-{}", part.target()),
            created_at: now(),
            updated_at: now(),
            ..Attempt::sample(AttemptState::Succeeded)
        };
        jobs.put_attempt(id, &made).await.unwrap();
    };
    if job.soundtrack == Soundtrack::Pending {
        made(Part::Soundtrack(storyboard.music.clone())).await;
        let is_there = jobs.set_soundtrack(id, Soundtrack::Ready, None);
        is_there.await.unwrap();
    }
    for scene in &storyboard.scenes {
        made(Part::Scene(scene.clone())).await;
        for status in [SceneStatus::Generated, SceneStatus::Complete] {
            let advanced = jobs.advance_scene(id, scene.index, status, now());
            advanced.await.unwrap();
        }
    }
    jobs.begin_composing(id, now()).await.unwrap();
    jobs.set_film(&job, &job.new_film()).await.unwrap();
    let job = jobs.get(id).await.unwrap().unwrap();
    let (hooks, done) = (webhooks(tables), Ending::Completed);
    let settled = usage.settle(&jobs, &hooks, &job, &done, 2, now());
    settled.await.unwrap();
    id
}

/// A transcode of `user` to the lowest rendition, accepted then.
pub fn transcode(id: TranscodeId, accepted: Time) -> Transcode {
    let request = CreateTranscode {
        input_source: "gallery/user/1-film.mp4".to_owned(),
        output_formats: vec![Quality::Low],
    };
    Transcode::accepted(id, "user", request, None, accepted)
}

/// A key that was just handed out for a film; `size` in bytes if it was told.
pub fn upload(s3_key: &str, user_id: &str, id: VideoId, size: Option<u64>) -> Upload {
    let announcement = Announcement {
        file_name: "film.mp4".to_owned(),
        content_type: "video/mp4".to_owned(),
        size,
    };
    Upload::announced(s3_key.to_owned(), user_id, id, &announcement, now())
}

/// The same for an upload in parts, under our name of it and S3's.
pub fn upload_in_parts(
    s3_key: &str,
    user_id: &str,
    size: u64,
    upload_id: UploadId,
    s3_upload_id: &str,
) -> Upload {
    let multipart = Multipart {
        upload_id,
        s3_upload_id: s3_upload_id.to_owned(),
    };
    Upload {
        multipart: Some(multipart),
        ..upload(s3_key, user_id, VideoId(Uuid::from_u128(1)), Some(size))
    }
}

/// The video that an upload becomes when it is confirmed now.
pub fn video(upload: &Upload, visibility: Visibility) -> Video {
    let details = Details {
        title: "A film".to_owned(),
        description: String::new(),
        visibility,
    };
    let (id, user_id, key) = (upload.video_id, &upload.user_id, &upload.s3_key);
    Video::uploaded(id, user_id, key, details, facts(), now())
}

/// What is known of a small film.
pub fn facts() -> Facts {
    Facts {
        file_size: 1000,
        duration: Some(12.5),
        width: 1280,
        height: 720,
        rotation: 0,
        video_codec: "h264".to_owned(),
        audio_codec: None,
    }
}

/// The table of webhooks.
pub fn webhooks(tables: &Tables) -> WebhooksTable {
    WebhooksTable::new(tables.client(), "webhooks")
}

/// The same with its queue.
pub fn outbox(tables: &Tables, messages: &Messages) -> Outbox {
    Outbox::new(webhooks(tables), Queue::new(messages.client(), "webhooks"))
}

//! `POST /api/upload/confirm`: makes a gallery video of an uploaded file (R15, R16).
//!
//! The key must have been handed out to the caller, the object must be there and
//! of the announced size, and it must be a video: it is sniffed and probed. Twice,
//! also at the same time, makes the same video.

mod inspect;

use std::time::{Duration, Instant};

use config::Bootstrap;
use domain::upload::Upload;
use domain::video::{ConfirmUpload, Video};
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, caller, json_object};
use gallery::{Gallery, Uploads};
use media::{Ffmpeg, Session};
use store::{Confirmation, StatsTable};

use inspect::Inspector;

/// The gateway waits no longer than half a minute.
const TIME_LIMIT: Duration = Duration::from_secs(24);

#[derive(Clone)]
struct State {
    uploads: Uploads,
    gallery: Gallery,
    stats: StatsTable,
    ffmpeg: Ffmpeg,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        uploads: Uploads::connect(&mut bootstrap),
        gallery: Gallery::connect(&mut bootstrap),
        stats: StatsTable::connect(&mut bootstrap),
        ffmpeg: Ffmpeg::locate(bootstrap.environment().ffmpeg_path()),
    };
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("upload-confirm", authentication, move |request| {
        handle(request, state.clone())
    })
    .await
}

async fn handle(request: Request, state: State) -> Result<Reply, ApiError> {
    let deadline = Instant::now() + TIME_LIMIT;
    let caller = caller(&request)?;
    let wanted = ConfirmUpload::from_json(&json_object(&request)?)?;

    let upload = state.uploads.own(&wanted.s3_key, caller).await?;
    if upload.confirmed_at.is_none() {
        confirm(&state, &upload, wanted, deadline).await?;
    }
    confirmed(&state, &upload, caller).await
}

/// Looks at the file and makes the video, unless somebody is faster.
async fn confirm(
    state: &State,
    upload: &Upload,
    wanted: ConfirmUpload,
    deadline: Instant,
) -> Result<(), ApiError> {
    let inspector = Inspector {
        objects: &state.uploads.objects,
        session: Session::new(&state.ffmpeg, deadline),
        deadline,
    };
    let (etag, facts) = inspector.inspect(upload).await?;
    let video = Video::uploaded(
        upload.video_id,
        &upload.user_id,
        &upload.s3_key,
        wanted.details,
        facts,
        state.uploads.clock.now(),
    );
    let confirmation = Confirmation {
        upload,
        etag: &etag,
    };
    let videos = &state.uploads.videos;
    videos.confirm(&state.stats, confirmation, &video).await?;
    Ok(())
}

/// The upload's video, whoever made it. One that was deleted is no upload any more.
async fn confirmed(state: &State, upload: &Upload, caller: &Caller) -> Result<Reply, ApiError> {
    let video = state.uploads.videos.get(upload.video_id).await?;
    let video = video.ok_or(ApiError::NotFound("Upload"))?;
    Reply::ok(&state.gallery.view(&video, Some(caller)).await?)
}

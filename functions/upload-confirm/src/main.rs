//! `POST /api/upload/confirm`: makes a gallery video of an uploaded file (R15, R16).
//!
//! The key must have been handed out to the caller, the object must be there and
//! of the announced size, and it must be a video: it is sniffed and probed. Bytes
//! that a link could still change are copied to the upload's own key first, so that
//! what was looked at is what is served. Twice, also at the same time, makes the
//! same video.

mod inspect;

use std::time::{Duration, Instant};

use config::Bootstrap;
use domain::upload::Upload;
use domain::video::{ConfirmUpload, Video};
use edge::http::{ApiError, Authentication, Caller, Error, Idempotency, Reply, Request, body};
use gallery::{Gallery, Uploads};
use media::{Ffmpeg, Session};
use store::{Confirmation, Counters, Objects, StoreError};

use inspect::{Arrived, Inspector, arrived};

/// For looking at the file. The gateway waits no longer than half a minute; a copy
/// of gigabytes may take longer, and is found by the client's next try.
const TIME_LIMIT: Duration = Duration::from_secs(24);

#[derive(Clone)]
struct State {
    uploads: Uploads,
    /// The bucket, for copying whole files.
    files: Objects,
    gallery: Gallery,
    counters: Counters,
    /// Bytes that a user may store.
    stored_bytes: u64,
    ffmpeg: Ffmpeg,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        uploads: Uploads::connect(&mut bootstrap),
        files: Objects::connect_for_files(&mut bootstrap),
        gallery: Gallery::connect(&mut bootstrap),
        counters: Counters::connect(&mut bootstrap),
        stored_bytes: bootstrap.environment().stored_bytes_limit(),
        ffmpeg: Ffmpeg::locate(bootstrap.environment().ffmpeg_path()),
    };
    let authentication = Authentication::connect(&mut bootstrap);
    let idempotency = Idempotency::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::creating(
        "upload-confirm",
        authentication,
        idempotency,
        move |caller, request| handle(caller, request, state.clone()),
    )
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let deadline = Instant::now() + TIME_LIMIT;
    let wanted = body::<contract::ConfirmUpload>(&request)?.checked()?;

    let upload = state.uploads.own(&wanted.s3_key, &caller).await?;
    if upload.confirmed_at.is_none() {
        let first = confirm(&state, &upload, &wanted, deadline).await;
        if is_overtaken(&first) {
            confirm(&state, &upload, &wanted, deadline).await?;
        } else {
            first?;
        }
    }
    confirmed(&state, &upload, &caller).await
}

/// Whether another confirmation moved the bytes, or they were written again.
fn is_overtaken(result: &Result<(), ApiError>) -> bool {
    matches!(
        result,
        Err(ApiError::Store(
            StoreError::Conflict { .. } | StoreError::NotFound { .. }
        ))
    )
}

/// Looks at the file and makes the video, unless another request is faster.
async fn confirm(
    state: &State,
    upload: &Upload,
    wanted: &ConfirmUpload,
    deadline: Instant,
) -> Result<(), ApiError> {
    let arrived = arrived(&state.uploads.objects, upload).await?;
    let inspector = Inspector {
        objects: &state.uploads.objects,
        session: Session::new(&state.ffmpeg, deadline),
        deadline,
    };
    let facts = inspector.inspect(upload, &arrived).await?;
    let etag = keep(state, upload, &arrived).await?;
    let video = Video::uploaded(
        upload.video_id,
        &upload.user_id,
        &upload.s3_key,
        wanted.details.clone(),
        facts,
        state.uploads.clock.now(),
    );
    let confirmation = Confirmation {
        upload,
        etag: &etag,
    };
    let videos = &state.uploads.videos;
    videos
        .confirm(&state.counters, confirmation, &video, state.stored_bytes)
        .await?;
    clear(state, upload).await;
    Ok(())
}

/// Puts the bytes that were looked at where no link writes; their `ETag` there.
async fn keep(state: &State, upload: &Upload, arrived: &Arrived) -> Result<String, StoreError> {
    let etag = &arrived.object.etag;
    if arrived.key == upload.s3_key {
        return Ok(etag.clone());
    }
    let files = &state.files;
    files.copy_new(&arrived.key, etag, &upload.s3_key).await
}

/// Removes what was copied.
async fn clear(state: &State, upload: &Upload) {
    let Some(key) = upload.incoming_key() else {
        return;
    };
    if let Err(error) = state.uploads.objects.delete(&key).await {
        tracing::warn!(key, error = %error, "left to the storage janitor");
    }
}

/// The upload's video, whichever request made it. One that was deleted is no upload any more.
async fn confirmed(state: &State, upload: &Upload, caller: &Caller) -> Result<Reply, ApiError> {
    let video = state.uploads.videos.get(upload.video_id).await?;
    let video = video.ok_or(ApiError::NotFound("Upload"))?;
    Reply::ok(&state.gallery.view(&video, Some(caller)).await?)
}

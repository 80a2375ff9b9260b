//! `POST /api/jobs`: accepts a transcode (R25, D33).
//!
//! Writes the job, counts it, and sends its message. If the message cannot be
//! sent the job is taken back, and the answer is 500.

use config::Bootstrap;
use contract::{CreateTranscode, TranscodeCreated};
use domain::ids::{TranscodeId, VideoId};
use domain::job::Status;
use domain::transcode::{InputSource, Transcode};
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, body};
use store::{JobsTable, StoreError, VideosTable};
use transcodes::{TranscodeQueue, transcode_view};
use uuid::Uuid;

#[derive(Clone)]
struct State {
    queue: TranscodeQueue,
    videos: VideosTable,
    jobs: JobsTable,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        queue: TranscodeQueue::connect(&mut bootstrap),
        videos: VideosTable::connect(&mut bootstrap),
        jobs: JobsTable::connect(&mut bootstrap),
    };
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected(
        "transcodes-create",
        authentication,
        move |caller, request| handle(caller, request, state.clone()),
    )
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let wanted = body::<CreateTranscode>(&request)?.checked()?;
    let source = source(&state, &wanted.input_source, &caller.user_id).await?;

    let id = TranscodeId(Uuid::now_v7());
    let now = state.queue.clock.now();
    let mut transcode = Transcode::accepted(id, &caller.user_id, wanted, source.video, now);
    transcode.source_etag = source.etag;
    let queue = &state.queue;
    let (transcodes, stats) = (&queue.transcodes, &queue.stats);
    transcodes.create(stats, &transcode).await?;
    if let Err(error) = queue.send(id).await {
        return Err(take_back(queue, id, error).await);
    }

    Reply::created(&TranscodeCreated {
        job: transcode_view(&transcode),
        message: "Job created successfully".to_owned(),
    })
}

/// What a transcode is made from.
#[derive(Default)]
struct Source {
    /// The gallery video that the file is, if it is one.
    video: Option<VideoId>,
    /// Which bytes were confirmed.
    etag: Option<String>,
}

/// The caller's own file. Somebody else's, and that of a deleted video, is as
/// unknown as one that is not there; a film is there without its video too.
async fn source(state: &State, key: &str, user_id: &str) -> Result<Source, ApiError> {
    const UNKNOWN: ApiError = ApiError::NotFound("Input source");
    let source = InputSource::read(key, user_id).ok_or(UNKNOWN)?;
    let shown = shown(&state.videos, key, user_id).await?;
    let InputSource::Film(job) = source else {
        return shown.ok_or(UNKNOWN);
    };
    let job = state.jobs.get(job).await?;
    let is_theirs =
        job.is_some_and(|job| job.user_id == user_id && job.status == Status::Completed);
    is_theirs.then(|| shown.unwrap_or_default()).ok_or(UNKNOWN)
}

/// The caller's video that stands in the gallery with this file.
async fn shown(
    videos: &VideosTable,
    key: &str,
    user_id: &str,
) -> Result<Option<Source>, StoreError> {
    let upload = videos.upload(key).await?;
    let confirmed =
        upload.filter(|upload| upload.user_id == user_id && upload.confirmed_at.is_some());
    let Some(upload) = confirmed else {
        return Ok(None);
    };
    let video = videos.get(upload.video_id).await?;
    Ok(video.map(|video| Source {
        video: Some(video.id),
        etag: upload.etag,
    }))
}

/// Nothing is left of a job that nobody would work on.
async fn take_back(queue: &TranscodeQueue, id: TranscodeId, error: StoreError) -> ApiError {
    if let Err(error) = queue.transcodes.withdraw(&queue.stats, id).await {
        tracing::error!(transcode = %id, error = %error, "left to the reconciler");
    }
    ApiError::Internal(Box::new(error))
}

#[cfg(test)]
mod tests;

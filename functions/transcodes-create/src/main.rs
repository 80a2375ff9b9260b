//! `POST /api/jobs`: accepts a transcode (R25, D33).
//!
//! Writes the job, counts it, and sends its message. If the message cannot be
//! sent the job is withdrawn, and the request fails, unless it is worked on already. With an `Idempotency-Key` a
//! request goes on where an earlier one died (D42).

use config::Bootstrap;
use contract::{CreateTranscode, TranscodeCreated};
use domain::ids::{TranscodeId, VideoId};
use domain::job::Job;
use domain::transcode::{self, InputSource, Transcode, TranscodeStatus};
use edge::http::{
    ApiError, Authentication, Caller, Creation, Error, Idempotency, Reply, Request, body,
};
use store::{HoldError, JobsTable, StoreError, VideosTable};
use transcodes::{TranscodeQueue, transcode_view};

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
    let idempotency = Idempotency::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::creating(
        "transcodes-create",
        authentication,
        idempotency,
        move |caller, request| handle(caller, request, state.clone()),
    )
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let wanted = body::<CreateTranscode>(&request)?.checked()?;
    let source = source(&state, &wanted.input_source, &caller.user_id).await?;

    let creation = Creation::of(&request);
    let queue = &state.queue;
    let transcode = match earlier(queue, creation).await? {
        Some(transcode) => transcode,
        None => accept(queue, creation, &caller, wanted, source).await?,
    };
    if transcode.status == TranscodeStatus::Pending {
        send(queue, &transcode).await?;
    }

    Reply::created(&TranscodeCreated {
        job: transcode_view(&transcode),
        message: "Job created successfully".to_owned(),
    })
}

/// The transcode that an earlier request with the same key wrote before it died.
async fn earlier(
    queue: &TranscodeQueue,
    creation: Creation,
) -> Result<Option<Transcode>, StoreError> {
    if !creation.is_repeated {
        return Ok(None);
    }
    let state = queue.transcodes.get(TranscodeId(creation.id)).await?;
    Ok(state.map(|state| state.transcode))
}

/// Writes the transcode, counts it and takes its place.
async fn accept(
    queue: &TranscodeQueue,
    creation: Creation,
    caller: &Caller,
    wanted: transcode::CreateTranscode,
    source: Source,
) -> Result<Transcode, HoldError> {
    let id = TranscodeId(creation.id);
    let now = queue.clock.now();
    let wanted = transcode::CreateTranscode {
        input_source: source.key,
        ..wanted
    };
    let mut transcode = Transcode::accepted(id, &caller.user_id, wanted, source.video, now);
    transcode.source_etag = source.etag;
    queue
        .transcodes
        .create(&queue.counters, &transcode, queue.limits)
        .await?;
    Ok(transcode)
}

/// What a transcode is made from.
struct Source {
    /// Where it lies.
    key: String,
    /// The gallery video that the file is, if it is one.
    video: Option<VideoId>,
    /// Which bytes were confirmed.
    etag: Option<String>,
}

/// The caller's own file. Another user's, and that of a deleted video, is as
/// unknown as one that is not there; a film is there without its video too. It is the
/// film as it is now, unless the caller's gallery shows that of the key.
async fn source(state: &State, key: &str, user_id: &str) -> Result<Source, ApiError> {
    const UNKNOWN: ApiError = ApiError::NotFound("Input source");
    let source = InputSource::read(key, user_id).ok_or(UNKNOWN)?;
    let shown = shown(&state.videos, key, user_id).await?;
    let InputSource::Film(job) = source else {
        return shown.ok_or(UNKNOWN);
    };
    let job = state.jobs.get(job).await?;
    let job = job.filter(|job| job.user_id == user_id);
    let film = job.as_ref().and_then(Job::film).ok_or(UNKNOWN)?;
    if let Some(shown) = shown {
        return Ok(shown);
    }
    let unshown = Source {
        key: film.to_owned(),
        video: None,
        etag: None,
    };
    let now_shown = match film == key {
        true => None,
        false => self::shown(&state.videos, film, user_id).await?,
    };
    Ok(now_shown.unwrap_or(unshown))
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
        key: key.to_owned(),
        video: Some(video.id),
        etag: upload.etag,
    }))
}

/// Sends the transcode's message; sent twice it is worked on once. When that fails the
/// transcode is withdrawn, unless a worker has it: then it was the answer alone that was lost.
async fn send(queue: &TranscodeQueue, transcode: &Transcode) -> Result<(), StoreError> {
    let sent = queue.send(&transcode.user_id, transcode.id).await;
    let Err(error) = sent else { return Ok(()) };
    match queue.transcodes.withdraw(&queue.counters, transcode).await {
        Ok(()) => {}
        Err(conflict) if conflict.is_conflict() => {
            let there = queue.transcodes.get(transcode.id).await?;
            return there.map(drop).ok_or(error);
        }
        Err(unsettled) => {
            tracing::error!(transcode = %transcode.id, error = %unsettled, "left to the reconciler");
        }
    }
    Err(error)
}

#[cfg(test)]
mod tests;

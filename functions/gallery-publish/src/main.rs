//! `POST /api/gallery/videos`: shows the film of a finished job in the gallery,
//! where it lies; nothing is copied. The same film is always the same video.

use config::Bootstrap;
use domain::job::Job;
use domain::upload::Upload;
use domain::video::{PublishFilm, Video};
use edge::http::{ApiError, Authentication, Caller, Error, Idempotency, Reply, Request, body};
use gallery::Gallery;
use store::{Confirmation, JobsTable};

#[derive(Clone)]
struct State {
    gallery: Gallery,
    jobs: JobsTable,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        gallery: Gallery::connect(&mut bootstrap),
        jobs: JobsTable::connect(&mut bootstrap),
    };
    let authentication = Authentication::connect(&mut bootstrap);
    let idempotency = Idempotency::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::creating(
        "gallery-publish",
        authentication,
        idempotency,
        move |caller, request| handle(caller, request, state.clone()),
    )
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let wanted = body::<contract::PublishFilm>(&request)?.checked()?;

    let job = finished(&state, &wanted, &caller).await?;
    let video = publish(&state, &job, wanted).await?;

    Reply::ok(&state.gallery.view(&video, Some(&caller)).await?)
}

/// The caller's job, if it has its film.
async fn finished(state: &State, wanted: &PublishFilm, caller: &Caller) -> Result<Job, ApiError> {
    let job = state.jobs.get(wanted.job_id).await?;
    let job = job
        .filter(|job| job.user_id == caller.user_id)
        .ok_or(ApiError::NotFound("Job"))?;
    if job.film().is_none() {
        return Err(ApiError::VideoNotReady);
    }
    Ok(job)
}

/// The film's video; if it is shown already, as it is.
async fn publish(state: &State, job: &Job, wanted: PublishFilm) -> Result<Video, ApiError> {
    let key = job.film().ok_or(ApiError::VideoNotReady)?;
    let object = state.gallery.objects.head(key).await?;
    let object = object.ok_or(ApiError::VideoNotReady)?;
    let now = state.gallery.clock.now();
    let video = Video::of_film(job, object.size, wanted.details, now);
    let video = video.ok_or(ApiError::VideoNotReady)?;
    let upload = Upload::of_film(&video);
    let confirmation = Confirmation {
        upload: &upload,
        etag: &object.etag,
    };
    let videos = &state.gallery.videos;
    videos.publish(confirmation, &video).await?;
    let shown = videos.get(video.id).await?;
    shown.ok_or(ApiError::NotFound("Video"))
}

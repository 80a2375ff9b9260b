//! `GET /api/v1/jobs/{id}/video`: the way to the finished film (R8, D3).
//!
//! 302 to a signed URL; with `Accept: application/json` its text instead. With
//! `?download=1` the URL makes a browser save the film (R131). A job that has no
//! film: 409 `VIDEO_NOT_READY`; another user's: 404.

use config::Bootstrap;
use contract::VideoLink;
use edge::http::{
    ApiError, Authentication, Caller, Error, Reply, Request, accepts_json, job_id, query,
};
use films::{JobReader, own_job};
use store::LINK_LIFE;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let reader = JobReader::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap).for_reading();
    bootstrap.finish()?;

    edge::http::protected("jobs-video", authentication, move |caller, request| {
        handle(caller, request, reader.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, reader: JobReader) -> Result<Reply, ApiError> {
    let id = job_id(&request)?;

    let job = own_job(&reader.jobs, id, &caller).await?;
    let key = job.film().ok_or(ApiError::VideoNotReady)?;

    let file_name = query(&request, "download").map(|_| format!("omnigen-{id}.mp4"));
    let url = reader
        .links
        .link_as(key, "video/mp4", file_name.as_deref())
        .await?;
    if accepts_json(&request) {
        return Reply::ok(&VideoLink {
            video_url: url,
            expires_in: LINK_LIFE.as_secs(),
        });
    }
    Ok(Reply::found(url))
}

//! `GET /api/v1/jobs/{id}/preview.m3u8`: an HLS playlist of the scenes that are there, which
//! grows while the film is made (D44).
//!
//! Before the first scene is there: 409 `VIDEO_NOT_READY`; another user's: 404.

use config::Bootstrap;
use domain::playlist;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, job_id};
use films::{JobReader, own_record};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let reader = JobReader::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("jobs-preview", authentication, move |caller, request| {
        handle(caller, request, reader.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, reader: JobReader) -> Result<Reply, ApiError> {
    let id = job_id(&request)?;
    let record = own_record(&reader.jobs, id, &caller).await?;
    Ok(Reply::text(
        playlist::CONTENT_TYPE,
        reader.preview(&record).await?,
    ))
}

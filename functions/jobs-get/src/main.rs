//! `GET /api/v1/jobs/{id}`: how a job of the caller is coming along (R7, R42, R43).
//!
//! A job of somebody else is as unknown as one that never was: 404.

use config::Bootstrap;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, job_id};
use films::{JobReader, job_view};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let reader = JobReader::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("jobs-get", authentication, move |caller, request| {
        handle(caller, request, reader.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, reader: JobReader) -> Result<Reply, ApiError> {
    let id = job_id(&request)?;

    let record = reader.jobs.load(id).await?;
    let record = record
        .filter(|record| record.job.user_id == caller.user_id)
        .ok_or(ApiError::NotFound("Job"))?;

    let thumbnail = reader.thumbnail_url(&record.job).await?;
    Reply::ok(&job_view::detail(&record, thumbnail))
}

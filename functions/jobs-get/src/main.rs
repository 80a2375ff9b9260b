//! `GET /api/v1/jobs/{id}`: how a job of the caller is coming along (R7, R42, R43).
//!
//! A job of somebody else is as unknown as one that never was: 404.

use config::Bootstrap;
use edge::http::{ApiError, Authentication, Error, Reply, Request, caller, job_id};
use films::{JobReader, JobView};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let reader = JobReader::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("jobs-get", authentication, move |request| {
        handle(request, reader.clone())
    })
    .await
}

async fn handle(request: Request, reader: JobReader) -> Result<Reply, ApiError> {
    let caller = caller(&request)?;
    let id = job_id(&request)?;

    let record = reader.jobs.load(id).await?;
    let record = record
        .filter(|record| record.job.user_id == caller.user_id)
        .ok_or(ApiError::NotFound("Job"))?;

    let thumbnail = reader.thumbnail_url(&record.job).await?;
    Reply::ok(&JobView::detail(&record, thumbnail))
}

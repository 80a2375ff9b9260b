//! `GET /api/v1/jobs/{id}`: how a job of the caller is coming along (R7, R42, R43).
//!
//! A job of somebody else is as unknown as one that never was: 404.

use domain::job::JobId;
use edge::http::{
    ApiError, Error, JobReader, JobView, LINK_LIFE, Reply, Request, caller, path_after,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    config::logging::start();
    let (gate, reader) = JobReader::connect().await?;

    edge::http::protected("jobs-get", gate, move |request| {
        handle(request, reader.clone())
    })
    .await
}

async fn handle(request: Request, reader: JobReader) -> Result<Reply, ApiError> {
    let caller = caller(&request)?;
    let unknown = || ApiError::NotFound("Job");
    let id: JobId = path_after(&request, "jobs")
        .and_then(|id| id.parse().ok())
        .ok_or_else(unknown)?;

    let record = reader.jobs.load(id).await?.ok_or_else(unknown)?;
    if record.job.user_id != caller.user_id {
        return Err(unknown());
    }

    let thumbnail = match &record.job.thumbnail_key {
        Some(key) => Some(
            reader
                .objects
                .presign(key, LINK_LIFE, "image/jpeg", None)
                .await?,
        ),
        None => None,
    };
    Reply::ok(&JobView::detail(&record, thumbnail))
}

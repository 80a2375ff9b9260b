//! `GET /api/v1/jobs`: the caller's own jobs, newest first (R5, D28).
//!
//! Takes `limit` (1-100, default 10) and the `cursor` of the page before.

use config::Bootstrap;
use contract::{JobList, Thumbnail};
use edge::http::{ApiError, Authentication, Caller, Cursor, Error, Reply, Request, behind, limit};
use films::{JobReader, job_view};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let reader = JobReader::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap).for_reading();
    bootstrap.finish()?;

    edge::http::protected("jobs-list", authentication, move |caller, request| {
        handle(caller, request, reader.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, reader: JobReader) -> Result<Reply, ApiError> {
    let limit = limit(&request)?;
    let after = behind(&request, &caller.user_id)?;

    let (page, next) = reader
        .jobs
        .list(&caller.user_id, limit, after.as_ref())
        .await?;

    let (mut jobs, mut thumbnails) = (Vec::new(), Vec::new());
    for job in &page {
        let url = reader.thumbnail_url(job).await?;
        thumbnails.extend(url.clone().map(|url| Thumbnail {
            job_id: job.job_id,
            url,
        }));
        jobs.push(job_view::summary(job, url));
    }
    Reply::ok(&JobList {
        jobs,
        thumbnails,
        next_cursor: next.map(|position| Cursor::write(position, &caller.user_id)),
    })
}

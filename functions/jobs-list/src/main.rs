//! `GET /api/v1/jobs`: the caller's own jobs, newest first (R5, D28).
//!
//! Takes `limit` (1-100, default 10) and the `cursor` of the page before.

use config::Bootstrap;
use edge::http::{ApiError, Authentication, Caller, Cursor, Error, Reply, Request, behind, limit};
use films::{JobReader, JobView};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let reader = JobReader::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
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

    let mut views = Vec::new();
    let mut thumbnails: Vec<Value> = Vec::new();
    for job in &page {
        let url = reader.thumbnail_url(job).await?;
        if let Some(url) = &url {
            thumbnails.push(json!({ "jobId": job.job_id, "url": url }));
        }
        views.push(JobView::summary(job, url));
    }
    let next = next.map(|position| Cursor::write(position, &caller.user_id));
    Reply::ok(&json!({ "jobs": views, "thumbnails": thumbnails, "nextCursor": next }))
}

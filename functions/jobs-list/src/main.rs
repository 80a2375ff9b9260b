//! `GET /api/v1/jobs`: the caller's own jobs, newest first (R5, D28).
//!
//! Takes `limit` (1-100, default 10) and the `cursor` of the page before.

use edge::http::{ApiError, Cursor, Error, Reply, Request, behind, caller, limit};
use films::{JobReader, JobView};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    config::logging::start();
    let (gate, reader) = JobReader::connect().await?;

    edge::http::protected("jobs-list", gate, move |request| {
        handle(request, reader.clone())
    })
    .await
}

async fn handle(request: Request, reader: JobReader) -> Result<Reply, ApiError> {
    let caller = caller(&request)?;
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

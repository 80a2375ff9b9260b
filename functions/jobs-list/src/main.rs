//! `GET /api/v1/jobs`: the caller's own jobs, newest first (R5, D28).
//!
//! Takes `limit` (1-100, default 10) and the `cursor` of the page before.

use config::Environment;
use domain::request::InvalidField;
use edge::http::{ApiError, Error, Gate, Reply, Request, caller, query};
use serde_json::{Value, json};
use store::{DynamoDb, JobsTable, Objects, S3, UsageTable};

use edge::http::{Cursor, JobView, LINK_LIFE};

const DEFAULT_LIMIT: i32 = 10;
const MAX_LIMIT: i32 = 100;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    config::logging::start();
    let mut environment = Environment::of_process();
    let tables = environment.tables();
    let path = environment.request_path();
    let bucket = environment.required("ASSETS_BUCKET");
    environment.finish()?;
    let sdk = config::aws::load().await;
    let dynamo = DynamoDb::new(&sdk);
    let jobs = JobsTable::new(dynamo.clone(), tables.jobs);
    let objects = Objects::new(S3::new(&sdk), bucket);
    let gate = Gate::new(&path, UsageTable::new(dynamo, tables.usage))?;

    edge::http::protected("jobs-list", gate, move |request| {
        handle(request, jobs.clone(), objects.clone())
    })
    .await
}

async fn handle(request: Request, jobs: JobsTable, objects: Objects) -> Result<Reply, ApiError> {
    let caller = caller(&request)?;
    let limit = limit(&request)?;
    let after = match query(&request, "cursor") {
        Some(text) => Some(Cursor::read(&text, &caller.user_id)?),
        None => None,
    };

    let (page, next) = jobs.list(&caller.user_id, limit, after.as_ref()).await?;

    let mut views = Vec::new();
    let mut thumbnails: Vec<Value> = Vec::new();
    for job in &page {
        let url = match &job.thumbnail_key {
            Some(key) => Some(objects.presign(key, LINK_LIFE, "image/jpeg", None).await?),
            None => None,
        };
        if let Some(url) = &url {
            thumbnails.push(json!({ "jobId": job.job_id, "url": url }));
        }
        views.push(JobView::summary(job, url));
    }
    let next = next.map(|position| Cursor::write(&position, &caller.user_id));
    Reply::ok(&json!({ "jobs": views, "thumbnails": thumbnails, "nextCursor": next }))
}

fn limit(request: &Request) -> Result<i32, ApiError> {
    let Some(text) = query(request, "limit") else {
        return Ok(DEFAULT_LIMIT);
    };
    let limit = text
        .parse()
        .ok()
        .filter(|limit| (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| InvalidField::new("limit", "a whole number from 1 to 100").into())
}

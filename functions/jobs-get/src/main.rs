//! `GET /api/v1/jobs/{id}`: how a job of the caller is coming along (R7, R42, R43).
//!
//! A job of somebody else is as unknown as one that never was: 404.

use config::Environment;
use domain::job::JobId;
use edge::http::{ApiError, Error, Gate, JobView, LINK_LIFE, Reply, Request, caller, path_after};
use store::{DynamoDb, JobsTable, Objects, S3, UsageTable};

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

    edge::http::protected("jobs-get", gate, move |request| {
        handle(request, jobs.clone(), objects.clone())
    })
    .await
}

async fn handle(request: Request, jobs: JobsTable, objects: Objects) -> Result<Reply, ApiError> {
    let caller = caller(&request)?;
    let unknown = || ApiError::NotFound("Job");
    let id: JobId = path_after(&request, "jobs")
        .and_then(|id| id.parse().ok())
        .ok_or_else(unknown)?;

    let record = jobs.load(id).await?.ok_or_else(unknown)?;
    if record.job.user_id != caller.user_id {
        return Err(unknown());
    }

    let thumbnail = match &record.job.thumbnail_key {
        Some(key) => Some(objects.presign(key, LINK_LIFE, "image/jpeg", None).await?),
        None => None,
    };
    Reply::ok(&JobView::detail(&record, thumbnail))
}

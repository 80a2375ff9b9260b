//! `GET /api/v1/jobs/{id}/video`: the way to the finished film (R8, D3).
//!
//! 302 to a signed URL; with `Accept: application/json` its text instead. With
//! `?download=1` the URL makes a browser save the film (R131). A job that is not
//! finished: 409 `VIDEO_NOT_READY`; somebody else's: 404.

use config::Environment;
use domain::job::{JobId, Status};
use edge::http::{
    ApiError, Error, Gate, LINK_LIFE, Reply, Request, accepts_json, caller, path_after, query,
};
use serde_json::json;
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

    edge::http::protected("jobs-video", gate, move |request| {
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

    let job = jobs
        .get(id)
        .await?
        .filter(|job| job.user_id == caller.user_id)
        .ok_or_else(unknown)?;
    let key = match &job.video_key {
        Some(key) if job.status == Status::Completed => key,
        _ => return Err(ApiError::VideoNotReady),
    };

    let file_name = query(&request, "download").map(|_| format!("omnigen-{id}.mp4"));
    let url = objects
        .presign(key, LINK_LIFE, "video/mp4", file_name.as_deref())
        .await?;
    if accepts_json(&request) {
        return Reply::ok(&json!({ "videoUrl": url, "expiresIn": LINK_LIFE.as_secs() }));
    }
    Ok(Reply::found(url))
}

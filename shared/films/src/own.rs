//! A job for its owner. Another user's is as unknown as one that never was: 404.

use domain::job::{Job, JobId};
use edge::http::{ApiError, Caller};
use store::{JobRecord, JobsTable};

const UNKNOWN: ApiError = ApiError::NotFound("Job");

/// The caller's job of that name.
///
/// # Errors
///
/// [`ApiError`]: what the client is told, by its status.
pub async fn own_job(jobs: &JobsTable, id: JobId, caller: &Caller) -> Result<Job, ApiError> {
    let job = jobs.get(id).await?;
    job.filter(|job| job.user_id == caller.user_id)
        .ok_or(UNKNOWN)
}

/// The same with all its parts.
///
/// # Errors
///
/// [`ApiError`]: what the client is told, by its status.
pub async fn own_record(
    jobs: &JobsTable,
    id: JobId,
    caller: &Caller,
) -> Result<JobRecord, ApiError> {
    let record = jobs.load(id).await?;
    record
        .filter(|record| record.job.user_id == caller.user_id)
        .ok_or(UNKNOWN)
}

//! Starting the work on a job.

use domain::job::{Job, JobRun};
use store::{JobsTable, StoreError, Workflow};

/// Starts an execution; one that was started before is as good. That its ARN could not be
/// noted harms nothing: the execution has the job's name (D12).
///
/// # Errors
///
/// [`StoreError`]: what failed, by its meaning; nothing was started. The reconciler starts
/// the latest execution of a job that runs without one.
pub async fn start(workflow: &Workflow, jobs: &JobsTable, run: JobRun) -> Result<(), StoreError> {
    let arn = workflow.start(run).await?;
    if let Err(error) = jobs.set_execution(run.job_id, &arn).await {
        tracing::warn!(job = %run.job_id, error = %error, "the execution could not be noted");
    }
    Ok(())
}

/// Starts the latest execution of a job that runs without one. What cannot be started is
/// left to the reconciler.
pub async fn start_or_leave(workflow: &Workflow, jobs: &JobsTable, job: &Job) {
    if !job.status.is_running() || job.execution_arn.is_some() {
        return;
    }
    if let Err(error) = start(workflow, jobs, job.latest_run()).await {
        tracing::warn!(job = %job.job_id, error = %error, "left to the reconciler");
    }
}

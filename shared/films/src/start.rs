//! Starting the work on a job.

use domain::job::JobRun;
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

//! Every minute, and whenever an execution ends: sees to it that every job ends,
//! and that no transcode waits for a message that is lost.

use config::Bootstrap;
use domain::failure::StepError;
use domain::job::JobId;
use films::Reconciler;
use serde::Serialize;
use serde_json::Value;
use transcodes::Resender;

/// What was seen to.
#[derive(Debug, Serialize)]
struct Output {
    jobs: usize,
    failed: usize,
    resent: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut bootstrap = Bootstrap::begin();
    let reconciler = Reconciler::connect(&mut bootstrap)?;
    let resender = Resender::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::step::run("reconciler", |event: Value, _| {
        handle(event, &reconciler, &resender)
    })
    .await
}

async fn handle(
    event: Value,
    reconciler: &Reconciler,
    resender: &Resender,
) -> Result<Output, StepError> {
    if let Some(job) = ended_job(&event) {
        reconciler.reconcile_one(job).await?;
        return Ok(Output {
            jobs: 1,
            failed: 0,
            resent: 0,
        });
    }
    // When one fails the other is still seen to.
    let (jobs, transcodes) = (
        reconciler.reconcile_all().await,
        resender.resend_lost().await,
    );
    let ((jobs, failed), resent) = (jobs?, transcodes?);
    Ok(Output {
        jobs,
        failed,
        resent,
    })
}

/// The job of an execution that has ended: they share their name (D12).
fn ended_job(event: &Value) -> Option<JobId> {
    event.get("detail")?.get("name")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_executions_end_names_its_job() {
        let event: Value =
            serde_json::from_str(include_str!("../../../events/reconciler.json")).unwrap();
        assert!(ended_job(&event).is_some());
        assert_eq!(ended_job(&serde_json::json!({})), None);
        assert_eq!(
            ended_job(&serde_json::json!({"detail": {"name": "../x"}})),
            None
        );
    }
}

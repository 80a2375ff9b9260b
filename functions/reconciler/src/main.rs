//! Every minute, and whenever an execution ends: sees to it that every job ends,
//! and that no transcode and no webhook waits for a message that is lost.

use accounts::WebhookResender;
use config::Bootstrap;
use domain::failure::StepError;
use domain::job::JobRun;
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
    webhooks: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut bootstrap = Bootstrap::begin();
    let reconciler = Reconciler::connect(&mut bootstrap)?;
    let resender = Resender::connect(&mut bootstrap);
    let webhooks = WebhookResender::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::step::run("reconciler", |event: Value, _| {
        handle(event, &reconciler, &resender, &webhooks)
    })
    .await
}

async fn handle(
    event: Value,
    reconciler: &Reconciler,
    resender: &Resender,
    webhooks: &WebhookResender,
) -> Result<Output, StepError> {
    if let Some(run) = ended_run(&event) {
        reconciler.reconcile_one(run).await?;
        return Ok(Output {
            jobs: 1,
            failed: 0,
            resent: 0,
            webhooks: 0,
        });
    }
    // When one fails the others are still seen to.
    let (jobs, transcodes, webhooks) = (
        reconciler.reconcile_all().await,
        resender.resend_lost().await,
        webhooks.resend_due().await,
    );
    let ((jobs, failed), resent) = (jobs?, transcodes?);
    Ok(Output {
        jobs,
        failed,
        resent,
        webhooks: webhooks?,
    })
}

/// The execution that has ended: it is named by its job (D12).
fn ended_run(event: &Value) -> Option<JobRun> {
    event.get("detail")?.get("name")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_executions_end_names_its_job() {
        let event: Value =
            serde_json::from_str(include_str!("../../../events/reconciler.json")).unwrap();
        assert!(ended_run(&event).is_some());
        assert_eq!(ended_run(&serde_json::json!({})), None);
        assert_eq!(
            ended_run(&serde_json::json!({"detail": {"name": "../x"}})),
            None
        );
    }
}

//! Step Functions: executions, and answers to waiting tasks.

use aws_sdk_sfn::Client;
use config::Bootstrap;
use domain::failure::Failure;
use domain::job::JobRun;

use crate::error::StoreError;

/// Access to one state machine.
#[derive(Debug, Clone)]
pub struct Workflow {
    client: Client,
    state_machine_arn: String,
}

/// How an execution stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Execution {
    /// There is none of that name.
    Missing,
    /// It is under way.
    Running,
    /// It ended well.
    Succeeded,
    /// It failed, was stopped, or ran out of time; with the error's name if known.
    Ended {
        /// The error's name.
        error: Option<String>,
    },
}

impl Workflow {
    /// The state machine that `STEP_FUNCTIONS_ARN` names.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let machine = bootstrap.environment().required("STEP_FUNCTIONS_ARN");
        Self::new(Client::new(bootstrap.sdk()), machine)
    }

    /// A state machine behind a client.
    pub fn new(client: Client, state_machine_arn: impl Into<String>) -> Self {
        Self {
            client,
            state_machine_arn: state_machine_arn.into(),
        }
    }

    /// Starts an execution, named by its job (D12). One that was started before
    /// is as good: a repeated start is harmless. Answers its ARN.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn start(&self, run: JobRun) -> Result<String, StoreError> {
        let result = self
            .client
            .start_execution()
            .state_machine_arn(&self.state_machine_arn)
            .name(run.to_string())
            .input(serde_json::json!(run).to_string())
            .send()
            .await;
        match result {
            Ok(answer) => Ok(answer.execution_arn),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|service| service.is_execution_already_exists()) =>
            {
                Ok(self.execution_arn(run))
            }
            Err(error) => Err(StoreError::from_sdk("start execution", error)),
        }
    }

    /// How an execution stands.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn execution(&self, run: JobRun) -> Result<Execution, StoreError> {
        let result = self
            .client
            .describe_execution()
            .execution_arn(self.execution_arn(run))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("describe execution", error));
        let answer = match result {
            Ok(answer) => answer,
            Err(StoreError::NotFound { .. }) => return Ok(Execution::Missing),
            Err(error) => return Err(error),
        };
        Ok(match answer.status.as_str() {
            "RUNNING" | "PENDING_REDRIVE" => Execution::Running,
            "SUCCEEDED" => Execution::Succeeded,
            "TIMED_OUT" => Execution::Ended {
                error: Some("States.Timeout".to_owned()),
            },
            _ => Execution::Ended {
                error: answer.error,
            },
        })
    }

    /// Stops an execution; one that has ended, or never was, is left as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn stop(&self, run: JobRun, error: &str) -> Result<(), StoreError> {
        let result = self
            .client
            .stop_execution()
            .execution_arn(self.execution_arn(run))
            .error(error)
            .send()
            .await;
        match result {
            Ok(_) => Ok(()),
            // The ARN is our own: what is refused of it is that there is nothing to stop.
            Err(error)
                if error.as_service_error().is_some_and(|service| {
                    service.is_execution_does_not_exist() || service.is_validation_exception()
                }) =>
            {
                Ok(())
            }
            Err(error) => Err(StoreError::from_sdk("stop execution", error)),
        }
    }

    /// Answers a waiting task with success. A task that no longer waits is not
    /// an error: its answer came twice, or late.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn task_succeeded(
        &self,
        token: &str,
        output: &serde_json::Value,
    ) -> Result<(), StoreError> {
        let result = self
            .client
            .send_task_success()
            .task_token(token)
            .output(output.to_string())
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("task success", error));
        ignore_gone(result.map(drop))
    }

    /// Answers a waiting task with a typed failure.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn task_failed(
        &self,
        token: &str,
        failure: Failure,
        cause: &str,
    ) -> Result<(), StoreError> {
        let result = self
            .client
            .send_task_failure()
            .task_token(token)
            .error(failure.name())
            .cause(cause)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("task failure", error));
        ignore_gone(result.map(drop))
    }

    /// Executions are named by their job, so their ARN is known beforehand.
    fn execution_arn(&self, run: JobRun) -> String {
        let base = self
            .state_machine_arn
            .replacen(":stateMachine:", ":execution:", 1);
        format!("{base}:{run}")
    }
}

fn ignore_gone(result: Result<(), StoreError>) -> Result<(), StoreError> {
    match result {
        Err(StoreError::NotFound { .. }) => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use domain::job::JobId;
    use uuid::Uuid;

    use super::*;
    use crate::testing::{ExecutionStatus, Executions};

    fn run() -> JobRun {
        JobRun {
            job_id: JobId(Uuid::from_u128(1)),
            run: 1,
        }
    }

    #[tokio::test]
    async fn stopping_what_has_ended_or_never_was_is_no_error() {
        let executions = Executions::default();
        let workflow = Workflow::new(executions.client(), "arn:stateMachine:films");
        workflow.stop(run(), "Cancelled").await.unwrap();

        workflow.start(run()).await.unwrap();
        let name = run().to_string();
        executions.end(&name, ExecutionStatus::Succeeded, None);
        workflow.stop(run(), "Cancelled").await.unwrap();
        assert_eq!(executions.status(&name), Some(ExecutionStatus::Succeeded));
    }

    #[tokio::test]
    async fn what_runs_is_stopped_with_the_reason() {
        let executions = Executions::default();
        let workflow = Workflow::new(executions.client(), "arn:stateMachine:films");
        workflow.start(run()).await.unwrap();
        workflow.stop(run(), "Cancelled").await.unwrap();
        let ended = Execution::Ended {
            error: Some("Cancelled".to_owned()),
        };
        assert_eq!(workflow.execution(run()).await.unwrap(), ended);
    }
}

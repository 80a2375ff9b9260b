//! Executions in memory, and the answers that their waiting tasks were given.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_sdk_sfn::Client;
use aws_sdk_sfn::config::retry::RetryConfig;
use aws_sdk_sfn::operation::describe_execution::{DescribeExecutionError, DescribeExecutionOutput};
use aws_sdk_sfn::operation::send_task_failure::{SendTaskFailureError, SendTaskFailureOutput};
use aws_sdk_sfn::operation::send_task_success::{SendTaskSuccessError, SendTaskSuccessOutput};
use aws_sdk_sfn::operation::start_execution::{StartExecutionError, StartExecutionOutput};
use aws_sdk_sfn::operation::stop_execution::{StopExecutionError, StopExecutionOutput};
use aws_sdk_sfn::primitives::DateTime;
use aws_sdk_sfn::types::ExecutionStatus;
use aws_sdk_sfn::types::error::{
    ExecutionAlreadyExists, ExecutionDoesNotExist, TaskDoesNotExist, ValidationException,
};
use aws_smithy_mocks::{MockResponse, Rule, RuleMode, mock, mock_client};

use super::{Outage, Pause, named};

/// Executions by their names, and waiting tasks by their tokens.
#[derive(Debug, Clone, Default)]
pub struct Executions {
    state: Arc<Mutex<State>>,
    outage: Outage,
    pause: Pause,
}

#[derive(Debug, Default)]
struct State {
    executions: HashMap<String, (ExecutionStatus, Option<String>)>,
    /// None while the task waits.
    tasks: HashMap<String, Option<Result<(), String>>>,
}

impl Executions {
    /// No executions; each call pauses after it took effect.
    pub fn pausing(pause: Pause) -> Self {
        Self {
            pause,
            ..Self::default()
        }
    }

    /// When Step Functions stops answering.
    pub fn outage(&self) -> &Outage {
        &self.outage
    }

    /// How an execution stands; `None` if it was never started.
    pub fn status(&self, name: &str) -> Option<ExecutionStatus> {
        let state = self.state();
        state.executions.get(name).map(|(status, _)| status.clone())
    }

    /// Ends an execution, if it still runs.
    pub fn end(&self, name: &str, status: ExecutionStatus, error: Option<&str>) {
        let mut state = self.state();
        if let Some(execution) = state.executions.get_mut(name)
            && execution.0 == ExecutionStatus::Running
        {
            *execution = (status, error.map(str::to_owned));
        }
    }

    /// A task begins to wait.
    pub fn begin_task(&self, token: &str) {
        self.state().tasks.insert(token.to_owned(), None);
    }

    /// A task no longer waits: it timed out, or its function failed.
    pub fn forget_task(&self, token: &str) {
        self.state().tasks.remove(token);
    }

    /// The answer that a waiting task was given, if any: success, or the error's name.
    pub fn answer(&self, token: &str) -> Option<Result<(), String>> {
        self.state().tasks.get(token).cloned().flatten()
    }

    /// A client of these executions.
    pub fn client(&self) -> Client {
        let rules = [
            self.starts(),
            self.descriptions(),
            self.stops(),
            self.successes(),
            self.failures(),
        ];
        mock_client!(aws_sdk_sfn, RuleMode::MatchAny, &rules, |config| {
            config
                .retry_config(RetryConfig::disabled())
                .interceptor(self.outage.clone())
                .http_client(self.pause.http_client())
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn starts(&self) -> Rule {
        let this = self.clone();
        mock!(Client::start_execution).then_compute_response(move |input| {
            let name = input.name().unwrap().to_owned();
            let mut state = this.state();
            if state.executions.contains_key(&name) {
                let refusal = ExecutionAlreadyExists::builder()
                    .message("it exists")
                    .meta(named("ExecutionAlreadyExists"))
                    .build();
                return MockResponse::Error(StartExecutionError::ExecutionAlreadyExists(refusal));
            }
            let arn = format!("arn:execution:{name}");
            state
                .executions
                .insert(name, (ExecutionStatus::Running, None));
            let output = StartExecutionOutput::builder()
                .execution_arn(arn)
                .start_date(DateTime::from_secs(0));
            MockResponse::Output(output.build().unwrap())
        })
    }

    fn descriptions(&self) -> Rule {
        let this = self.clone();
        mock!(Client::describe_execution).then_compute_response(move |input| {
            let arn = input.execution_arn().unwrap();
            let state = this.state();
            let Some((status, error)) = state.executions.get(name_of(arn)) else {
                return MockResponse::Error(DescribeExecutionError::ExecutionDoesNotExist(
                    missing_execution(),
                ));
            };
            let output = DescribeExecutionOutput::builder()
                .execution_arn(arn)
                .state_machine_arn("arn:stateMachine")
                .status(status.clone())
                .set_error(error.clone())
                .start_date(DateTime::from_secs(0));
            MockResponse::Output(output.build().unwrap())
        })
    }

    fn stops(&self) -> Rule {
        let this = self.clone();
        mock!(Client::stop_execution).then_compute_response(move |input| {
            let name = name_of(input.execution_arn().unwrap());
            match this.status(name) {
                None => {
                    let missing = missing_execution();
                    return MockResponse::Error(StopExecutionError::ExecutionDoesNotExist(missing));
                }
                Some(ExecutionStatus::Running) => {}
                Some(_) => {
                    let refusal = ValidationException::builder()
                        .message("Execution is not running")
                        .meta(named("ValidationException"))
                        .build();
                    return MockResponse::Error(StopExecutionError::ValidationException(refusal));
                }
            }
            this.end(name, ExecutionStatus::Aborted, input.error());
            let output = StopExecutionOutput::builder().stop_date(DateTime::from_secs(0));
            MockResponse::Output(output.build().unwrap())
        })
    }

    fn successes(&self) -> Rule {
        let this = self.clone();
        mock!(Client::send_task_success).then_compute_response(move |input| {
            match this.answered(input.task_token().unwrap(), Ok(())) {
                true => MockResponse::Output(SendTaskSuccessOutput::builder().build()),
                false => {
                    MockResponse::Error(SendTaskSuccessError::TaskDoesNotExist(missing_task()))
                }
            }
        })
    }

    fn failures(&self) -> Rule {
        let this = self.clone();
        mock!(Client::send_task_failure).then_compute_response(move |input| {
            let error = input.error().unwrap_or_default().to_owned();
            match this.answered(input.task_token().unwrap(), Err(error)) {
                true => MockResponse::Output(SendTaskFailureOutput::builder().build()),
                false => {
                    MockResponse::Error(SendTaskFailureError::TaskDoesNotExist(missing_task()))
                }
            }
        })
    }

    /// Whether the task waited.
    fn answered(&self, token: &str, answer: Result<(), String>) -> bool {
        match self.state().tasks.get_mut(token) {
            Some(waiting @ None) => {
                *waiting = Some(answer);
                true
            }
            _ => false,
        }
    }
}

fn name_of(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

fn missing_execution() -> ExecutionDoesNotExist {
    let builder = ExecutionDoesNotExist::builder().message("there is none");
    builder.meta(named("ExecutionDoesNotExist")).build()
}

fn missing_task() -> TaskDoesNotExist {
    let builder = TaskDoesNotExist::builder().message("there is none");
    builder.meta(named("TaskDoesNotExist")).build()
}

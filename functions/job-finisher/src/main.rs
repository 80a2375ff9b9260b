//! Steps "Finish Job" and "Finish Failed Job": end a job, once.
//!
//! Without an `error` the film must be there; with one the place in the month is
//! given back and the client is told why.

use config::Bootstrap;
use domain::failure::{Failure, StepError};
use domain::job::{JobId, JobRun, Status};
use films::{Finisher, Outcome};
use serde::{Deserialize, Serialize};

/// What the state machine passes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    #[serde(flatten)]
    run: JobRun,
    error: Option<ErrorOutput>,
}

/// A state's error, as the state machine describes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorOutput {
    error: String,
    cause: Option<String>,
}

/// What it is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    job_id: JobId,
    status: Status,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut bootstrap = Bootstrap::begin();
    let finisher = Finisher::connect(&mut bootstrap)?;
    bootstrap.finish()?;

    edge::step::run("job-finisher", |input: Input, _| handle(input, &finisher)).await
}

async fn handle(input: Input, finisher: &Finisher) -> Result<Output, StepError> {
    let outcome = outcome(&input);
    let status = finisher.finish(input.run, outcome).await?;
    Ok(Output {
        job_id: input.run.job_id,
        status,
    })
}

fn outcome(input: &Input) -> Outcome {
    let Some(error) = &input.error else {
        return Outcome::Completed;
    };
    let cause = error.cause.as_deref().unwrap_or_default();
    tracing::error!(job = %input.run.job_id, error = error.error, cause, "the workflow gave up");
    Outcome::Failed(Failure::from_name(&error.error))
}

//! Step "Plan": writes the storyboard to the job (D15).

use config::Bootstrap;
use domain::failure::StepError;
use domain::job::JobId;
use films::Planner;
use serde::{Deserialize, Serialize};

/// What the state machine passes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    job_id: JobId,
}

/// What it goes on with.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    job_id: JobId,
    scenes: Vec<u32>,
    soundtrack: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut bootstrap = Bootstrap::begin();
    let planner = Planner::connect(&mut bootstrap)?;
    bootstrap.finish()?;

    edge::step::run("planner", |input: Input, _| handle(input, &planner)).await
}

async fn handle(input: Input, planner: &Planner) -> Result<Output, StepError> {
    let plan = planner.plan(input.job_id).await?;
    Ok(Output {
        job_id: input.job_id,
        scenes: plan.scenes,
        soundtrack: plan.soundtrack,
    })
}

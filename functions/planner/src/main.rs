//! Step "Plan": writes the storyboard to the job (D15).

use config::Bootstrap;
use domain::failure::StepError;
use domain::job::{JobId, JobRun};
use films::Planner;
use serde::Serialize;

/// What it goes on with.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    job_id: JobId,
    scenes: Vec<u32>,
    soundtrack: bool,
    review: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut bootstrap = Bootstrap::begin();
    let planner = Planner::connect(&mut bootstrap)?;
    bootstrap.finish()?;

    edge::step::run("planner", |run: JobRun, _| handle(run, &planner)).await
}

async fn handle(run: JobRun, planner: &Planner) -> Result<Output, StepError> {
    let plan = planner.plan(run).await?;
    Ok(Output {
        job_id: run.job_id,
        scenes: plan.scenes,
        soundtrack: plan.soundtrack,
        review: plan.review,
    })
}

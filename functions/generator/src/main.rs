//! Step "Generate Scene": asks the provider for one scene (R90-R94).
//!
//! It returns as soon as the prediction is at work. The task's token is answered
//! by what sees the prediction end: the webhook, the reconciler, or a retry.

use config::Bootstrap;
use domain::attempt::Target;
use domain::failure::StepError;
use domain::job::JobRun;
use films::{Generation, Turns};
use serde::Deserialize;

/// What the state machine passes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    #[serde(flatten)]
    run: JobRun,
    scene: u32,
    task_token: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut bootstrap = Bootstrap::begin();
    let generation = Generation::connect(&mut bootstrap)?;
    let turns = Turns::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::step::run("generator", |input: Input, _| {
        handle(input, &generation, &turns)
    })
    .await
}

async fn handle(input: Input, generation: &Generation, turns: &Turns) -> Result<(), StepError> {
    generation
        .ask(
            input.run,
            Target::Scene(input.scene),
            &input.task_token,
            turns,
        )
        .await
}

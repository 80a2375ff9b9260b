//! Step "Prepare Scene": brings one scene to the film's format, beside the others.

use config::Bootstrap;
use domain::failure::StepError;
use domain::job::JobRun;
use edge::step::Invocation;
use films::FilmRenderer;
use serde::{Deserialize, Serialize};

/// What the state machine passes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    #[serde(flatten)]
    run: JobRun,
    scene: u32,
}

/// What it is told.
#[derive(Debug, Serialize)]
struct Output {
    scene: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut bootstrap = Bootstrap::begin();
    let renderer = FilmRenderer::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::step::run("scene-preparer", |input: Input, invocation| {
        handle(input, invocation, &renderer)
    })
    .await
}

async fn handle(
    input: Input,
    invocation: Invocation,
    renderer: &FilmRenderer,
) -> Result<Output, StepError> {
    renderer
        .prepare(input.run, input.scene, &invocation)
        .await?;
    Ok(Output { scene: input.scene })
}

//! Step "Compose": makes the film of the prepared scenes (R95-R98, D16, D17).

use config::Bootstrap;
use domain::failure::StepError;
use domain::job::JobId;
use edge::step::Invocation;
use films::FilmRenderer;
use serde::{Deserialize, Serialize};

/// What the state machine passes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    job_id: JobId,
}

/// What it is told (R98).
#[derive(Debug, Serialize)]
struct Output {
    status: &'static str,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut bootstrap = Bootstrap::begin();
    let renderer = FilmRenderer::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::step::run("composer", |input: Input, invocation| {
        handle(input, invocation, &renderer)
    })
    .await
}

async fn handle(
    input: Input,
    invocation: Invocation,
    renderer: &FilmRenderer,
) -> Result<Output, StepError> {
    renderer.compose(input.job_id, &invocation).await?;
    Ok(Output { status: "success" })
}

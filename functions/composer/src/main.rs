//! Step "Compose": makes the film of the prepared scenes (R95-R98, D16, D17).

use config::Bootstrap;
use domain::failure::StepError;
use domain::job::JobRun;
use edge::step::Invocation;
use films::FilmRenderer;
use serde::Serialize;

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

    edge::step::run("composer", |run: JobRun, invocation| {
        handle(run, invocation, &renderer)
    })
    .await
}

async fn handle(
    run: JobRun,
    invocation: Invocation,
    renderer: &FilmRenderer,
) -> Result<Output, StepError> {
    renderer.compose(run, &invocation).await?;
    Ok(Output { status: "success" })
}

//! Behind the dead letters: a transcode that was given up says why (D32).

use config::Environment;
use transcodes::Undertaker;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    config::logging::start();
    let mut environment = Environment::of_process();
    let sdk = config::aws::load().await;
    let undertaker = Undertaker::connect(&mut environment, &sdk);
    environment.finish()?;

    let undertaker = &undertaker;
    edge::queue::run("transcode-failed", |message, _| async move {
        undertaker.bury(&message).await
    })
    .await
}

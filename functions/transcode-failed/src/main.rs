//! Behind the dead letters: a transcode that was given up says why (D32).

use config::Bootstrap;
use transcodes::Undertaker;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut bootstrap = Bootstrap::begin();
    let undertaker = Undertaker::connect(&mut bootstrap);
    bootstrap.finish()?;

    let undertaker = &undertaker;
    edge::queue::run("transcode-failed", |message, _| async move {
        undertaker.bury(&message).await
    })
    .await
}

//! Behind the dead letters: a transcode that was given up says why (D32).

use config::Bootstrap;
use transcodes::DeadLetterHandler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut bootstrap = Bootstrap::begin();
    let handler = DeadLetterHandler::connect(&mut bootstrap);
    bootstrap.finish()?;

    let handler = &handler;
    edge::queue::run("transcode-failed", |message, _| async move {
        handler.handle(&message).await
    })
    .await
}

//! Behind the queue of webhooks: tells the clients' endpoints what happened.

use accounts::WebhookWorker;
use config::Bootstrap;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut bootstrap = Bootstrap::begin();
    let worker = WebhookWorker::connect(&mut bootstrap)?;
    bootstrap.finish()?;

    let worker = &worker;
    edge::queue::run("webhook-deliver", |message, _| async move {
        worker.handle(&message).await
    })
    .await
}

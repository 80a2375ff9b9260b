//! Behind the queue of transcodes: makes every rendition of a short file, or a part of a
//! long one, which many make side by side (R106-R112, D38).

use config::Bootstrap;
use transcodes::Worker;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut bootstrap = Bootstrap::begin();
    let worker = Worker::connect(&mut bootstrap);
    bootstrap.finish()?;

    let worker = &worker;
    edge::queue::run("transcoder", |message, invocation| async move {
        worker.work(&message, &invocation).await
    })
    .await
}

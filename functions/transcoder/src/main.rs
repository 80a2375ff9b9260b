//! Behind the queue of transcodes: makes every rendition of one file, or a part
//! of them and hands the rest on (R106-R112, D38).

use config::Environment;
use transcodes::Worker;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    config::logging::start();
    let mut environment = Environment::of_process();
    let (sdk, files) = (
        config::aws::load().await,
        config::aws::load_for_files().await,
    );
    let worker = Worker::connect(&mut environment, &sdk, &files);
    environment.finish()?;

    let worker = &worker;
    edge::queue::run("transcoder", |message, invocation| async move {
        worker.work(&message, &invocation).await
    })
    .await
}

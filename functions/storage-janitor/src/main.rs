//! Daily: removes the objects that no record names, after a grace period, and
//! writes the storage report (R114, D25).
//!
//! An operator may invoke it with `dryRun`, and with `prefix` and `graceSeconds`
//! for a part of the bucket; the schedule sends an empty event.

use config::Environment;
use janitor::{Janitor, Orders};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    config::logging::start();
    let mut environment = Environment::of_process();
    let sdk = config::aws::load_for_files().await;
    let janitor = Janitor::connect(&mut environment, &sdk);
    environment.finish()?;
    let janitor = &janitor;

    edge::step::run("storage-janitor", |orders: Orders, invocation| async move {
        janitor.clean(&orders, invocation.deadline).await
    })
    .await
}

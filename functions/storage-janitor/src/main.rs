//! Daily: removes the objects that no record names, after a grace period, and
//! writes the storage report (R114, D25).
//!
//! An operator may invoke it with `dryRun`, and with `prefix` and `graceSeconds`
//! for a part of the bucket; the schedule sends an empty event.

use config::Bootstrap;
use janitor::{Janitor, SweepRequest};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut bootstrap = Bootstrap::begin();
    let janitor = Janitor::connect(&mut bootstrap);
    bootstrap.finish()?;
    let janitor = &janitor;

    edge::step::run(
        "storage-janitor",
        |request: SweepRequest, invocation| async move {
            janitor.clean(&request, invocation.deadline).await
        },
    )
    .await
}

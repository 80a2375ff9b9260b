//! Monthly: closes the month before and writes the usage report (R86).

use accounts::close_month;
use config::Bootstrap;
use serde_json::Value;
use store::{Objects, UsageTable};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut bootstrap = Bootstrap::begin();
    let usage = UsageTable::connect(&mut bootstrap);
    let objects = Objects::connect(&mut bootstrap);
    let clock = bootstrap.clock();
    bootstrap.finish()?;

    edge::step::run("quota-reset", |_event: Value, _| {
        close_month(&usage, &objects, clock.now())
    })
    .await
}

//! Monthly: closes the month before and writes the usage report (R86).

use accounts::close_month;
use config::Environment;
use serde_json::Value;
use store::{DynamoDb, Objects, S3, UsageTable};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    config::logging::start();
    let mut environment = Environment::of_process();
    let tables = environment.tables();
    let bucket = environment.required("ASSETS_BUCKET");
    environment.finish()?;
    let sdk = config::aws::load().await;
    let usage = UsageTable::new(DynamoDb::new(&sdk), tables.usage);
    let objects = Objects::new(S3::new(&sdk), bucket);

    edge::step::run("quota-reset", |_event: Value, _| {
        close_month(&usage, &objects, config::clock::now())
    })
    .await
}

//! `GET /api/v1/me`: who the caller is, and how much of the month is used.

use accounts::profile;
use config::Environment;
use edge::http::{ApiError, Error, Gate, Reply, Request, caller};
use store::{DynamoDb, UsageTable};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    config::logging::start();
    let mut environment = Environment::of_process();
    let tables = environment.tables();
    let path = environment.request_path();
    let quota = environment.quota();
    environment.finish()?;
    let usage = UsageTable::new(DynamoDb::new(&config::aws::load().await), tables.usage);
    let gate = Gate::new(&path, usage.clone());

    edge::http::protected("me", gate, move |request| {
        handle(request, usage.clone(), quota)
    })
    .await
}

async fn handle(
    request: Request,
    usage: UsageTable,
    default_quota: u32,
) -> Result<Reply, ApiError> {
    let caller = caller(&request)?;
    let now = config::clock::now();

    let month = usage.usage(&caller.user_id, now, default_quota).await?;

    Reply::ok(&profile(caller, month, now))
}

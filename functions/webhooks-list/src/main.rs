//! `GET /api/v1/webhooks`: the caller's webhooks, the oldest first.

use accounts::webhook_view;
use config::Bootstrap;
use contract::WebhookList;
use domain::time::Clock;
use edge::http::{ApiError, Authentication, Caller, Error, Reply};
use store::WebhooksTable;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let table = WebhooksTable::connect(&mut bootstrap);
    let clock = bootstrap.clock();
    let authentication = Authentication::connect(&mut bootstrap).for_reading();
    bootstrap.finish()?;

    edge::http::protected("webhooks-list", authentication, move |caller, _| {
        handle(caller, table.clone(), clock.clone())
    })
    .await
}

async fn handle(caller: Caller, table: WebhooksTable, clock: Clock) -> Result<Reply, ApiError> {
    let endpoints = table.endpoints(&caller.user_id).await?;
    let now = clock.now();
    let webhooks = endpoints
        .iter()
        .map(|endpoint| webhook_view(endpoint, now))
        .collect();

    Reply::ok(&WebhookList { webhooks })
}

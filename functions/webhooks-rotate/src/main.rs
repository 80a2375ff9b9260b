//! `POST /api/v1/webhooks/{webhookId}/secret`: a new secret signs from now on, the old one
//! beside it for a day. The secret is in this answer only; an `Idempotency-Key` keeps the
//! answer as it does that of webhooks-create.

use accounts::{new_secret, own_webhook};
use config::Bootstrap;
use contract::WebhookSecret;
use domain::time::Clock;
use domain::webhook::SECRET_OVERLAP;
use edge::http::{ApiError, Authentication, Caller, Error, Idempotency, Reply, Request};
use store::WebhooksTable;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let table = WebhooksTable::connect(&mut bootstrap);
    let clock = bootstrap.clock();
    let authentication = Authentication::connect(&mut bootstrap);
    let idempotency = Idempotency::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::creating(
        "webhooks-rotate",
        authentication,
        idempotency,
        move |caller, request| handle(caller, request, table.clone(), clock.clone()),
    )
    .await
}

async fn handle(
    caller: Caller,
    request: Request,
    table: WebhooksTable,
    clock: Clock,
) -> Result<Reply, ApiError> {
    let endpoint = own_webhook(&table, &request, &caller).await?;

    let now = clock.now();
    let next = endpoint.rotated(new_secret()?, now);
    table.change_endpoint(&endpoint, &next).await?;

    Reply::ok(&WebhookSecret {
        secret: next.secret.expose().to_owned(),
        previous_secret_until: now.after(SECRET_OVERLAP),
    })
}

#[cfg(test)]
mod tests;

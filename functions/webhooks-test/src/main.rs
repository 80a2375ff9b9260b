//! `POST /api/v1/webhooks/{webhookId}/test`: sends a test event, whatever types the webhook
//! wants.

use accounts::{delivery_view, own_enabled_webhook, work_of};
use config::Bootstrap;
use domain::ids::EventId;
use domain::time::Clock;
use domain::webhook::{Delivery, Event};
use edge::http::{ApiError, Authentication, Caller, Creation, Error, Idempotency, Reply, Request};
use store::Outbox;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let outbox = Outbox::connect(&mut bootstrap);
    let clock = bootstrap.clock();
    let authentication = Authentication::connect(&mut bootstrap);
    let idempotency = Idempotency::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::creating(
        "webhooks-test",
        authentication,
        idempotency,
        move |caller, request| handle(caller, request, outbox.clone(), clock.clone()),
    )
    .await
}

async fn handle(
    caller: Caller,
    request: Request,
    outbox: Outbox,
    clock: Clock,
) -> Result<Reply, ApiError> {
    let table = &outbox.webhooks;
    let endpoint = own_enabled_webhook(table, &request, &caller).await?;

    // A repeated request finds the delivery of the one that died, and sends no other.
    let (id, now) = (EventId(Creation::of(&request).id), clock.now());
    let event = Event::test(id, endpoint.webhook_id, now);
    let delivery = Delivery::new(&endpoint, event, now);
    table.create_delivery(&caller.user_id, &delivery).await?;
    let work = work_of(&caller.user_id, &delivery);
    outbox.send(&work, now, now).await;

    Reply::accepted(&delivery_view(&delivery))
}

#[cfg(test)]
mod tests;

//! `POST /api/v1/webhooks/{webhookId}/deliveries/{deliveryId}/redeliver`: sends an event
//! once more, under the same name.

use accounts::{delivery_view, own_delivery, own_enabled_webhook, work_of};
use config::Bootstrap;
use domain::time::Clock;
use domain::webhook::DeliveryStatus;
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
        "webhooks-redeliver",
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
    const ON_ITS_WAY: ApiError = ApiError::Conflict("The event is still on its way");
    let table = &outbox.webhooks;
    let endpoint = own_enabled_webhook(table, &request, &caller).await?;
    let delivery = own_delivery(table, &request, &endpoint).await?;

    let is_open = delivery.status == DeliveryStatus::Pending;
    if is_open && Creation::of(&request).is_repeated {
        // An earlier request with the same key died behind its write.
        return Reply::accepted(&delivery_view(&delivery));
    }
    if is_open {
        return Err(ON_ITS_WAY);
    }
    let now = clock.now();
    let again = delivery.again(now);
    let user_id = &caller.user_id;
    if !table.change_delivery(user_id, &delivery, &again).await? {
        return Err(ON_ITS_WAY);
    }
    outbox.send(&work_of(user_id, &again), now, now).await;

    Reply::accepted(&delivery_view(&again))
}

#[cfg(test)]
mod tests;

//! `GET /api/v1/webhooks/{webhookId}/deliveries`: what it was told and what came of it, of
//! the newest events first.

use accounts::{delivery_view, own_webhook};
use config::Bootstrap;
use contract::WebhookDeliveryList;
use domain::ids::EventId;
use edge::http::{ApiError, Authentication, Caller, Cursor, Error, Reply, Request, behind, limit};
use store::WebhooksTable;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let table = WebhooksTable::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap).for_reading();
    bootstrap.finish()?;

    edge::http::protected(
        "webhooks-deliveries",
        authentication,
        move |caller, request| handle(caller, request, table.clone()),
    )
    .await
}

async fn handle(caller: Caller, request: Request, table: WebhooksTable) -> Result<Reply, ApiError> {
    let limit = limit(&request)?;
    let endpoint = own_webhook(&table, &request, &caller).await?;
    let scope = format!("deliveries of {}", endpoint.webhook_id);
    let after: Option<EventId> = behind(&request, &scope)?;

    let page = table.deliveries(&caller.user_id, endpoint.webhook_id, limit, after);
    let (deliveries, next) = page.await?;

    Reply::ok(&WebhookDeliveryList {
        deliveries: deliveries.iter().map(delivery_view).collect(),
        next_cursor: next.map(|next| Cursor::write(next, &scope)),
    })
}

#[cfg(test)]
mod tests;

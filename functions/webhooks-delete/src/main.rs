//! `DELETE /api/v1/webhooks/{webhookId}`: nothing more is sent to it.

use accounts::own_webhook;
use config::Bootstrap;
use contract::Message;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request};
use store::WebhooksTable;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let table = WebhooksTable::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("webhooks-delete", authentication, move |caller, request| {
        handle(caller, request, table.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, table: WebhooksTable) -> Result<Reply, ApiError> {
    let endpoint = own_webhook(&table, &request, &caller).await?;
    let (user_id, id) = (&endpoint.user_id, endpoint.webhook_id);
    if !table.remove_endpoint(user_id, id).await? {
        return Err(ApiError::NotFound("Webhook"));
    }

    Reply::ok(&Message {
        message: "Webhook deleted successfully".to_owned(),
    })
}

#[cfg(test)]
mod tests;

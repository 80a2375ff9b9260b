//! `POST /api/v1/webhooks`: a user wants to be told of events.
//!
//! The secret is in this answer only. With an `Idempotency-Key` the answer is kept for a
//! day (D42), as well protected as the webhook's own row: a client whose connection broke
//! off still gets its secret.

use accounts::{checked_url, new_secret, webhook_targets, webhook_view};
use config::Bootstrap;
use contract::{CreateWebhook, WebhookCreated};
use domain::ids::WebhookId;
use domain::time::Clock;
use domain::webhook::{Endpoint, MOST_WEBHOOKS};
use edge::http::{
    ApiError, Authentication, Caller, Creation, Error, Idempotency, Reply, Request, body,
};
use store::{StoreError, WebhooksTable};
use webhooks::Targets;

#[derive(Clone)]
struct State {
    table: WebhooksTable,
    targets: Targets,
    clock: Clock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        table: WebhooksTable::connect(&mut bootstrap),
        targets: webhook_targets(&mut bootstrap),
        clock: bootstrap.clock(),
    };
    let authentication = Authentication::connect(&mut bootstrap);
    let idempotency = Idempotency::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::creating(
        "webhooks-create",
        authentication,
        idempotency,
        move |caller, request| handle(caller, request, state.clone()),
    )
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let mut wanted = body::<CreateWebhook>(&request)?.checked()?;
    wanted.url = checked_url(&state.targets, &wanted.url)?;

    let creation = Creation::of(&request);
    let now = state.clock.now();
    let endpoint = match earlier(&state.table, creation, &caller).await? {
        Some(endpoint) => endpoint,
        None => {
            let (id, secret) = (WebhookId(creation.id), new_secret()?);
            let endpoint = Endpoint::new(id, &caller.user_id, wanted, secret, now);
            if !state.table.create_endpoint(&endpoint).await? {
                return Err(ApiError::TooManyWebhooks {
                    most: MOST_WEBHOOKS,
                });
            }
            endpoint
        }
    };

    Reply::created(&WebhookCreated {
        webhook: webhook_view(&endpoint, now),
        secret: endpoint.secret.expose().to_owned(),
    })
}

/// The webhook that an earlier request with the same key wrote before it died.
async fn earlier(
    table: &WebhooksTable,
    creation: Creation,
    caller: &Caller,
) -> Result<Option<Endpoint>, StoreError> {
    match creation.is_repeated {
        true => {
            table
                .endpoint(&caller.user_id, WebhookId(creation.id))
                .await
        }
        false => Ok(None),
    }
}

#[cfg(test)]
mod tests;

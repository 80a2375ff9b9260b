//! `PUT /api/v1/webhooks/{webhookId}`: its owner changes what the body names. Enabling a
//! paused webhook also makes what was held for it go on.

use accounts::{checked_url, own_webhook, webhook_targets, webhook_view};
use config::Bootstrap;
use contract::UpdateWebhook;
use domain::time::Clock;
use domain::webhook::Work;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, body};
use store::Outbox;
use webhooks::Targets;

#[derive(Clone)]
struct State {
    outbox: Outbox,
    targets: Targets,
    clock: Clock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        outbox: Outbox::connect(&mut bootstrap),
        targets: webhook_targets(&mut bootstrap),
        clock: bootstrap.clock(),
    };
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("webhooks-update", authentication, move |caller, request| {
        handle(caller, request, state.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let table = &state.outbox.webhooks;
    let endpoint = own_webhook(table, &request, &caller).await?;
    let mut wanted = body::<UpdateWebhook>(&request)?;
    if let Some(url) = &wanted.url {
        wanted.url = Some(checked_url(&state.targets, url)?);
    }

    let now = state.clock.now();
    let next = endpoint.changed(wanted.checked()?, now);
    table.change_endpoint(&endpoint, &next).await?;
    if let Some(due) = next.due_at {
        let work = Work::TakeUp {
            user_id: next.user_id.clone(),
            webhook_id: next.webhook_id,
        };
        state.outbox.send(&work, due, now).await;
    }

    Reply::ok(&webhook_view(&next, now))
}

#[cfg(test)]
mod tests;

use domain::ids::WebhookId;
use domain::webhook::{Endpoint, NewEndpoint, PauseReason, SigningSecret};
use edge::http::testing::{answer, request, user};
use serde_json::{Value, json};
use store::testing::{Messages, Tables, now, outbox};
use uuid::Uuid;

use super::*;

struct World {
    tables: Tables,
    messages: Messages,
    state: State,
    endpoint: Endpoint,
}

impl World {
    async fn new() -> Self {
        let (tables, messages) = (Tables::default(), Messages::default());
        let state = State {
            outbox: outbox(&tables, &messages),
            targets: Targets::default(),
            clock: Clock::fixed(now()),
        };
        let wanted = NewEndpoint::new("https://example.com/".to_owned(), None, Vec::new());
        let (id, secret) = (WebhookId(Uuid::from_u128(1)), SigningSecret::new("whsec_a"));
        let endpoint = Endpoint::new(id, "user", wanted.unwrap(), secret, now());
        let table = &state.outbox.webhooks;
        assert!(table.create_endpoint(&endpoint).await.unwrap());
        Self {
            tables,
            messages,
            state,
            endpoint,
        }
    }

    async fn update(&self, caller: &str, body: &Value) -> (u16, Value) {
        let path = format!("/api/v1/webhooks/{}", self.endpoint.webhook_id);
        let request = request("PUT", &path, body);
        answer(handle(user(caller), request, self.state.clone()).await)
    }

    async fn there(&self) -> Endpoint {
        let table = &self.state.outbox.webhooks;
        let there = table.endpoint("user", self.endpoint.webhook_id).await;
        there.unwrap().unwrap()
    }
}

#[tokio::test]
async fn what_is_named_changes_and_the_rest_stays() {
    let world = World::new().await;
    let body = json!({"url": "https://example.org/a", "events": ["job.failed"]});
    let (status, webhook) = world.update("user", &body).await;
    assert_eq!(
        (status, &webhook["url"]),
        (200, &json!("https://example.org/a"))
    );
    let (_, webhook) = world.update("user", &json!({"description": "mine"})).await;
    assert_eq!(webhook["url"], "https://example.org/a");
    assert_eq!(webhook["events"], json!(["job.failed"]));
    assert_eq!(world.there().await.description, "mine");
    assert!(world.messages.sent().is_empty());
}

#[tokio::test]
async fn enabling_a_paused_webhook_sends_for_what_was_held_and_survives_a_lost_message() {
    let world = World::new().await;
    let table = &world.state.outbox.webhooks;
    let paused = world.endpoint.paused(PauseReason::Gone, now());
    table
        .change_endpoint(&world.endpoint, &paused)
        .await
        .unwrap();
    world.messages.outage().begin_after(0);
    let (status, webhook) = world.update("user", &json!({"enabled": true})).await;
    assert_eq!((status, &webhook["status"]), (200, &json!("enabled")));
    assert_eq!(webhook.get("pausedBecause"), None);
    world.messages.outage().end();
    assert_eq!(
        world.there().await.due_at,
        Some(now()),
        "the reconciler sees it"
    );
}

#[tokio::test]
async fn what_breaks_a_rule_and_what_is_another_users_changes_nothing() {
    let world = World::new().await;
    for body in [
        json!({}),
        json!({"url": "https://10.0.0.1/"}),
        json!({"url": null}),
        json!({"enabled": "yes"}),
        json!({"status": "enabled"}),
    ] {
        assert_eq!(world.update("user", &body).await.0, 400, "{body}");
    }
    let enable = json!({"enabled": false});
    assert_eq!(world.update("other", &enable).await.0, 404);
    world.tables.outage().begin_after(1);
    assert_eq!(world.update("user", &enable).await.0, 500);
    world.tables.outage().end();
    assert_eq!(world.there().await, world.endpoint);
}

use domain::ids::WebhookId;
use domain::webhook::{Endpoint, NewEndpoint, PauseReason, SigningSecret};
use edge::http::testing::{answer, request, user};
use serde_json::{Value, json};
use store::testing::{Messages, Tables, now, outbox};
use uuid::Uuid;

use super::*;

struct World {
    messages: Messages,
    outbox: Outbox,
    endpoint: Endpoint,
}

impl World {
    async fn new() -> Self {
        let messages = Messages::default();
        let outbox = outbox(&Tables::default(), &messages);
        let wanted = NewEndpoint::new("https://example.com/".to_owned(), None, Vec::new());
        let (id, secret) = (WebhookId(Uuid::from_u128(1)), SigningSecret::new("whsec_a"));
        let endpoint = Endpoint::new(id, "user", wanted.unwrap(), secret, now());
        outbox.webhooks.create_endpoint(&endpoint).await.unwrap();
        Self {
            messages,
            outbox,
            endpoint,
        }
    }

    async fn send(&self, caller: &str, creation: Option<Creation>) -> (u16, Value) {
        let path = format!("/api/v1/webhooks/{}/test", self.endpoint.webhook_id);
        let mut request = request("POST", &path, &Value::Null);
        if let Some(creation) = creation {
            request.extensions_mut().insert(creation);
        }
        let clock = Clock::fixed(now());
        answer(handle(user(caller), request, self.outbox.clone(), clock).await)
    }

    async fn deliveries(&self) -> usize {
        let webhook = self.endpoint.webhook_id;
        let page = self.outbox.webhooks.deliveries("user", webhook, 10, None);
        page.await.unwrap().0.len()
    }
}

#[tokio::test]
async fn a_test_is_on_its_way_and_one_key_sends_one() {
    let world = World::new().await;
    let (status, delivery) = world.send("user", None).await;
    assert_eq!((status, &delivery["status"]), (202, &json!("pending")));
    assert_eq!(delivery["eventType"], "webhook.test");
    assert_eq!(world.messages.take().len(), 1);
    for is_repeated in [false, true] {
        let id = Uuid::from_u128(7);
        let sent = world.send("user", Some(Creation { id, is_repeated })).await;
        assert_eq!(sent.1["deliveryId"], id.to_string());
    }
    assert_eq!(world.deliveries().await, 2);
}

#[tokio::test]
async fn nothing_is_sent_to_a_paused_webhook_or_to_another_users() {
    let world = World::new().await;
    assert_eq!(world.send("other", None).await.0, 404);
    let paused = world.endpoint.paused(PauseReason::Gone, now());
    let table = &world.outbox.webhooks;
    table
        .change_endpoint(&world.endpoint, &paused)
        .await
        .unwrap();
    let (status, refused) = world.send("user", None).await;
    assert_eq!((status, &refused["code"]), (409, &json!("CONFLICT")));
    assert_eq!(world.deliveries().await, 0);
    assert!(world.messages.sent().is_empty());
}

use domain::ids::{JobId, WebhookId};
use domain::webhook::{
    Attempt, Delivery, Endpoint, Event, NewEndpoint, RetrySchedule, SigningSecret,
};
use edge::http::testing::{answer, request, user};
use serde_json::{Value, json};
use store::testing::{Messages, Tables, now, outbox};
use uuid::Uuid;

use super::*;

struct World {
    messages: Messages,
    outbox: Outbox,
    endpoint: Endpoint,
    delivery: Delivery,
}

impl World {
    /// With a delivery that is pending.
    async fn new() -> Self {
        let messages = Messages::default();
        let outbox = outbox(&Tables::default(), &messages);
        let wanted = NewEndpoint::new("https://example.com/".to_owned(), None, Vec::new());
        let (id, secret) = (WebhookId(Uuid::from_u128(1)), SigningSecret::new("whsec_a"));
        let endpoint = Endpoint::new(id, "user", wanted.unwrap(), secret, now());
        let table = &outbox.webhooks;
        table.create_endpoint(&endpoint).await.unwrap();
        let event = Event::job_ended(JobId(Uuid::from_u128(1)), None, now());
        let delivery = Delivery::new(&endpoint, event, now());
        table.create_delivery("user", &delivery).await.unwrap();
        Self {
            messages,
            outbox,
            endpoint,
            delivery,
        }
    }

    /// The endpoint took it.
    async fn deliver(&self) {
        let attempt = Attempt {
            at: now(),
            milliseconds: 1,
            response_status: Some(200),
            failure: None,
            retry_after_seconds: None,
        };
        let schedule = RetrySchedule::default();
        let (done, _) = self.delivery.tried(attempt, &schedule, None, now(), 0.0);
        let table = &self.outbox.webhooks;
        let changed = table.change_delivery("user", &self.delivery, &done).await;
        assert!(changed.unwrap());
    }

    async fn redeliver(&self, caller: &str, id: &str) -> (u16, Value) {
        let webhook = self.endpoint.webhook_id;
        let path = format!("/api/v1/webhooks/{webhook}/deliveries/{id}/redeliver");
        let request = request("POST", &path, &Value::Null);
        let clock = Clock::fixed(now());
        answer(handle(user(caller), request, self.outbox.clone(), clock).await)
    }
}

#[tokio::test]
async fn what_was_delivered_is_sent_once_more_under_the_same_name() {
    let world = World::new().await;
    let id = world.delivery.event.event_id.to_string();
    world.deliver().await;
    let (status, delivery) = world.redeliver("user", &id).await;
    assert_eq!((status, &delivery["status"]), (202, &json!("pending")));
    assert_eq!(delivery["deliveryId"], json!(id));
    assert_eq!(delivery["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(world.messages.sent().len(), 1);
}

#[tokio::test]
async fn what_is_on_its_way_is_not_sent_beside_itself() {
    let world = World::new().await;
    let id = world.delivery.event.event_id.to_string();
    let (status, refused) = world.redeliver("user", &id).await;
    assert_eq!((status, &refused["code"]), (409, &json!("CONFLICT")));
    assert!(world.messages.sent().is_empty());
}

#[tokio::test]
async fn what_is_not_there_and_what_is_anothers_answer_alike() {
    let world = World::new().await;
    let id = world.delivery.event.event_id.to_string();
    let unknown = Uuid::from_u128(9).to_string();
    for (caller, id) in [
        ("other", &id),
        ("user", &unknown),
        ("user", &"42".to_owned()),
    ] {
        assert_eq!(world.redeliver(caller, id).await.0, 404, "{caller} {id}");
    }
}

use domain::ids::{JobId, WebhookId};
use domain::webhook::{Delivery, Endpoint, Event, NewEndpoint, SigningSecret};
use edge::http::testing::{answer, request, user};
use serde_json::Value;
use store::testing::{Tables, now, webhooks};
use uuid::Uuid;

use super::*;

#[tokio::test]
async fn an_owner_reads_the_log_page_by_page_and_nobody_else_does() {
    let table = webhooks(&Tables::default());
    let wanted = NewEndpoint::new("https://example.com/".to_owned(), None, Vec::new());
    let (id, secret) = (WebhookId(Uuid::from_u128(1)), SigningSecret::new("whsec_a"));
    let endpoint = Endpoint::new(id, "user", wanted.unwrap(), secret, now());
    table.create_endpoint(&endpoint).await.unwrap();
    for number in 0..3 {
        let event = Event::job_ended(JobId(Uuid::from_u128(number)), None, now());
        let delivery = Delivery::new(&endpoint, event, now());
        table.create_delivery("user", &delivery).await.unwrap();
    }
    let read = |caller: &'static str, query: String| {
        let path = format!("/api/v1/webhooks/{id}/deliveries{query}");
        let (request, table) = (request("GET", &path, &Value::Null), table.clone());
        async move { answer(handle(user(caller), request, table).await) }
    };
    let (status, page) = read("user", "?limit=2".to_owned()).await;
    assert_eq!(status, 200, "{page}");
    assert_eq!(page["deliveries"].as_array().unwrap().len(), 2);
    assert_eq!(page["deliveries"][0]["eventType"], "job.completed");
    let cursor = page["nextCursor"].as_str().unwrap();
    let (_, last) = read("user", format!("?limit=2&cursor={cursor}")).await;
    assert_eq!(last["deliveries"].as_array().unwrap().len(), 1);
    assert_eq!(last["nextCursor"], Value::Null);
    assert_eq!(read("user", "?cursor=x".to_owned()).await.0, 400);
    assert_eq!(read("user", "?limit=101".to_owned()).await.0, 400);
    assert_eq!(read("other", String::new()).await.0, 404);
}

use domain::ids::WebhookId;
use domain::webhook::{Endpoint, NewEndpoint, SigningSecret};
use edge::http::testing::{answer, request, user};
use serde_json::Value;
use store::testing::{Tables, now, webhooks};
use uuid::Uuid;

use super::*;

async fn delete(table: &WebhooksTable, caller: &str, id: &str) -> u16 {
    let path = format!("/api/v1/webhooks/{id}");
    let request = request("DELETE", &path, &Value::Null);
    answer(handle(user(caller), request, table.clone()).await).0
}

#[tokio::test]
async fn its_owner_removes_it_once() {
    let tables = Tables::default();
    let table = webhooks(&tables);
    let wanted = NewEndpoint::new("https://example.com/".to_owned(), None, Vec::new());
    let (id, secret) = (WebhookId(Uuid::from_u128(1)), SigningSecret::new("whsec_a"));
    let endpoint = Endpoint::new(id, "user", wanted.unwrap(), secret, now());
    table.create_endpoint(&endpoint).await.unwrap();
    let id = id.to_string();
    assert_eq!(delete(&table, "other", &id).await, 404);
    assert_eq!(delete(&table, "user", "42").await, 404);
    // Where the provider posts to.
    assert_eq!(delete(&table, "user", "replicate").await, 405);
    tables.outage().begin_after(1);
    assert_eq!(delete(&table, "user", &id).await, 500);
    tables.outage().end();
    assert_eq!(table.endpoints("user").await.unwrap(), [endpoint]);
    assert_eq!(delete(&table, "user", &id).await, 200);
    assert_eq!(delete(&table, "user", &id).await, 404);
    assert!(table.endpoints("user").await.unwrap().is_empty());
}

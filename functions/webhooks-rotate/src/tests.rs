use domain::ids::WebhookId;
use domain::webhook::{Endpoint, NewEndpoint, SigningSecret};
use edge::http::testing::{answer, request, user};
use serde_json::Value;
use store::testing::{Tables, now, webhooks};
use uuid::Uuid;

use super::*;

#[tokio::test]
async fn the_new_secret_is_shown_and_the_old_one_signs_for_a_day() {
    let tables = Tables::default();
    let table = webhooks(&tables);
    let wanted = NewEndpoint::new("https://example.com/".to_owned(), None, Vec::new());
    let (id, secret) = (WebhookId(Uuid::from_u128(1)), SigningSecret::new("whsec_a"));
    let endpoint = Endpoint::new(id, "user", wanted.unwrap(), secret, now());
    table.create_endpoint(&endpoint).await.unwrap();
    let rotate = |caller: &'static str| {
        let path = format!("/api/v1/webhooks/{id}/secret");
        let request = request("POST", &path, &Value::Null);
        let (table, clock) = (table.clone(), Clock::fixed(now()));
        async move { answer(handle(user(caller), request, table, clock).await) }
    };
    assert_eq!(rotate("other").await.0, 404);
    tables.outage().begin_after(1);
    assert_eq!(rotate("user").await.0, 500);
    tables.outage().end();

    let (status, body) = rotate("user").await;
    assert_eq!(status, 200, "{body}");
    let until = now().after(SECRET_OVERLAP).to_string();
    assert_eq!(body["previousSecretUntil"], until);
    let there = table.endpoint("user", id).await.unwrap().unwrap();
    assert_eq!(body["secret"], there.secret.expose());
    let previous = there.previous_secret.unwrap();
    assert_eq!(previous.secret.expose(), "whsec_a");
}

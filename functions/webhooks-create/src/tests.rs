use domain::time::Clock;
use edge::http::testing::{answer, request, user};
use serde_json::{Value, json};
use store::testing::{Tables, now, webhooks};

use super::*;

fn state(tables: &Tables) -> State {
    State {
        table: webhooks(tables),
        targets: Targets::default(),
        clock: Clock::fixed(now()),
    }
}

async fn create(state: &State, body: &Value) -> (u16, Value) {
    let request = request("POST", "/api/v1/webhooks", body);
    answer(handle(user("user"), request, state.clone()).await)
}

#[tokio::test]
async fn a_webhook_is_written_and_its_secret_is_shown() {
    let state = state(&Tables::default());
    let body = json!({"url": "HTTPS://Example.com", "events": ["job.failed"]});
    let (status, made) = create(&state, &body).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["webhook"]["url"], "https://example.com/");
    assert_eq!(made["webhook"]["status"], "enabled");
    let written = state.table.endpoints("user").await.unwrap();
    assert_eq!(written.len(), 1);
    assert_eq!(made["secret"], written[0].secret.expose());
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    assert!(!made["webhook"].to_string().contains("whsec_"));
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_and_leaves_nothing() {
    let tables = Tables::default();
    let state = state(&tables);
    for (body, field) in [
        (json!({}), "url"),
        (json!({"url": "http://example.com/"}), "url"),
        (json!({"url": "https://10.0.0.1/"}), "url"),
        (json!({"url": "https://a.internal/"}), "url"),
        (
            json!({"url": "https://example.com/", "events": ["job.started"]}),
            "events[0]",
        ),
        (
            json!({"url": "https://example.com/", "events": ["webhook.test"]}),
            "events",
        ),
        (
            json!({"url": "https://example.com/", "description": "x".repeat(201)}),
            "description",
        ),
        (
            json!({"url": "https://example.com/", "secret": "mine"}),
            "secret",
        ),
    ] {
        let (status, refused) = create(&state, &body).await;
        assert_eq!(
            (status, &refused["details"]["field"]),
            (400, &json!(field)),
            "{refused}"
        );
    }
    assert!(tables.under("webhooks", "").is_empty());
}

#[tokio::test]
async fn the_sixth_is_refused() {
    let state = state(&Tables::default());
    let body = json!({"url": "https://example.com/"});
    for _ in 0..5 {
        assert_eq!(create(&state, &body).await.0, 201);
    }
    let (status, refused) = create(&state, &body).await;
    assert_eq!(
        (status, &refused["code"]),
        (409, &json!("TOO_MANY_WEBHOOKS"))
    );
}

/// As a request with the key of one that died behind its write.
#[tokio::test]
async fn a_repeated_request_answers_with_the_webhook_and_the_secret_that_are_there() {
    let state = state(&Tables::default());
    let id = uuid::Uuid::from_u128(7);
    let mut answers = Vec::new();
    for is_repeated in [false, true, true] {
        let body = json!({"url": "https://example.com/"});
        let mut request = request("POST", "/api/v1/webhooks", &body);
        request
            .extensions_mut()
            .insert(Creation { id, is_repeated });
        answers.push(answer(handle(user("user"), request, state.clone()).await));
    }
    assert_eq!(answers[0].0, 201);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(state.table.endpoints("user").await.unwrap().len(), 1);
}

#[tokio::test]
async fn while_the_table_fails_nothing_is_made() {
    let tables = Tables::default();
    let state = state(&tables);
    tables.outage().begin_after(0);
    let body = json!({"url": "https://example.com/"});
    assert_eq!(create(&state, &body).await.0, 500);
    tables.outage().end();
    assert!(tables.under("webhooks", "").is_empty());
}

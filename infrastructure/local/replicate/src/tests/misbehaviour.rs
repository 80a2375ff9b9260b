//! Each rule does its harm, to its own word only.

use super::harness::{Receiver, Running, start};
use futures_util::StreamExt;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::time::Duration;

const TEXT: &str = "openai/gpt-5-mini";
const PICTURE: &str = "black-forest-labs/flux-schnell";

#[tokio::test]
async fn creates_are_refused_as_often_as_told() {
    let server = start(|_| {}).await;
    for (behaviour, status) in [
        ("throttle", 429),
        ("unavailable", 503),
        ("insufficient-credit", 402),
    ] {
        let word = format!("word-{behaviour}");
        server
            .rule(json!({"match": word, "behaviour": behaviour, "times": 2, "seconds": 3}))
            .await;
        for expected in [status, status, 201] {
            assert_eq!(server.create_text(&word).await.status(), expected, "{word}");
        }
        assert_eq!(server.create_text("innocent").await.status(), 201);
        let counted = server.creates(&word).await;
        assert_eq!(counted["paid"], 1);
        assert_eq!(counted["attempted"], 3);
    }
}

#[tokio::test]
async fn a_throttled_create_says_when_to_come_back() {
    let server = start(|_| {}).await;
    server
        .rule(json!({"match": "owl", "behaviour": "throttle", "seconds": 5}))
        .await;
    let body: Value = server.create_text("owl").await.json().await.unwrap();
    assert_eq!(
        body,
        json!({
            "detail": "Request was throttled. Your rate limit for creating predictions is reduced to 6 requests per minute with a burst of 1 requests while you have less than $5.0 in credit. Your rate limit resets in ~5s.",
            "status": 429,
            "retry_after": 5,
        })
    );
}

#[tokio::test]
async fn predictions_fail_and_are_refused() {
    let server = start(|_| {}).await;
    for (behaviour, code) in [("fail", "(E6716)"), ("refuse", "flagged as sensitive")] {
        server
            .rule(json!({"match": behaviour, "behaviour": behaviour, "kind": "language"}))
            .await;
        let ended = server
            .finished(TEXT, &json!({"input": {"prompt": behaviour}}))
            .await;
        assert_eq!(ended["status"], "failed");
        let error = ended["error"].as_str().unwrap();
        assert!(error.contains(code), "{error}");
    }
}

#[tokio::test]
async fn a_hanging_prediction_ends_by_its_deadline() {
    let server = start(|settings| settings.deadline_scale = 0.1).await;
    server
        .rule(json!({"match": "owl", "behaviour": "hang"}))
        .await;
    let request = server
        .request(Method::POST, &format!("/v1/models/{TEXT}/predictions"))
        .header("prefer", "wait")
        .header("cancel-after", "5s")
        .json(&json!({"input": {"prompt": "owl"}}));
    let ended: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(ended["status"], "canceled");
    assert_ne!(ended["started_at"], Value::Null);
}

#[tokio::test]
async fn a_hanging_prediction_ends_when_its_rule_says_so() {
    let server = start(|_| {}).await;
    server
        .rule(json!({"match": "owl", "behaviour": "hang", "seconds": 1}))
        .await;
    let ended = server
        .finished(TEXT, &json!({"input": {"prompt": "owl"}}))
        .await;
    assert_eq!(ended["status"], "canceled");
}

#[tokio::test]
async fn a_dropped_create_has_been_paid_for() {
    let server = start(|_| {}).await;
    server
        .rule(json!({"match": "owl", "behaviour": "create-then-drop", "times": 1}))
        .await;
    let mut receiver = Receiver::start(&[]).await;
    let body = json!({"input": {"prompt": "owl"}, "webhook": receiver.url, "webhook_events_filter": ["start", "completed"]});
    assert_eq!(server.create(TEXT, &body).await.status(), 502);
    let start = receiver.next().await.prediction();
    let counted = server.creates("owl").await;
    assert_eq!(counted["paid"], 1);
    assert_eq!(counted["predictions"][0], start["id"]);
    assert_eq!(receiver.next().await.prediction()["status"], "succeeded");
}

async fn webhooks_with(behaviour: &str, server: &Running, receiver: &Receiver) -> Response {
    server
        .rule(json!({"match": behaviour, "behaviour": behaviour, "times": 1, "seconds": 1}))
        .await;
    let body = json!({"input": {"prompt": behaviour}, "webhook": receiver.url, "webhook_events_filter": ["start", "completed"]});
    server.create(TEXT, &body).await
}

#[tokio::test]
async fn an_early_webhook_is_there_before_the_answer() {
    let server = start(|_| {}).await;
    let mut receiver = Receiver::start(&[]).await;
    let created = webhooks_with("early-webhook", &server, &receiver).await;
    let arrived = receiver.arrived();
    let statuses: Vec<Value> = arrived
        .iter()
        .map(|webhook| webhook.prediction()["status"].clone())
        .collect();
    assert_eq!(statuses, ["processing", "succeeded"]);
    let created: Value = created.json().await.unwrap();
    assert_eq!(created["status"], "starting");
    assert_eq!(created["id"], arrived[0].prediction()["id"]);
}

#[tokio::test]
async fn webhooks_come_twice_with_the_same_id() {
    let server = start(|_| {}).await;
    let mut receiver = Receiver::start(&[]).await;
    webhooks_with("duplicate-webhook", &server, &receiver).await;
    for status in ["processing", "succeeded"] {
        let (one, two) = (receiver.next().await, receiver.next().await);
        assert_eq!(one.header("webhook-id"), two.header("webhook-id"));
        assert_eq!(one.prediction()["status"], status);
        assert_eq!(one.bytes, two.bytes);
    }
}

#[tokio::test]
async fn a_missigned_webhook_does_not_verify() {
    let server = start(|_| {}).await;
    let mut receiver = Receiver::start(&[]).await;
    webhooks_with("missign-webhook", &server, &receiver).await;
    assert!(!receiver.next().await.is_signed());
    assert!(!receiver.next().await.is_signed());
}

#[tokio::test]
async fn a_lost_webhook_never_comes_and_a_late_one_comes_late() {
    let server = start(|_| {}).await;
    let mut receiver = Receiver::start(&[]).await;
    let lost = webhooks_with("lose-webhook", &server, &receiver).await;
    let lost: Value = lost.json().await.unwrap();
    webhooks_with("late-webhook", &server, &receiver).await;
    let start = receiver.next().await.prediction();
    assert_eq!(start["status"], "processing");
    let late = receiver.next().await;
    let sent: i64 = late.header("webhook-timestamp").parse().unwrap();
    let ended = late.prediction();
    let completed: jiff::Timestamp = ended["completed_at"].as_str().unwrap().parse().unwrap();
    assert!(sent > completed.as_second(), "{sent} {completed}");
    for webhook in [start, ended] {
        assert_ne!(webhook["id"], lost["id"]);
    }
    assert_eq!(receiver.arrived().len(), 0);
    let get = lost["urls"]["get"].as_str().unwrap();
    assert_eq!(server.get(get).await["status"], "succeeded");
}

async fn output_with(behaviour: &str, server: &Running) -> Response {
    server
        .rule(json!({"match": behaviour, "behaviour": behaviour}))
        .await;
    let input = json!({"prompt": behaviour, "megapixels": "0.25", "output_format": "png"});
    let ended = server.finished(PICTURE, &json!({"input": input})).await;
    let url = ended["output"][0].as_str().unwrap();
    server.anonymous(Method::GET, url).send().await.unwrap()
}

#[tokio::test]
async fn outputs_can_be_wrong_in_every_way() {
    let server = start(|_| {}).await;
    let gone = output_with("expire-output", &server).await;
    assert_eq!(gone.status(), 404);
    let page = output_with("html-output", &server).await;
    assert_eq!(page.status(), 200);
    assert!(
        page.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    let elsewhere = output_with("redirect-output", &server).await;
    assert_eq!(elsewhere.status(), 302);
    let target = elsewhere.headers()["location"].to_str().unwrap();
    assert!(target.starts_with("http://169.254.169.254/"));
    let broken = output_with("broken-file", &server).await;
    assert_eq!(broken.headers()["content-type"], "image/png");
    let bytes = broken.bytes().await.unwrap();
    assert!(bytes.starts_with(b"\x89PNG"));
    assert!(!bytes.windows(4).any(|window| window == b"IEND"));
}

#[tokio::test]
async fn a_huge_file_has_no_length_and_more_than_512_megabytes() {
    let server = start(|_| {}).await;
    let huge = output_with("huge-file", &server).await;
    assert!(!huge.headers().contains_key("content-length"));
    let mut stream = huge.bytes_stream();
    let mut length = 0_u64;
    let reading = async {
        while let Some(chunk) = stream.next().await {
            length += chunk.unwrap().len() as u64;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reading)
        .await
        .unwrap();
    assert!(length > 512 * 1024 * 1024, "{length}");
}

#[tokio::test]
async fn control_answers_without_a_token() {
    let server = start(|_| {}).await;
    let latency = server
        .anonymous(Method::POST, "/_control/latency")
        .json(&json!({"ms": 7}));
    assert_eq!(latency.send().await.unwrap().status(), 200);
    let health = server.anonymous(Method::GET, "/_control/health").send();
    let health: Value = health.await.unwrap().json().await.unwrap();
    assert_eq!(
        health,
        json!({"status": "ok", "predictions": 0, "latencyMs": 7})
    );
    server
        .rule(json!({"match": "x", "behaviour": "fail"}))
        .await;
    let cleared = server.anonymous(Method::DELETE, "/_control/rules");
    assert_eq!(cleared.send().await.unwrap().status(), 204);
    assert_eq!(server.get("/_control/rules").await, json!([]));
    let nonsense = server
        .anonymous(Method::POST, "/_control/rules")
        .json(&json!({"match": "x", "behaviour": "explode"}));
    assert_eq!(nonsense.send().await.unwrap().status(), 422);
}

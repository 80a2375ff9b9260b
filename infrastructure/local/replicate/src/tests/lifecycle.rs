//! Waiting, deadlines, canceling, webhooks, forgetting.

use super::harness::{Receiver, SECRET, start};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use testkit::ffmpeg::probe;

const TEXT: &str = "openai/gpt-5-mini";
const SCENE: &str = "bytedance/seedance-1-pro-fast";

#[tokio::test]
async fn a_scene_is_drawn_and_can_be_fetched() {
    let server = start(|_| {}).await;
    let input = json!({"prompt": "Dawn: a boat", "duration": 2, "resolution": "480p"});
    let ended = server.finished(SCENE, &json!({"input": input})).await;
    assert_eq!(ended["status"], "succeeded", "{ended}");
    assert_eq!(ended["model"], SCENE);
    assert!(ended["metrics"]["predict_time"].as_f64().unwrap() > 0.0);
    assert_eq!(ended["data_removed"], false);
    assert_eq!(ended["id"].as_str().unwrap().len(), 26);
    let url = ended["output"].as_str().unwrap();
    let response = server.anonymous(Method::GET, url).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "video/mp4");
    let file = tempfile::NamedTempFile::with_suffix(".mp4").unwrap();
    std::fs::write(file.path(), response.bytes().await.unwrap()).unwrap();
    let (header, packets) = probe(file.path());
    assert!(header.contains("#dimensions 0: 854x480"), "{header}");
    assert_eq!(packets, [48, 0]);
}

#[tokio::test]
async fn without_prefer_the_answer_comes_at_once() {
    let server = start(|settings| settings.latency = Duration::from_secs(60)).await;
    let response = server.create_text("slow").await;
    assert_eq!(response.status(), 201);
    let created: Value = response.json().await.unwrap();
    assert_eq!(created["status"], "starting");
    assert_eq!(created["output"], Value::Null);
    let get = created["urls"]["get"].as_str().unwrap();
    assert_eq!(server.get(get).await["id"], created["id"]);
}

#[tokio::test]
async fn a_wait_that_is_too_short_is_answered_202() {
    let server = start(|settings| settings.latency = Duration::from_secs(60)).await;
    let request = server
        .request(Method::POST, &format!("/v1/models/{TEXT}/predictions"))
        .header("prefer", "wait=1")
        .json(&json!({"input": {"prompt": "slow"}}));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 202);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["status"], "starting");
}

#[tokio::test]
async fn a_prediction_can_be_canceled_once() {
    let server = start(|settings| settings.latency = Duration::from_secs(60)).await;
    let created: Value = server.create_text("slow").await.json().await.unwrap();
    let cancel = created["urls"]["cancel"].as_str().unwrap();
    for _ in 0..2 {
        let response = server.request(Method::POST, cancel).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["status"], "canceled");
        assert_ne!(body["completed_at"], Value::Null);
    }
}

#[tokio::test]
async fn the_deadline_cancels_or_aborts() {
    for (aborted, expected) in [(false, "canceled"), (true, "aborted")] {
        let server = start(|settings| {
            settings.latency = Duration::from_secs(60);
            settings.deadline_scale = 0.01;
            settings.aborted = aborted;
        })
        .await;
        let request = server
            .request(Method::POST, &format!("/v1/models/{TEXT}/predictions"))
            .header("prefer", "wait")
            .header("cancel-after", "10s")
            .json(&json!({"input": {"prompt": "slow"}}));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 201);
        let ended: Value = response.json().await.unwrap();
        assert_eq!(ended["status"], expected);
        assert!(ended["deadline"].as_str() <= ended["completed_at"].as_str());
    }
}

#[tokio::test]
async fn webhooks_are_signed_and_filtered() {
    let server = start(|_| {}).await;
    let key = server.get("/v1/webhooks/default/secret").await;
    assert_eq!(key, json!({"key": SECRET}));
    let mut receiver = Receiver::start(&[]).await;
    let body = |events: Value| json!({"input": {"prompt": "owl"}, "webhook": receiver.url, "webhook_events_filter": events});
    let some = body(json!(["start", "completed"]));
    let default = body(Value::Null);
    let created: Value = server.create(TEXT, &some).await.json().await.unwrap();
    for status in ["processing", "succeeded"] {
        let webhook = receiver.next().await;
        assert!(webhook.is_signed());
        assert_eq!(webhook.prediction()["status"], status);
        assert_eq!(webhook.prediction()["id"], created["id"]);
    }
    server.create(TEXT, &default).await;
    let output = receiver.next().await.prediction();
    assert_eq!(output["status"], "processing");
    assert_ne!(output["output"], Value::Null);
    assert_eq!(receiver.next().await.prediction()["status"], "succeeded");
}

#[tokio::test]
async fn the_last_webhook_is_sent_until_it_is_accepted() {
    let server = start(|_| {}).await;
    // Start is refused once, completed three times: once by a redirect.
    let mut receiver = Receiver::start(&[500, 503, 302, 404]).await;
    let body = json!({"input": {"prompt": "owl"}, "webhook": receiver.url, "webhook_events_filter": ["start", "completed"]});
    server.create(TEXT, &body).await;
    let start = receiver.next().await;
    assert_eq!(start.prediction()["status"], "processing");
    let first = receiver.next().await;
    for _ in 0..3 {
        let again = receiver.next().await;
        assert_eq!(again.header("webhook-id"), first.header("webhook-id"));
        assert_eq!(again.prediction()["status"], "succeeded");
        assert!(again.is_signed());
    }
}

#[tokio::test]
async fn data_is_gone_after_the_virtual_hour() {
    let server = start(|settings| settings.retention = Duration::from_millis(300)).await;
    let input = json!({"prompt": "Owl: at night", "megapixels": "0.25"});
    let ended = server
        .finished("black-forest-labs/flux-schnell", &json!({"input": input}))
        .await;
    let url = ended["output"][0].as_str().unwrap();
    let fetch = async || {
        server
            .anonymous(Method::GET, url)
            .send()
            .await
            .unwrap()
            .status()
    };
    let get = ended["urls"]["get"].as_str().unwrap();
    tokio::time::timeout(Duration::from_secs(30), async {
        while server.get(get).await["data_removed"] == false {
            tokio::task::yield_now().await;
        }
        while fetch().await != 404 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    let forgotten = server.get(get).await;
    assert_eq!(forgotten["status"], "succeeded");
    assert_eq!(forgotten["output"], Value::Null);
    assert_eq!(forgotten["input"], json!({}));
}

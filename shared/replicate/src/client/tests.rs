use std::error::Error as _;
use std::time::Instant;

use serde_json::json;
use wiremock::matchers::{body_json, header, header_exists, method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::Status;
use crate::registry::{DEFAULT_SCENE_MODEL, Registry};

mod reading;

const TOKEN: &str = "r8_this_is_a_secret";
const CREATE: &str = "/v1/models/bytedance/seedance-1-pro-fast/predictions";
const THROTTLED: &str = "Request was throttled. Your rate limit resets in ~1s.";

fn client_at(base_url: &str) -> Client {
    Client::new(
        Url::parse(base_url).unwrap(),
        SecretString::from(TOKEN),
        Http::new().unwrap(),
    )
}

fn client(server: &MockServer) -> Client {
    client_at(&format!("{}/v1", server.uri()))
}

fn running() -> Value {
    json!({"id": "abc123", "status": "starting", "model": DEFAULT_SCENE_MODEL, "output": null})
}

fn problem(status: u16, body: Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

async fn create(client: &Client, options: CreateOptions) -> Result<Prediction, Error> {
    let registry = Registry::pinned().unwrap();
    client
        .create(
            registry.model(DEFAULT_SCENE_MODEL).unwrap(),
            json!({"prompt": "a boat"}),
            options,
        )
        .await
}

/// A server that answers every POST so, and how often it was asked.
async fn created_with(answer: ResponseTemplate) -> (Result<Prediction, Error>, usize) {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let result = create(&client(&server), CreateOptions::default()).await;
    (result, server.received_requests().await.unwrap().len())
}

#[tokio::test]
async fn a_create_carries_token_deadline_and_webhook() {
    let server = MockServer::start().await;
    let webhook = "https://example.org/hook?attempt=7";
    Mock::given(method("POST"))
        .and(path(CREATE))
        .and(header("authorization", format!("Bearer {TOKEN}")))
        .and(header("cancel-after", "601s"))
        .and(header("prefer", "wait=60"))
        .and(header("user-agent", concat!("omnigen/", env!("CARGO_PKG_VERSION"))))
        .and(body_json(json!({
            "input": {"prompt": "a boat"}, "webhook": webhook, "webhook_events_filter": ["start", "completed"]
        })))
        .respond_with(problem(201, running()))
        .expect(1)
        .mount(&server)
        .await;
    let options = CreateOptions {
        webhook: Some(Url::parse(webhook).unwrap()),
        events: vec![WebhookEvent::Start, WebhookEvent::Completed],
        cancel_after: Some(Duration::from_millis(600_100)),
        wait: Some(Duration::from_secs(90)),
    };
    let prediction = create(&client(&server), options).await.unwrap();
    assert_eq!(
        (prediction.id.as_str(), prediction.status),
        ("abc123", Status::Starting)
    );
}

#[tokio::test]
async fn a_plain_create_sends_nothing_more() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(problem(202, running()))
        .mount(&server)
        .await;
    create(&client(&server), CreateOptions::default())
        .await
        .unwrap();
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(
        request.body_json::<Value>().unwrap(),
        json!({"input": {"prompt": "a boat"}})
    );
    assert!(
        request.headers.get("prefer").is_none() && request.headers.get("cancel-after").is_none()
    );
}

#[tokio::test]
async fn a_model_that_is_not_official_runs_by_its_version() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/predictions"))
        .respond_with(problem(201, running()))
        .mount(&server)
        .await;
    let registry = Registry::pinned().unwrap();
    let model = registry.model("meta/musicgen").unwrap();
    client(&server)
        .create(model, json!({"prompt": "calm"}), CreateOptions::default())
        .await
        .unwrap();
    let body: Value = server.received_requests().await.unwrap()[0]
        .body_json()
        .unwrap();
    assert_eq!(body["version"], format!("meta/musicgen:{}", model.version));
}

#[tokio::test]
async fn an_input_that_does_not_fit_is_never_sent() {
    let server = MockServer::start().await;
    let registry = Registry::pinned().unwrap();
    let model = registry.model(DEFAULT_SCENE_MODEL).unwrap();
    let input = json!({"prompt": "x", "duration": 99});
    let error = client(&server)
        .create(model, input, CreateOptions::default())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::InvalidInput(violations) if violations[0].field == "input.duration"),
        "{error:?}"
    );
    assert!(!error.may_have_created());
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_throttled_create_is_repeated_after_the_time_asked_for() {
    let old = json!({"detail": THROTTLED});
    let new = json!({"detail": "Slow down.", "status": 429, "retry_after": 1});
    let bare = json!({"detail": "Slow down."});
    for answer in [
        problem(429, old),
        problem(429, new),
        problem(429, bare).insert_header("retry-after", "1"),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .respond_with(answer)
            .up_to_n_times(1)
            .mount(&server)
            .await;
        Mock::given(method("POST"))
            .respond_with(problem(201, running()))
            .mount(&server)
            .await;
        let begun = Instant::now();
        create(&client(&server), CreateOptions::default())
            .await
            .unwrap();
        assert!(
            begun.elapsed() >= Duration::from_millis(1500),
            "{:?}",
            begun.elapsed()
        );
        assert_eq!(server.received_requests().await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_create_that_stays_throttled_is_tried_three_times() {
    let (result, requests) = created_with(problem(429, json!({"detail": "Slow down."}))).await;
    let error = result.unwrap_err();
    assert!(
        matches!(error, Error::Throttled { retry_after: None }),
        "{error:?}"
    );
    assert!(error.is_retryable() && !error.may_have_created());
    assert_eq!(requests, 3);
}

#[tokio::test]
async fn nobody_waits_here_for_half_a_minute() {
    let detail = "Request was throttled. Your rate limit resets in ~30s.";
    let (result, requests) = created_with(problem(429, json!({ "detail": detail }))).await;
    let asked = Some(Duration::from_secs(30));
    assert!(matches!(result, Err(Error::Throttled { retry_after }) if retry_after == asked));
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn every_refusal_has_its_meaning_and_is_not_repeated() {
    let version = json!({"title": "Invalid version or not permitted", "detail": "The specified version does not exist"});
    for (answer, name, may_have_created, retryable) in [
        (problem(400, json!({})), "Rejected", false, false),
        (
            problem(401, json!({"title": "Unauthenticated"})),
            "Unauthenticated",
            false,
            false,
        ),
        (
            problem(402, json!({"title": "Insufficient credit"})),
            "InsufficientCredit",
            false,
            false,
        ),
        (
            problem(404, json!({"detail": "?"})),
            "NotFound",
            false,
            false,
        ),
        (problem(422, version), "InvalidInput", false, false),
        (
            ResponseTemplate::new(302).insert_header("location", "http://169.254.169.254/"),
            "Rejected",
            false,
            false,
        ),
        (problem(500, json!({})), "Unavailable", true, true),
        (
            ResponseTemplate::new(502).set_body_string("<html>Bad Gateway</html>"),
            "Unavailable",
            true,
            true,
        ),
        (problem(503, json!({})), "Unavailable", true, true),
        (
            ResponseTemplate::new(201).set_body_string("{\"id\":\"abc1"),
            "Malformed",
            true,
            true,
        ),
        (
            ResponseTemplate::new(200).set_body_string("<html>Hello</html>"),
            "Malformed",
            true,
            true,
        ),
        (
            problem(200, json!({"status": "starting"})),
            "Malformed",
            true,
            true,
        ),
        (
            ResponseTemplate::new(201).set_body_bytes(vec![b' '; 3 << 20]),
            "Malformed",
            true,
            true,
        ),
    ] {
        let (result, requests) = created_with(answer).await;
        let error = result.unwrap_err();
        assert!(
            format!("{error:?}").starts_with(name),
            "{error:?} is not {name}"
        );
        assert_eq!(
            (error.may_have_created(), error.is_retryable()),
            (may_have_created, retryable),
            "{error:?}"
        );
        assert_eq!(requests, 1, "{name}");
    }
}

#[tokio::test]
async fn a_422_tells_the_fields() {
    let fields = json!([{"type": "enum", "field": "input.aspect_ratio", "description": "no"}]);
    let body = json!({"title": "Input validation failed", "status": 422, "detail": "-", "invalid_fields": fields});
    let (result, _) = created_with(problem(422, body)).await;
    let Err(Error::InvalidInput(violations)) = result else {
        panic!("{result:?}")
    };
    assert_eq!(
        (violations[0].field.as_str(), violations[0].kind.as_str()),
        ("input.aspect_ratio", "enum")
    );
}

#[tokio::test]
async fn a_refused_connection_has_made_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = create(
        &client_at(&format!("http://{address}/v1")),
        CreateOptions::default(),
    )
    .await
    .unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    assert!(!error.may_have_created() && error.is_retryable());
    assert!(error.source().is_some());
}

#[tokio::test]
async fn a_connection_lost_after_the_request_may_have_made_one() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let mut requests = 0;
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 4096];
            let read = tokio::io::AsyncReadExt::read(&mut stream, &mut buffer)
                .await
                .unwrap();
            assert!(read > 0);
            requests += 1;
            assert_eq!(requests, 1, "the create was sent twice");
        }
    });
    let error = create(
        &client_at(&format!("http://{address}/v1")),
        CreateOptions::default(),
    )
    .await
    .unwrap_err();
    assert!(
        matches!(error, Error::Transport(_)) && error.may_have_created(),
        "{error:?}"
    );
    assert!(!server.is_finished(), "the create was sent twice");
    server.abort();
}

#[tokio::test]
async fn the_token_is_in_no_debug_output() {
    let (result, _) = created_with(problem(401, json!({"detail": TOKEN}))).await;
    let client = client_at("http://127.0.0.1:1/v1/");
    let request = client
        .request(Method::GET, client.url(&["predictions"]).unwrap())
        .unwrap();
    let transport = client.webhook_secret().await.unwrap_err();
    for shown in [
        format!("{client:?}"),
        format!("{request:?}"),
        format!("{result:?}"),
        format!("{transport:?}"),
    ] {
        assert!(!shown.contains("r8_"), "{shown}");
    }
}

#[tokio::test]
async fn a_token_is_trimmed_and_one_that_is_no_header_is_told() {
    let server = MockServer::start().await;
    Mock::given(header("authorization", "Bearer r8_x"))
        .respond_with(problem(200, running()))
        .mount(&server)
        .await;
    let with = |token: &str| Client {
        token: SecretString::from(token),
        ..client(&server)
    };
    assert!(with("r8_x\n").get("abc123").await.is_ok());
    assert!(matches!(
        with("r8\nx").get("abc123").await,
        Err(Error::Misconfigured(_))
    ));
}

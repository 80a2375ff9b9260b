//! A running server, a client, and a receiver of webhooks.

use crate::server::Server;
use crate::settings::Settings;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

pub(super) const SECRET: &str = "whsec_bG9jYWwtd2ViaG9vay1zZWNyZXQtZm9yLW9tbmlnZW4=";
const PATIENCE: Duration = Duration::from_secs(60);

/// The look-alike on a port of its own.
pub(super) struct Running {
    pub(super) origin: String,
    http: reqwest::Client,
    _state: tempfile::TempDir,
}

/// Starts a server that answers at once; `adjust` changes its settings.
pub(super) async fn start(adjust: impl FnOnce(&mut Settings)) -> Running {
    let state = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let mut settings = Settings {
        origin: origin.clone(),
        ffmpeg: testkit::ffmpeg::path(),
        state: state.path().to_owned(),
        token: "local-token".into(),
        webhook_secret: SECRET.into(),
        latency: Duration::from_millis(30),
        deadline_scale: 1.0,
        retention: Duration::from_secs(3600),
        webhook_retry: Duration::from_millis(20),
        aborted: false,
    };
    adjust(&mut settings);
    let server = Server::new(settings).unwrap();
    tokio::spawn(async move { axum::serve(listener, crate::api::router(server)).await });
    let redirects = reqwest::redirect::Policy::none();
    Running {
        origin,
        http: reqwest::Client::builder()
            .redirect(redirects)
            .build()
            .unwrap(),
        _state: state,
    }
}

impl Running {
    /// A request with the right token.
    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).bearer_auth("local-token")
    }

    pub(super) fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.origin)
        };
        self.http.request(method, url)
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        let response = self.request(Method::GET, path).send().await.unwrap();
        response.json().await.unwrap()
    }

    pub(super) async fn create(&self, model: &str, body: &Value) -> Response {
        let path = format!("/v1/models/{model}/predictions");
        let request = self.request(Method::POST, &path).json(body);
        request.send().await.unwrap()
    }

    /// Creates an answer of the language model, which needs no `FFmpeg`.
    pub(super) async fn create_text(&self, prompt: &str) -> Response {
        self.create("openai/gpt-5-mini", &json!({"input": {"prompt": prompt}}))
            .await
    }

    /// Creates and waits for the end.
    pub(super) async fn finished(&self, model: &str, body: &Value) -> Value {
        let path = format!("/v1/models/{model}/predictions");
        let request = self.request(Method::POST, &path).header("prefer", "wait");
        let response = request.json(body).send().await.unwrap();
        assert_eq!(response.status(), 201);
        response.json().await.unwrap()
    }

    pub(super) async fn rule(&self, rule: Value) {
        let request = self.anonymous(Method::POST, "/_control/rules").json(&rule);
        assert_eq!(request.send().await.unwrap().status(), 201, "{rule}");
    }

    pub(super) async fn creates(&self, word: &str) -> Value {
        self.get(&format!("/_control/creates?match={word}")).await
    }
}

/// A webhook as it came.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) headers: HeaderMap,
    pub(super) bytes: Bytes,
}

impl Received {
    pub(super) fn prediction(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(super) fn is_signed(&self) -> bool {
        let webhook = standardwebhooks::Webhook::new(SECRET).unwrap();
        webhook.verify(&self.bytes, &self.headers).is_ok()
    }
}

/// Receives webhooks and answers with the statuses it is given, then 200.
pub(super) struct Receiver {
    pub(super) url: String,
    received: mpsc::UnboundedReceiver<Received>,
}

type Answers = std::sync::Arc<std::sync::Mutex<Vec<u16>>>;

impl Receiver {
    pub(super) async fn start(answers: &[u16]) -> Self {
        let (sender, received) = mpsc::unbounded_channel();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?attempt=1", listener.local_addr().unwrap());
        let answers: Answers =
            Answers::new(answers.iter().rev().copied().collect::<Vec<_>>().into());
        let router = Router::new()
            .route("/hook", post(receive))
            .with_state((sender, answers));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, received }
    }

    pub(super) async fn next(&mut self) -> Received {
        let next = tokio::time::timeout(PATIENCE, self.received.recv()).await;
        next.expect("no webhook came").unwrap()
    }

    /// What has already come.
    pub(super) fn arrived(&mut self) -> Vec<Received> {
        std::iter::from_fn(|| self.received.try_recv().ok()).collect()
    }
}

async fn receive(
    State((sender, answers)): State<(mpsc::UnboundedSender<Received>, Answers)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> (StatusCode, [(&'static str, &'static str); 1]) {
    sender.send(Received { headers, bytes }).unwrap();
    let status = answers.lock().unwrap().pop().unwrap_or(200);
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("location", "/hook")])
}

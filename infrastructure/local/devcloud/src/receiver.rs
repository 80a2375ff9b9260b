//! A receiver of webhooks on this machine.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// A receiver. Each event that is posted to it can be awaited.
#[derive(Debug)]
pub struct Receiver {
    port: u16,
    answers: Answers,
    events: mpsc::UnboundedReceiver<Received>,
}

/// The statuses that are answered next; 204 when there are no more.
type Answers = Arc<Mutex<VecDeque<u16>>>;

/// An event as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// The path that it was posted to.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its bytes, which are signed.
    pub bytes: Bytes,
    /// The same as JSON.
    pub body: Value,
    /// What it was answered with.
    pub answered: u16,
}

#[derive(Clone)]
struct Posts {
    answers: Answers,
    events: mpsc::UnboundedSender<Received>,
}

impl Receiver {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (sender, events) = mpsc::unbounded_channel();
        let answers = Answers::default();
        let posts = Posts {
            answers: answers.clone(),
            events: sender,
        };
        let router = Router::new().fallback(receive).with_state(posts);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self {
            port,
            answers,
            events,
        })
    }

    /// The URL to register.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// Answers the next events with these statuses, later ones with 204.
    pub fn answer_with(&self, statuses: &[u16]) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.extend(statuses);
    }

    /// The next event.
    ///
    /// # Errors
    /// None came within `patience`.
    pub async fn next(&mut self, patience: Duration) -> Result<Received> {
        let event = timeout(patience, self.events.recv()).await;
        let event = event.context("no event came")?;
        event.context("the receiver has ended")
    }

    /// Whether an event is there that was not looked at.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

impl Received {
    /// A header's text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Whether the owner of the secret signed it.
    ///
    /// # Errors
    /// The signature does not fit, or is older than five minutes.
    pub fn verify(&self, secret: &str) -> Result<()> {
        let webhook = Webhook::new(secret).context("the secret is unusable")?;
        let verified = webhook.verify(&self.bytes, &self.headers);
        verified.context("the signature does not fit")
    }
}

async fn receive(
    State(posts): State<Posts>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let answered = {
        let mut answers = posts.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.pop_front().unwrap_or(204)
    };
    let received = Received {
        path: uri.path().to_owned(),
        body: serde_json::from_slice(&bytes).unwrap_or_default(),
        headers,
        bytes,
        answered,
    };
    // The receiving end may be closed already.
    let _ = posts.events.send(received);
    let status = StatusCode::from_u16(answered).unwrap_or(StatusCode::NO_CONTENT);
    let mut response = status.into_response();
    if status.is_redirection() {
        let elsewhere = HeaderValue::from_static("/elsewhere");
        response.headers_mut().insert(LOCATION, elsewhere);
    }
    response
}

//! A provider in memory that loses calls and answers, and that knows when two
//! predictions are paid for beside each other.

use std::sync::{Arc, Mutex, MutexGuard};

use domain::attempt::MAX_PAID;
use futures_util::stream;
use reqwest::{Method, Request, Response};
use serde_json::{Value, json};
use store::testing::{Pause, Tables};
use url::Url;

/// A prediction that was paid for.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) id: String,
    /// What it makes, by its attempt's row.
    target: String,
    /// Which take of it, by the same.
    take: String,
    /// The execution that it was made in, by the same.
    run: String,
    pub(super) attempt_id: String,
    webhook: String,
    pub(super) status: &'static str,
    pub(super) is_usable: bool,
}

impl Made {
    /// Whether another one for the same target is not to be paid for.
    fn stands_in_the_way(&self) -> bool {
        match self.status {
            "starting" | "processing" => true,
            "succeeded" => self.is_usable,
            _ => false,
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        !matches!(self.status, "starting" | "processing")
    }

    pub(super) fn view(&self) -> Value {
        let output =
            (self.status == "succeeded").then(|| format!("https://files.test/{}.mp4", self.id));
        json!({
            "id": self.id,
            "status": self.status,
            "input": {},
            "output": output,
            "webhook": self.webhook,
        })
    }
}

#[derive(Clone)]
pub(super) struct FakeProvider {
    state: Arc<Mutex<State>>,
    tables: Tables,
    pause: Pause,
}

struct State {
    random: fastrand::Rng,
    predictions: Vec<Made>,
    /// Storyboards that were paid for.
    plans: u32,
    violations: Vec<String>,
    in_flight: Vec<String>,
}

/// A request on its way. It may arrive though its sender is killed.
struct Sent {
    provider: FakeProvider,
    /// The webhook of a create.
    create: Option<String>,
}

impl Sent {
    fn has_arrived(mut self) {
        self.create = None;
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        if let Some(webhook) = self.create.take() {
            self.provider.state().in_flight.push(webhook);
        }
    }
}

impl FakeProvider {
    pub(super) fn new(random: fastrand::Rng, tables: Tables, pause: Pause) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                random,
                predictions: Vec::new(),
                plans: 0,
                violations: Vec::new(),
                in_flight: Vec::new(),
            })),
            tables,
            pause,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn predictions(&self) -> Vec<Made> {
        self.state().predictions.clone()
    }

    pub(super) fn violations(&self) -> Vec<String> {
        self.state().violations.clone()
    }

    /// Moves a prediction that has not ended.
    pub(super) fn advance(&self, id: &str, status: &'static str) {
        let mut state = self.state();
        let made = state.predictions.iter_mut().find(|made| made.id == id);
        if let Some(made) = made.filter(|made| !made.has_ended()) {
            made.status = status;
        }
    }

    /// Answers a request of the provider's client.
    pub(super) async fn answer(self, request: Request) -> Response {
        let sent = Sent {
            provider: self.clone(),
            create: (request.method() == Method::POST)
                .then(|| webhook_of(&request))
                .flatten(),
        };
        self.pause.wait().await;
        let response = self.respond(&request);
        sent.has_arrived();
        self.pause.wait().await;
        response
    }

    /// Creates whose function was killed while they were on their way.
    pub(super) fn take_in_flight(&self) -> Vec<String> {
        std::mem::take(&mut self.state().in_flight)
    }

    /// Such a create arrives after all.
    pub(super) fn arrive(&self, webhook: String) {
        self.pay(webhook);
    }

    fn respond(&self, request: &Request) -> Response {
        let path = request.url().path().to_owned();
        if request.url().host_str() == Some("files.test") {
            return self.file(&path);
        }
        if request.method() == Method::POST && path.ends_with("/cancel") {
            let id = path.rsplit('/').nth(1).unwrap_or_default();
            self.advance(id, "canceled");
            return self.prediction(id);
        }
        if request.method() == Method::POST {
            return self.create(request);
        }
        if self.state().random.u8(0..100) < 8 {
            return status(503);
        }
        if path.ends_with("/predictions") {
            let views: Vec<Value> = self.predictions().iter().map(Made::view).collect();
            return json_body(200, &json!({ "results": views, "next": null }));
        }
        self.prediction(path.rsplit('/').next().unwrap_or_default())
    }

    fn prediction(&self, id: &str) -> Response {
        let found = self.predictions().into_iter().find(|made| made.id == id);
        found.map_or_else(|| status(404), |made| json_body(200, &made.view()))
    }

    fn file(&self, path: &str) -> Response {
        let mut state = self.state();
        if state.random.u8(0..100) < 8 {
            return status(503);
        }
        let id = path.trim_matches('/').trim_end_matches(".mp4");
        let is_usable = state
            .predictions
            .iter()
            .any(|made| made.id == id && made.is_usable);
        let body = if is_usable { "media" } else { "noise" };
        let response = http::Response::builder()
            .header("content-type", "video/mp4")
            .body(body);
        response.unwrap().into()
    }

    fn create(&self, request: &Request) -> Response {
        let Some(webhook) = webhook_of(request) else {
            return self.plan();
        };
        let fate = self.state().random.u8(0..100);
        match fate {
            0..4 => return status(429),
            4..9 => return broken(),
            9..13 => return status(502),
            _ => {}
        }
        let made = self.pay(webhook);
        match fate {
            13..21 => broken(),
            21..26 => status(502),
            _ => json_body(201, &made.view()),
        }
    }

    /// A language model's answer, which is held until it is there: a storyboard of as many
    /// scenes as it likes.
    fn plan(&self) -> Response {
        let mut state = self.state();
        match state.random.u8(0..100) {
            0..8 => return status(429),
            8..16 => return status(503),
            _ => {}
        }
        let intended = self.tables.under("jobs", "");
        let intended = intended
            .iter()
            .filter(|(_, sort)| sort.starts_with("attempt#plan"));
        state.plans += 1;
        if state.plans > 1 || intended.count() != 1 {
            let what = format!("storyboard {} was paid for", state.plans);
            state.violations.push(what);
        }
        let scene = json!({ "title": "A boat", "description": "It sails.", "camera": "wide" });
        let scenes = vec![scene; state.random.usize(1..=2)];
        let answer = json!({ "scenes": scenes, "music": "piano" }).to_string();
        let id = format!("plan{}", state.plans);
        let made = json!({ "id": id, "status": "succeeded", "input": {}, "output": [answer] });
        match state.random.u8(0..10) {
            0 => broken(),
            _ => json_body(201, &made),
        }
    }

    fn pay(&self, webhook: String) -> Made {
        let attempt_id = Url::parse(&webhook).ok().and_then(|url| {
            let mut pairs = url.query_pairs();
            pairs.find_map(|(name, value)| (name == "attempt").then(|| value.into_owned()))
        });
        let attempt_id = attempt_id.unwrap_or_default();
        let [target, take, run] = self.intent_of(&attempt_id);
        let mut state = self.state();
        let earlier: Vec<Made> = state
            .predictions
            .iter()
            .filter(|made| made.target == target)
            .cloned()
            .collect();
        if target.is_empty() {
            state
                .violations
                .push("paid without an intent record".to_owned());
        }
        let mut same_take = earlier.iter().filter(|made| made.take == take);
        if same_take.any(Made::stands_in_the_way) {
            state
                .violations
                .push(format!("two predictions for {target}"));
        }
        let in_this_run = earlier.iter().filter(|made| made.run == run).count();
        if in_this_run >= MAX_PAID {
            state
                .violations
                .push(format!("{} paid for {target}", in_this_run + 1));
        }
        let made = Made {
            id: format!("p{}", state.predictions.len()),
            target,
            take,
            run,
            attempt_id,
            webhook,
            status: "starting",
            is_usable: state.random.u8(0..100) < 92,
        };
        state.predictions.push(made.clone());
        made
    }

    /// What the intent record says that is to be made, which take of it, and in which
    /// execution; empty without one.
    fn intent_of(&self, attempt_id: &str) -> [String; 3] {
        let text = |row: &store::testing::Item, name: &str| {
            let value = row.get(name);
            let value = value.and_then(|value| value.as_s().or(value.as_n()).ok());
            value.cloned().unwrap_or_default()
        };
        let rows = self.tables.under("jobs", "");
        let mut rows = rows
            .iter()
            .filter_map(|(job, sort)| self.tables.row("jobs", job, sort));
        let row = rows.find(|row| text(row, "attemptId") == attempt_id);
        row.map(|row| ["target", "take", "run"].map(|name| text(&row, name)))
            .unwrap_or_default()
    }
}

/// The webhook that a create carries.
fn webhook_of(request: &Request) -> Option<String> {
    let body = request.body()?.as_bytes()?;
    let body: Value = serde_json::from_slice(body).ok()?;
    Some(body["webhook"].as_str()?.to_owned())
}

fn status(code: u16) -> Response {
    json_body(code, &json!({ "detail": "not now" }))
}

fn json_body(code: u16, body: &Value) -> Response {
    let response = http::Response::builder().status(code);
    response.body(body.to_string()).unwrap().into()
}

/// The answer is lost on the way.
fn broken() -> Response {
    let parts = stream::iter([Err::<Vec<u8>, _>(std::io::Error::other("lost"))]);
    http::Response::new(reqwest::Body::wrap_stream(parts)).into()
}

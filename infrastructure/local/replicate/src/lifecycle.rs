//! The lifecycle of one prediction, from `starting` to its end, and its webhooks.

use crate::answers;
use crate::clock;
use crate::prediction::{Event, Prediction, Status};
use crate::rules::{Behaviour, ModelKind};
use crate::server::Shared;
use crate::webhooks::Message;
use drawing::Work;
use jiff::Timestamp;
use replicate::registry::OutputShape;
use serde_json::{Value, json};
use std::sync::OnceLock;
use std::time::Duration;
use tokio::task::JoinHandle;

/// The provider's hard limit for a run.
const LONGEST_RUN: Duration = Duration::from_secs(30 * 60);
/// A late webhook's delay when the rule names none.
const LATE_BY: Duration = Duration::from_secs(20);
/// How long a prediction hangs when the rule names no time.
const HANGS_FOR: Duration = Duration::from_secs(45);

/// The end is told after the start, unless its receiver takes longer than this.
const START_FIRST: Duration = Duration::from_secs(2);

/// How a run ended.
enum RunResult {
    Output(Value),
    Error(String),
    /// Canceled by the user, or the deadline came.
    Stopped,
}

/// Runs a prediction to its end. Webhooks are sent by tasks of their own, unless the
/// prediction has to wait for them.
pub(crate) async fn run(server: Shared, id: String) {
    let Some(prediction) = server.store.get(&id) else {
        return;
    };
    let told_start = OnceLock::new();
    let outcome = tokio::select! {
        outcome = work(&server, &prediction, &told_start) => outcome,
        () = server.store.canceled(&id) => RunResult::Stopped,
        () = deadline(&server, &prediction) => RunResult::Stopped,
    };
    let Some(ended) = end(&server, &id, outcome) else {
        return;
    };
    tracing::info!(id, status = ?ended.status, "ended");
    tokio::spawn(forget_after_an_hour(server.clone(), id));
    let told = tell_end(&server, ended, told_start.into_inner());
    if prediction.behaves(Behaviour::EarlyWebhook) {
        // A task of ours that panicked has said so already.
        let _ = told.await;
    }
}

async fn work(
    server: &Shared,
    prediction: &Prediction,
    told_start: &OnceLock<JoinHandle<()>>,
) -> RunResult {
    let latency = if prediction.behaves(Behaviour::EarlyWebhook) {
        Duration::ZERO
    } else {
        server.latency()
    };
    tokio::time::sleep(latency / 3).await;
    let started = server.store.change(&prediction.id, |prediction| {
        prediction.status = Status::Processing;
        prediction.started_at = Some(clock::now());
        prediction.logs = "Using the local look-alike\n".into();
    });
    if let Some(started) = started {
        told_start.get_or_init(|| tell_start(server, started));
    }
    let (outcome, ()) = tokio::join!(
        make(server, prediction),
        tokio::time::sleep(latency.mul_f64(2.0 / 3.0))
    );
    outcome
}

async fn make(server: &Shared, prediction: &Prediction) -> RunResult {
    match prediction.rule.as_ref().map(|rule| rule.behaviour) {
        Some(Behaviour::Hang) => {
            tokio::time::sleep(prediction.rule_seconds(HANGS_FOR)).await;
            RunResult::Stopped
        }
        Some(Behaviour::Fail) => {
            RunResult::Error("An unexpected error occurred in the model. Please try again. (E6716)".into())
        }
        Some(Behaviour::Refuse) => RunResult::Error(
            "The input or output was flagged as sensitive. Please try again with different inputs. (E005)".into(),
        ),
        _ => output(server, prediction).await,
    }
}

async fn output(server: &Shared, prediction: &Prediction) -> RunResult {
    let Some(model) = server.registry.model(&prediction.model) else {
        return RunResult::Output(json!("An answer of a model only you know."));
    };
    if prediction.kind == ModelKind::Language {
        return RunResult::Output(answers::answer(model, &prediction.input));
    }
    let work = Work::new(model, &prediction.input);
    let names = match server.renderer.make(&prediction.id, &work).await {
        Ok(names) => names,
        Err(error) => {
            tracing::error!(id = prediction.id, %error, "FFmpeg failed");
            return RunResult::Error(format!("The look-alike's FFmpeg failed: {error} (E1000)"));
        }
    };
    let url = |name: &String| format!("{}/outputs/{}/{name}", server.origin(), prediction.id);
    let mut urls = names.iter().map(url);
    match model.output {
        OutputShape::Urls => RunResult::Output(json!(urls.collect::<Vec<_>>())),
        _ => RunResult::Output(json!(urls.next())),
    }
}

async fn deadline(server: &Shared, prediction: &Prediction) {
    let hard_limit = LONGEST_RUN.mul_f64(server.settings.deadline_scale);
    let hard_limit = clock::after(prediction.created_at, hard_limit);
    let deadline = prediction
        .deadline
        .map_or(hard_limit, |deadline| deadline.min(hard_limit));
    tokio::time::sleep(until(deadline)).await;
}

fn until(moment: Timestamp) -> Duration {
    Duration::try_from(moment.duration_since(clock::now())).unwrap_or(Duration::ZERO)
}

fn end(server: &Shared, id: &str, outcome: RunResult) -> Option<Prediction> {
    server.store.change(id, |prediction| {
        prediction.completed_at = Some(clock::now());
        match outcome {
            RunResult::Output(output) => {
                prediction.status = Status::Succeeded;
                prediction.output = Some(output);
            }
            RunResult::Error(error) => {
                prediction.status = Status::Failed;
                prediction.error = Some(error);
            }
            RunResult::Stopped => prediction.status = stopped(server, prediction),
        }
    })
}

fn stopped(server: &Shared, prediction: &Prediction) -> Status {
    let deadline_came = prediction
        .deadline
        .is_some_and(|deadline| deadline <= clock::now());
    if server.settings.aborted && deadline_came && prediction.started_at.is_none() {
        return Status::Aborted;
    }
    Status::Canceled
}

/// Start and logs: tried once each.
fn tell_start(server: &Shared, started: Prediction) -> JoinHandle<()> {
    let server = server.clone();
    tokio::spawn(async move {
        for event in [Event::Start, Event::Logs] {
            for message in messages(&server, &started, event) {
                server.webhooks.send(&message).await;
            }
        }
    })
}

/// The output, tried once, and the end, tried until it is accepted.
fn tell_end(
    server: &Shared,
    ended: Prediction,
    told_start: Option<JoinHandle<()>>,
) -> JoinHandle<()> {
    let server = server.clone();
    tokio::spawn(async move {
        if let Some(told_start) = told_start {
            let _ = tokio::time::timeout(START_FIRST, told_start).await;
        }
        if ended.output.is_some() {
            let with_output = Prediction {
                status: Status::Processing,
                completed_at: None,
                ..ended.clone()
            };
            for message in messages(&server, &with_output, Event::Output) {
                server.webhooks.send(&message).await;
            }
        }
        if ended.behaves(Behaviour::LateWebhook) {
            tokio::time::sleep(ended.rule_seconds(LATE_BY)).await;
        }
        for message in messages(&server, &ended, Event::Completed) {
            server.webhooks.send_until_accepted(&message).await;
        }
    })
}

/// The message for an event: none when it is not wanted or lost, two equal
/// ones when it is to come twice.
fn messages(server: &Shared, prediction: &Prediction, event: Event) -> Vec<Message> {
    let Some(url) = &prediction.webhook else {
        return Vec::new();
    };
    if !prediction.wants(event) || prediction.behaves(Behaviour::LoseWebhook) {
        return Vec::new();
    }
    let message = Message {
        id: format!("msg_{}", clock::new_id()),
        url: url.clone(),
        body: prediction.to_json(server.origin()).to_string(),
        missigned: prediction.behaves(Behaviour::MissignWebhook),
    };
    let times = if prediction.behaves(Behaviour::DuplicateWebhook) {
        2
    } else {
        1
    };
    vec![message; times]
}

async fn forget_after_an_hour(server: Shared, id: String) {
    tokio::time::sleep(server.settings.retention).await;
    server.store.remove_data(&id);
    server.renderer.remove(&id).await;
}

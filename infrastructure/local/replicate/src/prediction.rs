//! A prediction and how it is shown.

use crate::rules::{Behaviour, ModelKind, Rule};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// How far a prediction has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Starting,
    Processing,
    Succeeded,
    Failed,
    Canceled,
    /// The deadline came before the start; not charged.
    Aborted,
}

impl Status {
    pub(crate) fn is_terminal(self) -> bool {
        !matches!(self, Self::Starting | Self::Processing)
    }
}

/// What a webhook can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Event {
    Start,
    Output,
    Logs,
    Completed,
}

/// Everything that is known about one prediction.
#[derive(Debug, Clone)]
pub(crate) struct Prediction {
    pub(crate) id: String,
    /// "owner/name"
    pub(crate) model: String,
    pub(crate) version: String,
    pub(crate) kind: ModelKind,
    pub(crate) input: Value,
    pub(crate) output: Option<Value>,
    pub(crate) error: Option<String>,
    pub(crate) logs: String,
    pub(crate) status: Status,
    pub(crate) created_at: Timestamp,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) completed_at: Option<Timestamp>,
    /// Set by `Cancel-After`.
    pub(crate) deadline: Option<Timestamp>,
    pub(crate) webhook: Option<String>,
    pub(crate) events: Option<Vec<Event>>,
    /// Whether a stream URL is handed out.
    pub(crate) streams: bool,
    pub(crate) rule: Option<Rule>,
    /// Input, output and logs are gone: the virtual hour is over.
    pub(crate) data_removed: bool,
}

impl Prediction {
    pub(crate) fn behaves(&self, behaviour: Behaviour) -> bool {
        self.rule
            .as_ref()
            .is_some_and(|rule| rule.behaviour == behaviour)
    }

    /// The time that its rule names, or `default`.
    pub(crate) fn rule_seconds(&self, default: Duration) -> Duration {
        let seconds = self.rule.as_ref().and_then(|rule| rule.seconds);
        seconds.map_or(default, Duration::from_secs)
    }

    /// Whether the webhook was asked to hear of `event`. The provider's
    /// default is every output and the end.
    pub(crate) fn wants(&self, event: Event) -> bool {
        match &self.events {
            Some(events) if !events.is_empty() => events.contains(&event),
            _ => matches!(event, Event::Output | Event::Completed),
        }
    }

    /// The object as the API and the webhooks show it.
    pub(crate) fn to_json(&self, origin: &str) -> Value {
        let mut shown = json!({
            "id": self.id,
            "model": self.model,
            "version": self.version,
            "input": self.input,
            "output": self.output,
            "error": self.error,
            "logs": self.logs,
            "status": self.status,
            "data_removed": self.data_removed,
            "source": "api",
            "created_at": self.created_at,
            "started_at": self.started_at,
            "completed_at": self.completed_at,
            "metrics": self.metrics(),
            "urls": self.urls(origin),
        });
        let optional = [
            ("deadline", self.deadline.map(|moment| json!(moment))),
            ("webhook", self.webhook.as_ref().map(|url| json!(url))),
            (
                "webhook_events_filter",
                self.events.as_ref().map(|events| json!(events)),
            ),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                shown[name] = value;
            }
        }
        shown
    }

    fn urls(&self, origin: &str) -> Value {
        let this = format!("{origin}/v1/predictions/{}", self.id);
        let mut urls = json!({
            "get": this,
            "cancel": format!("{this}/cancel"),
            "web": format!("{origin}/p/{}", self.id),
        });
        if self.streams {
            urls["stream"] = json!(format!("{origin}/stream/{}", self.id));
        }
        urls
    }

    fn metrics(&self) -> Value {
        let Some(completed_at) = self.completed_at else {
            return json!({});
        };
        let mut metrics = json!({"total_time": seconds_between(self.created_at, completed_at)});
        if let Some(started_at) = self.started_at {
            metrics["predict_time"] = json!(seconds_between(started_at, completed_at));
        }
        metrics
    }

    /// Forgets what the provider forgets after an hour.
    pub(crate) fn remove_data(&mut self) {
        self.data_removed = true;
        self.input = json!({});
        self.output = None;
        self.logs.clear();
    }
}

fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

//! Creating predictions.

use crate::clock;
use crate::errors::ApiError;
use crate::lifecycle;
use crate::prediction::{Event, Prediction, Status};
use crate::rules::{Behaviour, Rule};
use crate::server::Shared;
use crate::subject::Subject;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::time::Duration;
use url::{Host, Url};

/// Longest time an early webhook holds the answer back.
const EARLY_AT_MOST: Duration = Duration::from_secs(25);
const SHORTEST_DEADLINE: Duration = Duration::from_secs(5);
const LONGEST_DEADLINE: Duration = Duration::from_secs(24 * 3600);

/// `POST /v1/predictions`
pub(crate) async fn by_version(
    State(server): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let body = parse(&body)?;
    if body.get("model").is_some() {
        let message = "Additional property model is not allowed";
        return Err(ApiError::violation(
            "",
            "additional_property_not_allowed",
            message,
        ));
    }
    let Some(version) = body.get("version").and_then(Value::as_str) else {
        return Err(ApiError::violation("", "required", "version is required"));
    };
    let subject = Subject::of_version(&server.registry, version)?;
    create(&server, &subject, &headers, &body).await
}

/// `POST /v1/models/{owner}/{name}/predictions` and the same for deployments.
pub(crate) async fn by_model(
    State(server): State<Shared>,
    Path((owner, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let subject = Subject::named(&server.registry, &format!("{owner}/{name}"))?;
    create(&server, &subject, &headers, &parse(&body)?).await
}

async fn create(
    server: &Shared,
    subject: &Subject<'_>,
    headers: &HeaderMap,
    body: &Value,
) -> Result<Response, ApiError> {
    let Some(input) = body.get("input").filter(|input| input.is_object()) else {
        return Err(ApiError::violation("", "required", "input is required"));
    };
    let prompt = subject.prompt(input);
    let attempt = server.rules().note_attempt(prompt);
    subject.validate(input)?;
    let wait = wait_asked(headers);
    let prediction = Prediction {
        rule: None,
        ..new_prediction(server, subject, headers, body, input)?
    };
    let rule = server.rules().take(prompt, subject.kind());
    if let Some(refusal) = rule.as_ref().and_then(refusal) {
        return Err(refusal);
    }
    let prediction = Prediction { rule, ..prediction };
    server.rules().note_paid(attempt, &prediction.id);
    server.store.insert(prediction.clone());
    tracing::info!(id = prediction.id, model = prediction.model, "created");
    let run = tokio::spawn(lifecycle::run(server.clone(), prediction.id.clone()));
    if prediction.behaves(Behaviour::CreateThenDrop) {
        return Err(ApiError::Dropped);
    }
    if prediction.behaves(Behaviour::EarlyWebhook) {
        // The webhooks are told inside the run; what is left of it on a
        // time-out goes on by itself.
        let _ = tokio::time::timeout(EARLY_AT_MOST, run).await;
        return Ok(answer(server, StatusCode::CREATED, &prediction));
    }
    let Some(wait) = wait else {
        return Ok(answer(server, StatusCode::CREATED, &prediction));
    };
    let ended = tokio::time::timeout(wait, server.store.ended(&prediction.id)).await;
    let current = server.store.get(&prediction.id).unwrap_or(prediction);
    let status = if ended.is_ok() {
        StatusCode::CREATED
    } else {
        StatusCode::ACCEPTED
    };
    Ok(answer(server, status, &current))
}

fn answer(server: &Shared, status: StatusCode, prediction: &Prediction) -> Response {
    (status, Json(prediction.to_json(server.origin()))).into_response()
}

/// The refusals a rule can ask for, before anything is created.
fn refusal(rule: &Rule) -> Option<ApiError> {
    match rule.behaviour {
        Behaviour::Throttle => Some(ApiError::Throttled {
            seconds: rule.seconds.unwrap_or(1),
        }),
        Behaviour::Unavailable => Some(ApiError::Unavailable),
        Behaviour::InsufficientCredit => Some(ApiError::InsufficientCredit),
        _ => None,
    }
}

fn new_prediction(
    server: &Shared,
    subject: &Subject<'_>,
    headers: &HeaderMap,
    body: &Value,
    input: &Value,
) -> Result<Prediction, ApiError> {
    let created_at = clock::now();
    let deadline = cancel_after(headers)?
        .map(|after| clock::after(created_at, after.mul_f64(server.settings.deadline_scale)));
    let asked_to_stream = body.get("stream") == Some(&json!(true));
    Ok(Prediction {
        id: clock::new_id(),
        model: subject.name.clone(),
        version: subject.version.clone(),
        kind: subject.kind(),
        input: input.clone(),
        output: None,
        error: None,
        logs: String::new(),
        status: Status::Starting,
        created_at,
        started_at: None,
        completed_at: None,
        deadline,
        webhook: webhook(body)?,
        events: events(body)?,
        streams: asked_to_stream || subject.streams(),
        rule: None,
        data_removed: false,
    })
}

fn parse(body: &[u8]) -> Result<Value, ApiError> {
    let body: Value = serde_json::from_slice(body).map_err(|_| ApiError::NotJson)?;
    if body.is_object() {
        Ok(body)
    } else {
        Err(ApiError::NotJson)
    }
}

/// HTTPS, as the provider wants it; plain HTTP only to this machine.
fn webhook(body: &Value) -> Result<Option<String>, ApiError> {
    let Some(webhook) = body.get("webhook").filter(|webhook| !webhook.is_null()) else {
        return Ok(None);
    };
    let url = webhook.as_str().and_then(|url| Url::parse(url).ok());
    match url {
        Some(url) if url.scheme() == "https" || is_this_machine(&url) => Ok(Some(url.into())),
        _ => {
            let message = "webhook must be a valid HTTPS URL";
            Err(ApiError::violation("webhook", "invalid_format", message))
        }
    }
}

fn is_this_machine(url: &Url) -> bool {
    let local = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    url.scheme() == "http" && local
}

fn events(body: &Value) -> Result<Option<Vec<Event>>, ApiError> {
    let Some(events) = body
        .get("webhook_events_filter")
        .filter(|events| !events.is_null())
    else {
        return Ok(None);
    };
    serde_json::from_value(events.clone()).map(Some).map_err(|_| {
        let message = "webhook_events_filter must be one of the following: \"start\", \"output\", \"logs\", \"completed\"";
        ApiError::violation("webhook_events_filter", "enum", message)
    })
}

/// `Prefer: wait` or `wait=1..60`; anything else is no wish to wait.
fn wait_asked(headers: &HeaderMap) -> Option<Duration> {
    let prefer = headers.get("prefer")?.to_str().ok()?;
    let seconds = match prefer.trim().strip_prefix("wait")? {
        "" => 60,
        rest => rest.strip_prefix('=')?.parse().ok()?,
    };
    (1..=60)
        .contains(&seconds)
        .then(|| Duration::from_secs(seconds))
}

fn cancel_after(headers: &HeaderMap) -> Result<Option<Duration>, ApiError> {
    let Some(header) = headers.get("cancel-after") else {
        return Ok(None);
    };
    let duration = header.to_str().ok().and_then(parse_duration);
    match duration {
        Some(duration) if (SHORTEST_DEADLINE..=LONGEST_DEADLINE).contains(&duration) => {
            Ok(Some(duration))
        }
        _ => {
            let message = "Cancel-After must be a duration between 5s and 24h";
            Err(ApiError::violation(
                "Cancel-After",
                "invalid_format",
                message,
            ))
        }
    }
}

/// `30s`, `5m`, `1h30m45s`, or bare seconds.
fn parse_duration(text: &str) -> Option<Duration> {
    let mut seconds = 0_u64;
    let mut digits = String::new();
    for character in text.trim().chars() {
        let unit = match character {
            '0'..='9' => {
                digits.push(character);
                continue;
            }
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(digits.parse::<u64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
    }
    if !digits.is_empty() {
        // Bare seconds stand alone: `1h30` is no duration.
        let bare = digits.len() == text.trim().len();
        seconds = bare.then(|| digits.parse().ok()).flatten()?;
    }
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_every_form() {
        let seconds = |text| parse_duration(text).map(|duration| duration.as_secs());
        assert_eq!(seconds("30s"), Some(30));
        assert_eq!(seconds("5m"), Some(300));
        assert_eq!(seconds("1h30m45s"), Some(5445));
        assert_eq!(seconds("90"), Some(90));
        for nonsense in ["1h30", "s", "-5", "5x", "1.5s", "99999999999999999999h"] {
            assert_eq!(seconds(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn prefer_takes_one_to_sixty_seconds() {
        let wait = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("prefer", value.parse().unwrap());
            wait_asked(&headers).map(|wait| wait.as_secs())
        };
        assert_eq!(wait("wait"), Some(60));
        assert_eq!(wait("wait=7"), Some(7));
        assert_eq!(wait("wait=0"), None);
        assert_eq!(wait("wait=61"), None);
        assert_eq!(wait("respond-async"), None);
    }

    #[test]
    fn plain_http_webhooks_go_to_this_machine_only() {
        let accepted = |url: &str| webhook(&json!({"webhook": url})).is_ok();
        assert!(accepted("https://example.com/hook?attempt=1"));
        assert!(accepted("http://127.0.0.1:4566/hook"));
        assert!(accepted("http://omnigen.execute-api.localhost:4566/hook"));
        assert!(!accepted("http://example.com/hook"));
        assert!(!accepted("http://169.254.169.254/"));
        assert!(!accepted("not a url"));
    }
}

//! A prediction: one run of a model, as the API and the webhooks show it.

use std::fmt;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use url::Url;

mod failure;
#[cfg(test)]
mod tests;

pub use failure::Failure;

/// Where a prediction is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(from = "String", into = "String")]
pub enum Status {
    /// Waiting for a machine.
    Starting,
    /// Running.
    Processing,
    /// Done; the output is there for an hour.
    Succeeded,
    /// The model failed, or refused.
    Failed,
    /// Ended by us, or by its deadline after it had started. It is charged.
    Canceled,
    /// Ended by its deadline before it had started. It is not charged.
    Aborted,
    /// A status this build does not know.
    Other(String),
}

impl Status {
    /// The provider's word for it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Starting => "starting",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Aborted => "aborted",
            Self::Other(word) => word,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl From<String> for Status {
    fn from(word: String) -> Self {
        match word.as_str() {
            "starting" => Self::Starting,
            "processing" => Self::Processing,
            "succeeded" => Self::Succeeded,
            "failed" => Self::Failed,
            "canceled" => Self::Canceled,
            "aborted" => Self::Aborted,
            _ => Self::Other(word),
        }
    }
}

impl From<Status> for String {
    fn from(status: Status) -> Self {
        status.as_str().to_owned()
    }
}

/// How long it took, seconds.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Metrics {
    /// Running time; what compute is charged by.
    pub predict_time: Option<f64>,
    /// From created to completed.
    pub total_time: Option<f64>,
}

/// Where to ask about it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Urls {
    /// The prediction itself.
    pub get: Option<String>,
    /// POST here cancels it.
    pub cancel: Option<String>,
}

/// One run of a model. Only `id` and `status` are insisted on; what else is
/// missing, new or oddly shaped does not spoil a prediction that was paid for.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Prediction {
    /// The provider's id.
    pub id: String,
    /// Where it is.
    pub status: Status,
    /// `owner/name`.
    #[serde(default, deserialize_with = "lenient")]
    pub model: Option<String>,
    /// Version id, or `hidden`.
    #[serde(default, deserialize_with = "lenient")]
    pub version: Option<String>,
    /// What was asked for; null after the data was removed.
    #[serde(default)]
    pub input: Value,
    /// What came out, in the model's own shape.
    #[serde(default)]
    pub output: Option<Value>,
    /// Why it failed.
    #[serde(default, deserialize_with = "text")]
    pub error: Option<String>,
    /// What the model printed.
    #[serde(default, deserialize_with = "text")]
    pub logs: Option<String>,
    /// How long it took.
    #[serde(default, deserialize_with = "lenient")]
    pub metrics: Option<Metrics>,
    /// When it was asked for.
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<Timestamp>,
    /// When it began to run.
    #[serde(default, deserialize_with = "lenient")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, deserialize_with = "lenient")]
    pub completed_at: Option<Timestamp>,
    /// When the provider ends it by itself.
    #[serde(default, deserialize_with = "lenient")]
    pub deadline: Option<Timestamp>,
    /// The webhook given at the create, query and all.
    #[serde(default, deserialize_with = "lenient")]
    pub webhook: Option<String>,
    /// Where to ask about it.
    #[serde(default, deserialize_with = "lenient")]
    pub urls: Option<Urls>,
    /// Whether input and output are gone (an hour after the end).
    #[serde(default, deserialize_with = "truth")]
    pub data_removed: bool,
}

impl Prediction {
    /// Whether it has ended. A status we do not know counts as ended when the
    /// provider gives the time it ended at.
    pub fn is_terminal(&self) -> bool {
        match &self.status {
            Status::Starting | Status::Processing => false,
            Status::Succeeded | Status::Failed | Status::Canceled | Status::Aborted => true,
            Status::Other(_) => self.completed_at.is_some(),
        }
    }

    /// The files it made: a string, an array, or the values of an object.
    /// What is not an absolute http(s) URL is left out, so a prediction that
    /// succeeded without a file gives none.
    pub fn output_urls(&self) -> Vec<Url> {
        match &self.output {
            Some(Value::Array(items)) => items.iter().filter_map(file_url).collect(),
            Some(Value::Object(fields)) => fields.values().filter_map(file_url).collect(),
            Some(value) => file_url(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// The text it made: a string, joined tokens, or a structured answer as
    /// JSON text. `None` when there is none.
    pub fn output_text(&self) -> Option<String> {
        let text = match self.output.as_ref()? {
            Value::String(text) => text.clone(),
            Value::Array(tokens) => tokens.iter().filter_map(Value::as_str).collect(),
            Value::Object(fields) => {
                match fields.get("json_output").filter(|answer| !answer.is_null()) {
                    Some(answer) => answer.to_string(),
                    None => fields.get("text")?.as_str()?.to_owned(),
                }
            }
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// Why it ended without an output; `None` while it runs and when it
    /// succeeded.
    pub fn failure(&self) -> Option<Failure> {
        match &self.status {
            Status::Canceled | Status::Aborted => Some(Failure::TimedOut),
            Status::Failed => Some(Failure::from_error(
                self.error.as_deref().unwrap_or_default(),
            )),
            Status::Other(_) if self.is_terminal() => Some(Failure::Other),
            Status::Succeeded | Status::Starting | Status::Processing | Status::Other(_) => None,
        }
    }
}

fn file_url(value: &Value) -> Option<Url> {
    let url = Url::parse(value.as_str()?).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

fn lenient<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: DeserializeOwned,
    D: Deserializer<'de>,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    })
}

fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Value::deserialize(deserializer)? == Value::Bool(true))
}

//! The provider's HTTP API. A create is sent again only when the provider says
//! that it made nothing (429); after anything ambiguous the caller has to look
//! for the prediction first ([`Error::may_have_created`]).

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use crate::registry::{Model, Violation};
use crate::{Error, Http, Prediction};

mod answer;
mod retry;

pub use retry::TRIES;
#[cfg(test)]
mod tests;

/// What a call that waits gets on top of the time it waits.
const WAITING_MARGIN: Duration = Duration::from_secs(10);
/// The provider waits a minute at most.
const LONGEST_WAIT: u64 = 60;
/// The provider's shortest deadline, seconds.
const SHORTEST_DEADLINE: u64 = 5;
/// A page has a hundred predictions.
const MOST_PAGES: usize = 10;

/// What a webhook is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookEvent {
    /// It has been started.
    Start,
    /// It has made some output.
    Output,
    /// It has printed something.
    Logs,
    /// It has ended.
    Completed,
}

impl WebhookEvent {
    fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Output => "output",
            Self::Logs => "logs",
            Self::Completed => "completed",
        }
    }
}

/// How a prediction is to be run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CreateOptions {
    /// Where to send webhooks; its query is kept.
    pub webhook: Option<Url>,
    /// What to send webhooks for; empty for the provider's choice.
    pub events: Vec<WebhookEvent>,
    /// End it by itself after this long; at least five seconds.
    pub cancel_after: Option<Duration>,
    /// Hold the answer until it has ended; at most a minute.
    pub wait: Option<Duration>,
}

/// A client with a token. Cheap to clone; its `Debug` shows no token.
#[derive(Debug, Clone)]
pub struct Client {
    base_url: Url,
    token: SecretString,
    http: Http,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    next: Option<String>,
    results: Vec<Prediction>,
}

#[derive(Deserialize)]
struct Secret {
    key: String,
}

impl Client {
    /// A client for the API at `base_url`, such as
    /// `https://api.replicate.com/v1`, over `http`.
    pub fn new(base_url: Url, token: SecretString, http: Http) -> Self {
        Self {
            base_url,
            token,
            http,
        }
    }

    /// Makes a prediction. The input is checked against the pinned schema
    /// before anything is sent; a 429 is waited out, three tries and ten
    /// seconds at most.
    ///
    /// # Errors
    /// Any [`Error`]; ask it whether it [may have created] one all the same.
    ///
    /// [may have created]: Error::may_have_created
    pub async fn create(
        &self,
        model: &Model,
        input: Value,
        options: CreateOptions,
    ) -> Result<Prediction, Error> {
        model.validate(&input).map_err(Error::InvalidInput)?;
        let url = self.create_url(model)?;
        let body = create_body(model, input, &options);
        retry::when_throttled(|| async {
            let mut request = self.request(Method::POST, url.clone())?.json(&body);
            if let Some(after) = options.cancel_after {
                let seconds = after.as_secs_f64().ceil() as u64;
                request = request.header(
                    "Cancel-After",
                    format!("{}s", seconds.max(SHORTEST_DEADLINE)),
                );
            }
            if let Some(wait) = options.wait {
                let seconds = wait.as_secs().clamp(1, LONGEST_WAIT);
                request = request
                    .header("Prefer", format!("wait={seconds}"))
                    .timeout(Duration::from_secs(seconds) + WAITING_MARGIN);
            }
            answer::read(&self.http, request).await
        })
        .await
    }

    /// The prediction as it is now.
    ///
    /// # Errors
    /// Any [`Error`], after three tries where another try may help.
    pub async fn get(&self, id: &str) -> Result<Prediction, Error> {
        let url = self.url(&["predictions", known_form(id)?])?;
        self.read(Method::GET, url).await
    }

    /// Ends a prediction; one that has ended stays as it is.
    ///
    /// # Errors
    /// Any [`Error`], after three tries where another try may help.
    pub async fn cancel(&self, id: &str) -> Result<Prediction, Error> {
        let url = self.url(&["predictions", known_form(id)?, "cancel"])?;
        // Canceling twice is canceling once, so this POST may be repeated.
        self.read(Method::POST, url).await
    }

    /// The predictions made since then, newest first; at most a thousand.
    ///
    /// # Errors
    /// Any [`Error`], after three tries a page where another try may help.
    pub async fn list_created_since(&self, since: Timestamp) -> Result<Vec<Prediction>, Error> {
        let mut url = self.url(&["predictions"])?;
        url.query_pairs_mut()
            .append_pair("created_after", &since.to_string());
        let mut predictions = Vec::new();
        for _ in 0..MOST_PAGES {
            let page: Page = self.read(Method::GET, url.clone()).await?;
            predictions.extend(page.results);
            let Some(next) = page.next else {
                return Ok(predictions);
            };
            url = self.next_page(&url, &next)?;
        }
        tracing::warn!(
            pages = MOST_PAGES,
            "more predictions than are read; the oldest are left out"
        );
        Ok(predictions)
    }

    /// The secret that webhooks to this account are signed with. It seldom
    /// changes: keep it.
    ///
    /// # Errors
    /// Any [`Error`], after three tries where another try may help.
    pub async fn webhook_secret(&self) -> Result<SecretString, Error> {
        let url = self.url(&["webhooks", "default", "secret"])?;
        let secret: Secret = self.read(Method::GET, url).await?;
        Ok(SecretString::from(secret.key))
    }

    async fn read<T: serde::de::DeserializeOwned>(
        &self,
        method: Method,
        url: Url,
    ) -> Result<T, Error> {
        retry::when_it_may_help(|| async {
            let request = self.request(method.clone(), url.clone())?;
            answer::read(&self.http, request).await
        })
        .await
    }

    fn create_url(&self, model: &Model) -> Result<Url, Error> {
        match model.name.split_once('/') {
            Some((owner, name)) if model.official => {
                self.url(&["models", owner, name, "predictions"])
            }
            _ => self.url(&["predictions"]),
        }
    }

    fn url(&self, segments: &[&str]) -> Result<Url, Error> {
        let mut url = self.base_url.clone();
        url.path_segments_mut()
            .map_err(|()| Error::Misconfigured("the base URL cannot have a path"))?
            .pop_if_empty()
            .extend(segments);
        Ok(url)
    }

    /// The token goes to the provider's own origin and nowhere else.
    fn next_page(&self, current: &Url, next: &str) -> Result<Url, Error> {
        let next = current
            .join(next)
            .map_err(|_| Error::Malformed("the next page is no URL".to_owned()))?;
        if next.origin() != self.base_url.origin() {
            return Err(Error::Malformed("the next page is elsewhere".to_owned()));
        }
        Ok(next)
    }

    fn request(&self, method: Method, url: Url) -> Result<RequestBuilder, Error> {
        // A secret pasted with its line end is still that secret.
        let bearer = format!("Bearer {}", self.token.expose_secret().trim());
        let mut value = HeaderValue::try_from(bearer)
            .map_err(|_| Error::Misconfigured("the token cannot be a header"))?;
        value.set_sensitive(true);
        Ok(self
            .http
            .client
            .request(method, url)
            .header(AUTHORIZATION, value))
    }
}

fn create_body(model: &Model, input: Value, options: &CreateOptions) -> Value {
    let mut body = Map::new();
    body.insert("input".to_owned(), input);
    if !model.official {
        body.insert(
            "version".to_owned(),
            json!(format!("{}:{}", model.name, model.version)),
        );
    }
    if let Some(webhook) = &options.webhook {
        body.insert("webhook".to_owned(), json!(webhook.as_str()));
        if !options.events.is_empty() {
            let events: Vec<_> = options.events.iter().map(|event| event.as_str()).collect();
            body.insert("webhook_events_filter".to_owned(), json!(events));
        }
    }
    Value::Object(body)
}

/// An id that could walk to another path is not one of the provider's.
fn known_form(id: &str) -> Result<&str, Error> {
    let well_formed = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if well_formed {
        Ok(id)
    } else {
        Err(Error::NotFound)
    }
}

/// A 422's violations; one without a list is about the version or the body.
fn violations_of(problem: &Value) -> Vec<Violation> {
    let listed = problem
        .get("invalid_fields")
        .and_then(|fields| Vec::deserialize(fields).ok());
    listed
        .filter(|fields: &Vec<Violation>| !fields.is_empty())
        .unwrap_or_else(|| {
            let detail = problem
                .get("detail")
                .and_then(Value::as_str)
                .unwrap_or("the input is invalid");
            vec![Violation {
                field: String::new(),
                kind: "invalid".to_owned(),
                message: detail.to_owned(),
            }]
        })
}

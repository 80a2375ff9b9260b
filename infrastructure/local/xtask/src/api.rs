//! OmniGen's own API, as any HTTP client sees it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use devcloud::users::Name;
use devcloud::{Answer, PATIENCE, Person, Stack, watch};
use domain::prices::LedgerEntry;
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::wait;

/// The API in the name of one user, one call after the other.
#[derive(Debug)]
pub(crate) struct Api {
    person: Person,
}

/// A job, as far as the commands show it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Job {
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) stage: String,
    #[serde(default)]
    pub(crate) progress: u64,
    #[serde(default)]
    pub(crate) scenes: Vec<Scene>,
    pub(crate) thumbnail_url: Option<String>,
    pub(crate) error: Option<JobError>,
    #[serde(default)]
    pub(crate) ledger: Vec<LedgerEntry>,
}

/// A scene of a job.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Scene {
    pub(crate) title: String,
    pub(crate) status: String,
}

/// Why a job failed.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct JobError {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) stage: Option<String>,
}

/// Something of the source that a transcode's outputs lack.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Warning {
    pub(crate) text: String,
}

/// A transcode, as far as the commands show it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transcode {
    pub(crate) status: String,
    pub(crate) progress: u64,
    #[serde(default)]
    pub(crate) skipped: Vec<Skipped>,
    #[serde(default)]
    pub(crate) warnings: Vec<Warning>,
    code: Option<String>,
    error_text: Option<String>,
}

impl Transcode {
    /// Why it failed, for people.
    pub(crate) fn failure(&self) -> String {
        let text = self.error_text.as_deref().unwrap_or("no reason was given");
        let code = self.code.as_deref().unwrap_or("UNKNOWN");
        format!("{text} ({code})")
    }
}

/// A rendition that was not made.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Skipped {
    pub(crate) quality: String,
    pub(crate) reason: String,
}

/// A file that a transcode made.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asset {
    #[serde(skip_serializing)]
    id: String,
    pub(crate) asset_type: String,
    #[serde(skip_serializing)]
    s3_key: String,
    pub(crate) quality: Option<String>,
    pub(crate) file_size: u64,
    pub(crate) width: u64,
    pub(crate) height: u64,
}

impl Asset {
    /// `high.mp4`, `thumbnail.jpg`, …
    pub(crate) fn file_name(&self) -> &str {
        self.s3_key.rsplit('/').next().unwrap_or(&self.s3_key)
    }
}

/// Where a file is to be put, as the API told it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UploadTarget {
    pub(crate) upload_url: String,
    pub(crate) s3_key: String,
    pub(crate) headers: BTreeMap<String, String>,
}

impl Api {
    /// The API in the name of `user`.
    pub(crate) fn of(stack: &Stack, user: Name) -> Result<Self> {
        let person = wait(Person::named(stack, user))?;
        Ok(Self { person })
    }

    /// Asks for a film; gives the job's id.
    pub(crate) fn create_job(&self, request: &Value) -> Result<String> {
        text(&self.post("/api/v1/jobs", request)?, "/jobId")
    }

    /// Asks where a file is to be put.
    pub(crate) fn generate_url(&self, file: &Value) -> Result<UploadTarget> {
        parsed(self.post("/api/upload/generate-url", file)?)
    }

    /// Makes a video of an upload; gives its id.
    pub(crate) fn confirm(&self, upload: &Value) -> Result<String> {
        text(&self.post("/api/upload/confirm", upload)?, "/id")
    }

    /// Asks for renditions; gives the transcode's id.
    pub(crate) fn create_transcode(&self, request: &Value) -> Result<String> {
        text(&self.post("/api/jobs", request)?, "/job/id")
    }

    /// Watches a transcode to its end; `show` sees each state.
    pub(crate) fn watch_transcode(
        &self,
        id: &str,
        mut show: impl FnMut(&Transcode),
    ) -> Result<Transcode> {
        let ask = || self.person.transcode(id);
        let end = wait(watch(ask, PATIENCE, |state| {
            if let Ok(state) = parsed(state.clone()) {
                show(&state);
            }
        }))?;
        parsed(end)
    }

    /// What a finished transcode made.
    pub(crate) fn assets(&self, id: &str) -> Result<Vec<Asset>> {
        let answer = self.get(&format!("/api/jobs/{id}/assets"))?;
        parsed(answer["assets"].clone())
    }

    /// Where an asset can be fetched.
    pub(crate) fn asset_url(&self, id: &str, asset: &Asset) -> Result<String> {
        let path = format!("/api/jobs/{id}/assets/{}/download", asset.id);
        let answer = wait(self.person.get(&path))?;
        match answer.header("location") {
            "" => bail!("{}", refusal("GET", &path, &answer)),
            location => Ok(location.to_owned()),
        }
    }

    /// Where a video can be streamed from.
    pub(crate) fn playlist_url(&self, video: &str) -> Result<String> {
        text(
            &self.get(&format!("/api/gallery/videos/{video}/stream"))?,
            "/hlsUrl",
        )
    }

    /// A job as it stands.
    pub(crate) fn job(&self, id: &str) -> Result<Job> {
        parsed(self.get(&format!("/api/v1/jobs/{id}"))?)
    }

    /// Watches a job to its end; `show` sees each state.
    pub(crate) fn watch_job(&self, id: &str, mut show: impl FnMut(&Job)) -> Result<Job> {
        let ask = || self.person.job(id);
        let end = wait(watch(ask, PATIENCE, |state| {
            if let Ok(state) = parsed(state.clone()) {
                show(&state);
            }
        }))?;
        parsed(end)
    }

    /// The newest of the user's jobs.
    pub(crate) fn newest_job(&self) -> Result<Option<String>> {
        Ok(text(&self.get("/api/v1/jobs?limit=1")?, "/jobs/0/jobId").ok())
    }

    /// Where the film of a finished job can be fetched.
    pub(crate) fn video_url(&self, id: &str) -> Result<String> {
        let path = format!("/api/v1/jobs/{id}/video");
        let request = self.person.request(Method::GET, &path);
        let answer = wait(Answer::of(request.header("accept", "application/json")))?;
        text(&accepted("GET", &path, answer)?, "/videoUrl")
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        accepted("POST", path, wait(self.person.post(path, body))?)
    }

    fn get(&self, path: &str) -> Result<Value> {
        accepted("GET", path, wait(self.person.get(path))?)
    }
}

/// The body of an answer, unless the request was refused.
fn accepted(method: &str, path: &str, answer: Answer) -> Result<Value> {
    match answer.status {
        200..300 => Ok(answer.body),
        _ => bail!("{}", refusal(method, path, &answer)),
    }
}

/// What the API says about a refusal: status, code and message.
fn refusal(method: &str, path: &str, answer: &Answer) -> String {
    let text = |pointer: &str| text(&answer.body, pointer).unwrap_or_default();
    let details = match text("/details/field") {
        field if field.is_empty() => field,
        field => format!(" ({field}: {})", text("/details/constraint")),
    };
    let (status, code, error) = (answer.status, text("/code"), text("/error"));
    format!("{method} {path} was refused: {status} {code} {error}{details}")
}

fn text(body: &Value, pointer: &str) -> Result<String> {
    let text = body.pointer(pointer).and_then(Value::as_str);
    text.map(str::to_owned)
        .with_context(|| format!("the API's answer has no {pointer}"))
}

fn parsed<T: DeserializeOwned>(body: Value) -> Result<T> {
    serde_json::from_value(body).context("the API answered something unexpected")
}

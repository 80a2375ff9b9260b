//! OmniGen's own API, as any HTTP client sees it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use domain::prices::LedgerEntry;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ureq::Agent;

use crate::cloud::Stack;
use crate::cloud::users::{self, Name, TokenKind};
use crate::demo::upload::Place;
use crate::http::{self, Answer};

/// The API in the name of one user.
#[derive(Debug)]
pub(crate) struct Api {
    agent: Agent,
    url: String,
    token: String,
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

impl Api {
    /// The API in the name of `user`.
    pub(crate) fn of(stack: &Stack, user: Name) -> Result<Self> {
        Ok(Self {
            agent: http::agent(Duration::from_secs(40)),
            url: stack.api_url.clone(),
            token: users::token(stack, user, TokenKind::Access)?,
        })
    }

    /// Asks for a film; gives the job's id.
    pub(crate) fn create_job(&self, request: &Value) -> Result<String> {
        let answer = self.post("/api/v1/jobs", request)?;
        Ok(answer.text("/jobId").to_owned())
    }

    /// Asks where a file is to be put.
    pub(crate) fn generate_url(&self, file: &Value) -> Result<Place> {
        Ok(Place(self.post("/api/upload/generate-url", file)?.body))
    }

    /// Makes a video of an upload; gives its id.
    pub(crate) fn confirm(&self, upload: &Value) -> Result<String> {
        let answer = self.post("/api/upload/confirm", upload)?;
        Ok(answer.text("/id").to_owned())
    }

    /// Asks for renditions; gives the transcode's id.
    pub(crate) fn create_transcode(&self, request: &Value) -> Result<String> {
        let answer = self.post("/api/jobs", request)?;
        Ok(answer.text("/job/id").to_owned())
    }

    /// A transcode as it stands.
    pub(crate) fn transcode(&self, id: &str) -> Result<Transcode> {
        let answer = self.get(&format!("/api/jobs/{id}"))?;
        serde_json::from_value(answer.body["job"].clone())
            .context("the API answered with something else than a transcode")
    }

    /// What a finished transcode made.
    pub(crate) fn assets(&self, id: &str) -> Result<Vec<Asset>> {
        let answer = self.get(&format!("/api/jobs/{id}/assets"))?;
        serde_json::from_value(answer.body["assets"].clone())
            .context("the API answered with something else than assets")
    }

    /// Where an asset can be fetched.
    pub(crate) fn asset_url(&self, id: &str, asset: &Asset) -> Result<String> {
        let path = format!("/api/jobs/{id}/assets/{}/download", asset.id);
        let response = self
            .agent
            .get(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .call()
            .context("the API was not reached")?;
        let location = response.headers().get("location");
        let location = location.and_then(|value| value.to_str().ok());
        Ok(location.context("the download leads nowhere")?.to_owned())
    }

    /// Where a video can be streamed from.
    pub(crate) fn playlist_url(&self, video: &str) -> Result<String> {
        let answer = self.get(&format!("/api/gallery/videos/{video}/stream"))?;
        Ok(answer.text("/hlsUrl").to_owned())
    }

    /// A job as it stands.
    pub(crate) fn job(&self, id: &str) -> Result<Job> {
        let answer = self.get(&format!("/api/v1/jobs/{id}"))?;
        serde_json::from_value(answer.body)
            .context("the API answered with something else than a job")
    }

    /// The newest of the user's jobs.
    pub(crate) fn newest_job(&self) -> Result<Option<String>> {
        let answer = self.get("/api/v1/jobs?limit=1")?;
        Ok(match answer.text("/jobs/0/jobId") {
            "" => None,
            id => Some(id.to_owned()),
        })
    }

    /// Where the film of a finished job can be fetched.
    pub(crate) fn video_url(&self, id: &str) -> Result<String> {
        let answer = self.get(&format!("/api/v1/jobs/{id}/video"))?;
        Ok(answer.text("/videoUrl").to_owned())
    }

    fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        let response = self
            .agent
            .post(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .send(body.to_string());
        let answer = http::answer(response).context("the API was not reached")?;
        if !answer.is_success() {
            bail!("POST {path} was refused: {}", refusal(&answer));
        }
        Ok(answer)
    }

    fn get(&self, path: &str) -> Result<Answer> {
        let response = self
            .agent
            .get(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept", "application/json")
            .call();
        let answer = http::answer(response).context("the API was not reached")?;
        if !answer.is_success() {
            bail!("GET {path} was refused: {}", refusal(&answer));
        }
        Ok(answer)
    }
}

/// What the API says about a refusal: status, code and message.
fn refusal(answer: &Answer) -> String {
    let details = match answer.text("/details/field") {
        "" => String::new(),
        field => format!(" ({field}: {})", answer.text("/details/constraint")),
    };
    format!(
        "{} {} {}{details}",
        answer.status,
        answer.text("/code"),
        answer.text("/error")
    )
}

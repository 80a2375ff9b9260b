//! OmniGen's own API, as any HTTP client sees it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use domain::prices::LedgerEntry;
use serde::Deserialize;
use serde_json::Value;
use ureq::Agent;

use crate::cloud::Stack;
use crate::cloud::users::{self, Name, TokenKind};
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
        let response = self
            .agent
            .post(format!("{}/api/v1/jobs", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .send(request.to_string());
        let answer = http::answer(response).context("the API was not reached")?;
        if answer.status != 202 {
            bail!("the film was refused: {}", refusal(&answer));
        }
        Ok(answer.text("/jobId").to_owned())
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

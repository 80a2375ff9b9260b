//! `cargo xtask smoke`: does a deployed API answer as it should? Without a token and without
//! writing anything, so that it may be asked of production.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use reqwest::Client;
use serde_json::Value;

use crate::workspace::Workspace;
use crate::{cloud, http, say};

/// Whose API.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where it is; by default the local cloud's
    #[arg(long)]
    api: Option<String>,
}

/// What is asked: a path, the status it is answered with, and what the body must say.
type Question = (&'static str, u16, fn(&Value) -> bool);

const QUESTIONS: [Question; 6] = [
    ("/api/v1/health", 200, |body| body["status"] == "ok"),
    ("/api/v1/openapi.json", 200, is_todays_document),
    ("/api/gallery/videos", 200, |body| body["videos"].is_array()),
    ("/api/v1/me", 401, has_code),
    ("/api/v1/jobs", 401, has_code),
    ("/api/v1/no-such-route", 404, has_code),
];

/// Asks everything; fails if one answer is another.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let api = match &options.api {
        Some(api) => api.trim_end_matches('/').to_owned(),
        None => cloud::stack(workspace)?.api_url,
    };
    // A function that has just been replaced starts anew.
    let client = http::client(Duration::from_secs(30))?;
    for (path, status, is_right) in QUESTIONS {
        let url = format!("{api}{path}");
        http::wait(ask(&client, &url, status, is_right)).with_context(|| format!("GET {path}"))?;
        say::note(&format!("  {status} {path}"));
    }
    say::result(&format!("{api} answers as it should"));
    Ok(())
}

async fn ask(client: &Client, url: &str, status: u16, is_right: fn(&Value) -> bool) -> Result<()> {
    let answer = client.get(url).send().await?;
    let found = answer.status().as_u16();
    let text = answer.text().await?;
    ensure!(
        found == status,
        "it is answered {found}, not {status}: {text}"
    );
    let body: Value = serde_json::from_str(&text).context("the answer is no JSON")?;
    ensure!(is_right(&body), "the answer says something else: {text}");
    Ok(())
}

/// What is deployed is what this repository holds.
fn is_todays_document(body: &Value) -> bool {
    let ours = contract::text().ok();
    let ours = ours.and_then(|text| serde_json::from_str::<Value>(&text).ok());
    ours.is_some_and(|ours| ours == *body)
}

fn has_code(body: &Value) -> bool {
    body["error"].is_string() && body["code"].is_string()
}

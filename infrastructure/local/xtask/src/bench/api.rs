//! `bench api`: the request path under load, against a function that does nothing on the
//! same gateway, and the DynamoDB calls that a request makes.

use std::time::Duration;

use anyhow::{Context, Result};
use devcloud::users::{self, Name, TokenKind};
use devcloud::{Api, Stack};
use serde_json::{Value, json};

use crate::bench::load::Load;
use crate::bench::{start, turns};
use crate::cloud::{self, deploy};
use crate::http::wait;
use crate::say;
use crate::setup::bootstraps;
use crate::workspace::Workspace;

const CONNECTIONS: usize = 8;
const TIME: Duration = Duration::from_secs(4);
/// Each address is loaded this often, taking turns with the others.
const ROUNDS: usize = 3;

/// Runs it.
pub(crate) fn run(workspace: &Workspace) -> Result<Value> {
    let stack = cloud::up(workspace, &cloud::Options::measured())?;
    let hello = deploy_hello(workspace, &stack)?;
    let job = any_job(&stack)?;
    let token = wait(users::token(&stack, Name::Demo, TokenKind::Access))?;
    let ours = |path: &str| Load {
        url: format!("{}{path}", stack.api_url),
        token: Some(token.clone()),
        connections: CONNECTIONS,
        time: TIME,
    };
    let loads = [
        (
            "hello",
            Load {
                url: hello,
                token: None,
                ..ours("")
            },
        ),
        ("me", ours("/api/v1/me")),
        ("jobs-get", ours(&format!("/api/v1/jobs/{job}"))),
    ];
    let measured = say::step("Loading the API", || turns::load(workspace, ROUNDS, &loads))?;
    let mut figures = json!({"bench": "api", "connections": CONNECTIONS});
    for (name, line) in turns::figures(&measured) {
        figures[name] = line;
    }
    Ok(figures)
}

/// Deploys the bare function as a stack of its own; gives its address.
pub(super) fn deploy_hello(workspace: &Workspace, stack: &Stack) -> Result<String> {
    let bootstrap = workspace.staged("target/lambda-bench/hello/bootstrap");
    bootstraps::stage_one(&start::hello(workspace)?, &bootstrap)?;
    let template = workspace.path("infrastructure/local/bench/template.yaml");
    let answer = deploy::run(
        workspace,
        &stack.endpoint_url,
        &template,
        "omnigen-bench",
        &json!({}),
    )?;
    let deployed: Value = serde_json::from_str(&answer)?;
    let id = deployed["outputs"]["ApiId"]
        .as_str()
        .context("the bare function has no API")?;
    Ok(format!(
        "{}/_aws/execute-api/{id}/$default/hello",
        stack.endpoint_url
    ))
}

/// A finished job of the demo user's; a short film is made if there is none.
fn any_job(stack: &Stack) -> Result<String> {
    let api = wait(Api::of(stack, Name::Demo))?;
    if let Some(job) = wait(api.newest_job())? {
        return Ok(job.job_id.to_string());
    }
    say::step("Making a film to ask for", || {
        let wanted = json!({
            "prompt": "A lighthouse blinks in the fog",
            "category": "ad-creative",
            "scenes": 1,
            "durationSeconds": 6,
        });
        let id = wait(api.create_job(&wanted))?.job_id.to_string();
        wait(api.watch_job(&id, |_| {}))?;
        Ok(id)
    })
}

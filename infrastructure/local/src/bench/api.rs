//! `bench api`: the request path under load, against a function that does nothing on the
//! same gateway, and the DynamoDB calls that a request makes.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::api::Api;
use crate::bench::load::{Load, Measured, round};
use crate::bench::start;
use crate::cloud::users::{self, Name, TokenKind};
use crate::cloud::{self, Stack, deploy};
use crate::say;
use crate::workspace::Workspace;

const CONNECTIONS: usize = 8;
const TIME: Duration = Duration::from_secs(4);
/// Each address is loaded this often, taking turns with the others.
const ROUNDS: usize = 3;
/// How the launcher writes a DynamoDB call into its log.
const CALL: &str = "[dynamodb.calls] ";

/// Runs it.
pub(crate) fn run(workspace: &Workspace) -> Result<Value> {
    let stack = cloud::up(workspace, &cloud::Options::measured())?;
    let hello = deploy_hello(workspace, &stack)?;
    let job = any_job(&stack)?;
    let token = users::token(&stack, Name::Demo, TokenKind::Access)?;
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
    let measured = say::step("Loading the API", || in_turns(workspace, &loads))?;
    Ok(figures(&measured))
}

/// Loads the addresses in turns, so that a busy moment hits all alike, and counts calls.
fn in_turns(workspace: &Workspace, loads: &[(&'static str, Load)]) -> Result<Vec<Rounds>> {
    let mut measured: Vec<Rounds> = loads.iter().map(|(name, _)| Rounds::of(name)).collect();
    for _ in 0..ROUNDS {
        for ((_, load), rounds) in loads.iter().zip(&mut measured) {
            let before = calls(workspace)?;
            rounds.runs.push(load.run()?);
            for (call, count) in calls(workspace)? {
                let earlier = before.get(&call).copied().unwrap_or_default();
                *rounds.calls.entry(call).or_default() += count - earlier;
            }
        }
    }
    Ok(measured)
}

/// What was measured of one address in all rounds.
#[derive(Debug)]
struct Rounds {
    name: &'static str,
    runs: Vec<Measured>,
    calls: BTreeMap<String, usize>,
}

impl Rounds {
    fn of(name: &'static str) -> Self {
        Self {
            name,
            runs: Vec::new(),
            calls: BTreeMap::new(),
        }
    }

    /// The round with the median rate.
    fn median(&self) -> Option<&Measured> {
        let mut runs: Vec<&Measured> = self.runs.iter().collect();
        runs.sort_by(|one, other| one.rate().total_cmp(&other.rate()));
        runs.get(runs.len() / 2).copied()
    }

    /// DynamoDB calls for each request, by operation and table.
    fn calls_per_request(&self) -> Value {
        let requests: usize = self.runs.iter().map(Measured::requests).sum();
        self.calls
            .iter()
            .map(|(call, count)| (call.clone(), round(*count as f64 / requests.max(1) as f64)))
            // Below that it is the reconciler's own work, once a minute.
            .filter(|(_, count)| *count >= 0.05)
            .map(|(call, count)| (call, Value::from(count)))
            .collect::<serde_json::Map<String, Value>>()
            .into()
    }
}

fn figures(measured: &[Rounds]) -> Value {
    let hello = measured.first().and_then(Rounds::median);
    let mut figures = json!({"bench": "api", "connections": CONNECTIONS});
    for rounds in measured {
        let (Some(run), Some(hello)) = (rounds.median(), hello) else {
            continue;
        };
        let mut line = run.figures();
        line["rateRatio"] = json!(round(run.rate() / hello.rate()));
        line["p50Ratio"] = json!(round(run.percentile(0.5) / hello.percentile(0.5)));
        line["p99Ratio"] = json!(round(run.percentile(0.99) / hello.percentile(0.99)));
        line["dynamoDbCallsPerRequest"] = rounds.calls_per_request();
        figures[rounds.name] = line;
    }
    figures
}

/// How often each DynamoDB call stands in the launcher's log.
fn calls(workspace: &Workspace) -> Result<BTreeMap<String, usize>> {
    let log = fs::read_to_string(workspace.local("logs/emulator.log"))
        .context("the log of the local cloud is missing")?;
    let mut calls = BTreeMap::new();
    for line in log.lines() {
        if let Some((_, call)) = line.split_once(CALL) {
            *calls.entry(call.to_owned()).or_default() += 1;
        }
    }
    Ok(calls)
}

/// Deploys the bare function as a stack of its own; gives its address.
fn deploy_hello(workspace: &Workspace, stack: &Stack) -> Result<String> {
    let folder = workspace.path("target/lambda-bench/hello");
    fs::create_dir_all(&folder)?;
    fs::copy(start::hello(workspace)?, folder.join("bootstrap"))?;
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
    let api = Api::of(stack, Name::Demo)?;
    if let Some(id) = api.newest_job()? {
        return Ok(id);
    }
    say::step("Making a film to ask for", || {
        let id = api.create_job(&json!({
            "prompt": "A lighthouse blinks in the fog",
            "category": "ad-creative",
            "scenes": 1,
            "durationSeconds": 6,
        }))?;
        while !matches!(api.job(&id)?.status.as_str(), "completed" | "failed") {
            std::thread::sleep(Duration::from_secs(1));
        }
        Ok(id)
    })
}

//! `bench start`: from the start of a process to its first answer, and how large it is,
//! against a function that does nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use devcloud::addresses::{ACCESS_KEY, SECRET_KEY};
use devcloud::users::{self, Name, TokenKind};
use devcloud::{Stack, aws};
use serde_json::{Value, json};

use crate::bench::load::round;
use crate::bench::runtime_api::{self, Start};
use crate::cloud;
use crate::command::capture;
use crate::http::wait;
use crate::say;
use crate::setup::bootstraps::{self, Profile};
use crate::setup::python;
use crate::workspace::Workspace;

/// Starts per function; they take turns, so that a busy moment hits both alike.
const ROUNDS: usize = 15;
const HELLO: &str = "hello";

/// The functions whose start is timed, and the path that each answers.
const TIMED: [(&str, &str); 2] = [("health", "/api/v1/health"), ("me", "/api/v1/me")];

/// Runs it.
pub(crate) fn run(workspace: &Workspace) -> Result<Value> {
    let stack = cloud::up(workspace, &cloud::Options::measured())?;
    let hello = hello(workspace)?;
    let mut programs = BTreeMap::from([(HELLO.to_owned(), hello.clone())]);
    for function in workspace.functions()? {
        let bootstrap = bootstraps::bootstrap(workspace, &function);
        programs.insert(function, bootstrap);
    }
    let token = wait(users::token(&stack, Name::Demo, TokenKind::Access))?;
    let mut functions = serde_json::Map::new();
    for (function, path) in TIMED {
        let environment = environment_of(&stack, function)?;
        let figures = say::step(&format!("Timing the start of {function}"), || {
            compare(
                &hello,
                &programs[function],
                &environment,
                &event(path, &token),
            )
        })?;
        functions.insert(function.to_owned(), figures);
    }
    Ok(json!({
        "bench": "start",
        "functions": functions,
        "bytes": sizes(workspace, &programs)?,
    }))
}

/// The bare function, compiled as for AWS.
pub(crate) fn hello(workspace: &Workspace) -> Result<PathBuf> {
    let packages = ["xtask".to_owned()];
    let built = say::step("Building the bare function", || {
        bootstraps::build(
            workspace,
            &packages,
            &["--example", HELLO],
            Profile::Release,
        )
    })?;
    built
        .get(HELLO)
        .cloned()
        .context("the bare function was not built")
}

fn compare(
    hello: &Path,
    function: &Path,
    environment: &[(String, String)],
    event: &str,
) -> Result<Value> {
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(runtime_api::start(hello, environment, event)?);
        ours.push(runtime_api::start(function, environment, event)?);
    }
    let answer: Value = serde_json::from_str(&ours[0].body).unwrap_or_default();
    anyhow::ensure!(
        answer["statusCode"] == 200,
        "the function answered {answer}"
    );
    let answered = |starts: &[Start]| median(starts.iter().map(|start| start.answered));
    let ready = |starts: &[Start]| median(starts.iter().map(|start| start.ready));
    Ok(json!({
        "firstAnswerMs": round(answered(&ours)),
        "helloFirstAnswerMs": round(answered(&bare)),
        "firstAnswerRatio": round(answered(&ours) / answered(&bare)),
        "readyMs": round(ready(&ours)),
        "helloReadyMs": round(ready(&bare)),
        "readyRatio": round(ready(&ours) / ready(&bare)),
    }))
}

/// The median, in milliseconds.
fn median(durations: impl Iterator<Item = Duration>) -> f64 {
    let mut sorted: Vec<Duration> = durations.collect();
    sorted.sort_unstable();
    sorted
        .get(sorted.len() / 2)
        .map_or(0.0, |duration| duration.as_secs_f64() * 1000.0)
}

/// The variables that a function has in the local cloud.
fn environment_of(stack: &Stack, function: &str) -> Result<Vec<(String, String)>> {
    let name = stack.function(function)?;
    let functions = wait(aws::functions(stack))?;
    let variables = functions["Functions"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|function| function["FunctionName"] == name)
        .and_then(|function| function["Environment"]["Variables"].as_object())
        .context("the function has no variables")?;
    let mut environment: Vec<(String, String)> = variables
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect();
    let of_the_runtime = [
        ("AWS_ENDPOINT_URL", stack.endpoint_url.as_str()),
        ("AWS_REGION", &stack.region),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        ("AWS_LAMBDA_FUNCTION_NAME", name),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
    ];
    environment.extend(of_the_runtime.map(|(name, value)| (name.to_owned(), value.to_owned())));
    Ok(environment)
}

/// What the gateway hands a function for a GET (payload format 2.0).
fn event(path: &str, token: &str) -> String {
    json!({
        "version": "2.0",
        "routeKey": format!("GET {path}"),
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"authorization": format!("Bearer {token}"), "host": "127.0.0.1"},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "omnigen",
            "domainName": "127.0.0.1",
            "domainPrefix": "omnigen",
            "http": {
                "method": "GET",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "bench",
            },
            "requestId": "bench",
            "routeKey": format!("GET {path}"),
            "stage": "$default",
            "time": "20/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1_795_176_000_000_u64,
        },
        "isBase64Encoded": false,
    })
    .to_string()
}

/// Bytes of each program, as it is and as an archive holds it.
fn sizes(workspace: &Workspace, programs: &BTreeMap<String, PathBuf>) -> Result<Value> {
    let python = python::environment(workspace, python::CLOUD)?;
    let script = "import json,sys,zlib\n\
        data = {path: open(path, 'rb').read() for path in sys.argv[1:]}\n\
        print(json.dumps([[len(d), len(zlib.compress(d, 9))] for d in data.values()]))";
    let mut measure = python::python_command(workspace, &python);
    measure.args(["-c", script]).args(programs.values());
    let measured: Vec<(u64, u64)> = serde_json::from_str(&capture(&mut measure)?)?;
    Ok(programs
        .keys()
        .zip(measured)
        .map(|(name, (raw, zipped))| (name.clone(), json!({"raw": raw, "zipped": zipped})))
        .collect::<serde_json::Map<String, Value>>()
        .into())
}

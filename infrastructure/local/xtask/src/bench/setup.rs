//! What benchmarks of requests stand on: the local cloud with what is measured compiled as
//! for AWS, and the yardsticks, which are examples of the function `me`.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use devcloud::addresses::{ACCESS_KEY, SECRET_KEY};
use devcloud::users::{self, Name, TokenKind};
use devcloud::{Answer, Stack, aws};
use serde_json::{Value, json};

use crate::bench::runtime_api::Environment;
use crate::cloud::{self, deploy};
use crate::http::{self, wait};
use crate::say;
use crate::setup::bootstraps::{self, Profile, Programs, REPLICATE_SERVER};
use crate::workspace::Workspace;

/// Does nothing.
pub(super) const HELLO: &str = "hello";
/// Makes the calls of the measured routes, and does nothing else.
pub(super) const BARE: &str = "bare";
/// The functions whose requests are measured, all of them in every benchmark: others would
/// have other features of what they share, and that would be compiled anew. The yardsticks
/// are examples of the first.
const REQUESTED: [&str; 5] = [
    "me",
    "jobs-get",
    "gallery-list",
    "gallery-get",
    "gallery-stream",
];
/// The bare function in the local cloud.
const BARE_FUNCTION: &str = "omnigen-bench-bare";

/// The local cloud, and who asks.
pub(super) struct Bench {
    /// The local cloud.
    pub(super) stack: Stack,
    /// The programs of the functions and of the yardsticks.
    pub(super) programs: Programs,
    /// The user's access token.
    pub(super) token: String,
}

impl Bench {
    /// Makes the local cloud run, for requests to the functions that are measured by them.
    pub(super) fn of_requests(workspace: &Workspace) -> Result<Self> {
        Self::begin(workspace, &REQUESTED.map(str::to_owned))
    }

    /// Makes the local cloud run, all functions compiled as for AWS.
    pub(super) fn of_all(workspace: &Workspace) -> Result<Self> {
        Self::begin(workspace, &workspace.functions()?)
    }

    fn begin(workspace: &Workspace, measured: &[String]) -> Result<Self> {
        let programs = build(workspace, measured)?;
        let stack = cloud::up_with(workspace, &cloud::Options::measured(), &programs)?;
        let token = wait(users::token(&stack, Name::Demo, TokenKind::Access))?;
        Ok(Self {
            stack,
            programs,
            token,
        })
    }

    /// Where a program lies.
    pub(super) fn program(&self, name: &str) -> Result<&Path> {
        let program = self.programs.get(name);
        let program = program.with_context(|| format!("{name} was not built"))?;
        Ok(program)
    }

    /// Deploys the bare function as a stack of its own, with the gallery's table of this
    /// name; gives the address below which it answers to the paths of the API.
    pub(super) fn deploy_bare(&self, workspace: &Workspace, videos: &str) -> Result<String> {
        let bootstrap = workspace.staged(&format!("target/lambda-bench/{BARE}/bootstrap"));
        bootstraps::stage_one(self.program(BARE)?, &bootstrap)?;
        let template = "infrastructure/local/bench/template.yaml";
        let parameters = json!({
            "UsageTable": self.stack.table("usage")?,
            "JobTable": self.stack.table("jobs")?,
            "VideoTable": videos,
            "UserId": self.user_id()?,
        });
        self.deploy(workspace, template, "omnigen-bench", &parameters)
    }

    /// Deploys a template of an API as a stack of its own; gives its address.
    pub(super) fn deploy(
        &self,
        workspace: &Workspace,
        template: &str,
        name: &str,
        parameters: &Value,
    ) -> Result<String> {
        let template = workspace.path(template);
        let endpoint = &self.stack.endpoint_url;
        let answer = deploy::run(workspace, endpoint, &template, name, parameters)?;
        let deployed: Value = serde_json::from_str(&answer)?;
        let id = deployed["outputs"]["ApiId"].as_str();
        let id = id.with_context(|| format!("{name} has no API"))?;
        Ok(format!("{endpoint}/_aws/execute-api/{id}/$default"))
    }

    fn user_id(&self) -> Result<String> {
        let me = self.get(&format!("{}/api/v1/me", self.stack.api_url))?;
        let id = me["userId"].as_str().context("the user has no name")?;
        Ok(id.to_owned())
    }

    /// The answer to the user's GET.
    pub(super) fn get(&self, url: &str) -> Result<Value> {
        let request = http::client(Duration::from_secs(30))?.get(url);
        let answer = wait(Answer::of(request.bearer_auth(&self.token)))?;
        Ok(answer.body)
    }

    /// The variables that the bare function has in the local cloud.
    pub(super) fn environment_of_bare(&self) -> Result<Environment> {
        self.environment_of(BARE_FUNCTION)
    }

    /// The variables that the function of this name has in the local cloud.
    pub(super) fn environment_of(&self, name: &str) -> Result<Environment> {
        let functions = wait(aws::functions(&self.stack))?;
        let variables = functions["Functions"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|function| function["FunctionName"] == name)
            .and_then(|function| function["Environment"]["Variables"].as_object())
            .with_context(|| format!("{name} has no variables"))?;
        let mut environment: Environment = variables
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect();
        let of_the_runtime = [
            ("AWS_ENDPOINT_URL", self.stack.endpoint_url.as_str()),
            ("AWS_REGION", &self.stack.region),
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

    /// What the gateway hands a function for the user's GET (payload format 2.0).
    pub(super) fn event(&self, path: &str) -> String {
        event(path, &self.token)
    }
}

/// What is measured and the yardsticks as for AWS, in one run, so that what they share is
/// the same code; the rest quickly.
fn build(workspace: &Workspace, measured: &[String]) -> Result<Programs> {
    let mut rest = workspace.functions()?;
    rest.retain(|function| !measured.contains(function));
    rest.push(REPLICATE_SERVER.to_owned());
    let mut programs = say::step("Building the local cloud", || {
        bootstraps::build(workspace, &rest, &["--bins"], Profile::Dev)
    })?;
    let targets = ["--bins", "--example", HELLO, "--example", BARE];
    programs.extend(say::step("Building what is measured", || {
        bootstraps::build(workspace, measured, &targets, Profile::Release)
    })?);
    Ok(programs)
}

fn event(path: &str, token: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    json!({
        "version": "2.0",
        "routeKey": format!("GET {path}"),
        "rawPath": path,
        "rawQueryString": query,
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

//! `cargo xtask fuzz`: schemathesis against the local cloud's API, by its own document.
//!
//! Requests go in the names of many users, each for fewer requests than a minute
//! allows; all but the first may make no film, so that no hundred is made.

use anyhow::{Context, Result, ensure};
use clap::Args;
use devcloud::{Answer, Person, Stack, aws};
use reqwest::Method;
use serde_json::{Value, json};
use std::fs;

use crate::command::{command, run as run_command};
use crate::http::wait;
use crate::setup::python;
use crate::workspace::Workspace;
use crate::{cloud, say};

const PACKAGES: &str = "infrastructure/local/checks/fuzz.txt";
const SETTINGS: &str = "infrastructure/local/checks/schemathesis.toml";
const SPENDING: &str = "/api/v1/admin/spending";
const HOOKS: &str = "fuzz_hooks";

/// How much is tried.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Options {
    /// Requests of each operation, in each phase
    #[arg(long, default_value_t = 500)]
    examples: u32,
    /// Makes a run repeatable
    #[arg(long)]
    seed: Option<u64>,
}

impl Options {
    /// As many as `cargo xtask test` has time for, the same each time: what it says of a
    /// commit is not left to chance.
    pub(crate) const FEW: Self = Self {
        examples: 30,
        seed: Some(1),
    };

    /// Users that are needed: each makes 90 requests.
    fn users(self) -> u32 {
        40 + self.examples
    }
}

/// Starts the local cloud, or reuses it, and fuzzes its API.
pub(crate) fn run(workspace: &Workspace, options: Options) -> Result<()> {
    let stack = cloud::up(workspace, &cloud::Options::default())?;
    fuzz(workspace, &stack, options)
}

/// Fuzzes the API of a local cloud that is up.
pub(crate) fn fuzz(workspace: &Workspace, stack: &Stack, options: Options) -> Result<()> {
    let python = python::environment(workspace, PACKAGES)?;
    let limit = wait(daily_limit(stack))?;
    let tokens = workspace.local_folder("checks")?.join("fuzz-tokens.json");
    let signed_up = say::step("Signing up users", || wait(sign_up(stack, options.users())))?;
    fs::write(&tokens, signed_up)?;
    let mut schemathesis = command(python.with_file_name("schemathesis"), workspace.root());
    schemathesis
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONPATH", workspace.path("infrastructure/local/checks"))
        .env("SCHEMATHESIS_HOOKS", HOOKS)
        .env("OMNIGEN_FUZZ_TOKENS", &tokens)
        .args(["--config-file", SETTINGS, "run"])
        .arg(format!("{}/api/v1/openapi.json", stack.api_url))
        .args(["--url", &stack.api_url])
        .args(["--max-examples", &options.examples.to_string()]);
    if let Some(seed) = options.seed {
        schemathesis.args(["--seed", &seed.to_string()]);
    }
    let result = run_command(&mut schemathesis).context("schemathesis found something");
    fs::remove_file(&tokens)?;
    say::step("Setting the day's limit back", || {
        wait(set_daily_limit(stack, &limit))
    })?;
    result
}

/// The day's limit. The requests set any, as administrators may.
async fn daily_limit(stack: &Stack) -> Result<Value> {
    let admin = Person::sign_up_administrator(stack).await?;
    let answer = admin.get(SPENDING).await?;
    ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
    Ok(answer.body["dailyLimitUsd"].clone())
}

async fn set_daily_limit(stack: &Stack, limit: &Value) -> Result<()> {
    let admin = Person::sign_up_administrator(stack).await?;
    let spending = json!({"dailyLimitUsd": limit, "stopped": false});
    let request = admin.request(Method::PUT, SPENDING);
    let answer = Answer::of(request.json(&spending)).await?;
    ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
    Ok(())
}

/// Tokens of an administrator and of many users, as the hooks read them.
async fn sign_up(stack: &Stack, users: u32) -> Result<String> {
    let mut tokens = Vec::new();
    for number in 0..users {
        let person = Person::sign_up(stack).await?;
        if number > 0 {
            aws::set_quota(stack, &person.user_id, 0).await?;
        }
        tokens.push(person.access_token);
    }
    let mut admins = Vec::new();
    for _ in 0..users.div_ceil(4) {
        let admin = Person::sign_up_administrator(stack).await?;
        aws::set_quota(stack, &admin.user_id, 0).await?;
        admins.push(admin.access_token);
    }
    Ok(json!({ "users": tokens, "admins": admins }).to_string())
}

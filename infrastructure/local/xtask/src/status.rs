//! `cargo xtask status`: the operator's first ten questions, of the local cloud or of a stack in
//! the account that AWS's own settings name.

use std::process::{Command, ExitStatus};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use devcloud::Stack;

use crate::cloud::{self, emulator};
use crate::setup::python;
use crate::workspace::Workspace;

/// Prefix of the local cloud's names.
const LOCAL: &str = "omnigen";
const PROGRAM: &str = "infrastructure/local/status.py";
/// The program's exit status when a question has no answer.
const UNANSWERED: i32 = 2;

/// Whose stack.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Its `NamePrefix`; by default the local cloud
    #[arg(long, requires = "api")]
    prefix: Option<String>,
    /// The address of its API
    #[arg(long, requires = "prefix")]
    api: Option<String>,
}

/// Prints the answers; fails when something wants to be looked at.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let status = match (&options.prefix, &options.api) {
        (Some(prefix), Some(api)) => ask(&mut program(workspace, prefix, api)?)?,
        _ => ask_local(workspace, &cloud::stack(workspace)?)?,
    };
    match status.code() {
        Some(0) => Ok(()),
        Some(UNANSWERED) => bail!("a question has no answer"),
        _ => bail!("something wants to be looked at"),
    }
}

/// Whether every question has an answer of the local cloud, a good one or a bad one.
pub(crate) fn check(workspace: &Workspace, stack: &Stack) -> Result<()> {
    let status = ask_local(workspace, stack)?;
    let is_answered = matches!(status.code(), Some(0 | 1));
    ensure!(is_answered, "a question has no answer");
    Ok(())
}

fn ask_local(workspace: &Workspace, stack: &Stack) -> Result<ExitStatus> {
    let mut program = program(workspace, LOCAL, &stack.api_url)?;
    emulator::as_root(&mut program, &stack.endpoint_url);
    ask(&mut program)
}

fn program(workspace: &Workspace, prefix: &str, api: &str) -> Result<Command> {
    let python = python::environment(workspace, python::CLOUD)?;
    let mut program = python::python_command(workspace, &python);
    program.args([PROGRAM, prefix, api]);
    Ok(program)
}

fn ask(program: &mut Command) -> Result<ExitStatus> {
    program.status().context("cannot ask")
}

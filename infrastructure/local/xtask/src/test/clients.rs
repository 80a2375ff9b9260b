//! The official clients of Replicate, to which the look-alike is held.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use devcloud::Stack;
use devcloud::addresses::REPLICATE_TOKEN;

use super::Count;
use crate::say;
use crate::setup::{node, python};
use crate::workspace::Workspace;

const CLIENTS: &str = "infrastructure/local/replicate/clients";
const PYTHON_CLIENT: &str = "infrastructure/local/checks/clients.txt";
const NODE_CLIENT: [&str; 1] = ["replicate@1.4.0"];

/// Holds the look-alike to both clients.
pub(super) fn check(workspace: &Workspace, stack: &Stack) -> Count {
    let mut count = Count::default();
    for (name, client) in [
        ("Python", python_client as fn(&Workspace) -> Result<Command>),
        ("Node.js", node_client),
    ] {
        let what = format!("Holding the look-alike to Replicate's {name} client");
        let probes = say::step(&what, || {
            counted(
                client(workspace)?
                    .env("REPLICATE_BASE_URL", &stack.replicate_url)
                    .env("REPLICATE_API_TOKEN", REPLICATE_TOKEN),
            )
        });
        count.add(probes.unwrap_or_else(Count::failure));
    }
    count
}

fn python_client(workspace: &Workspace) -> Result<Command> {
    let python = python::environment(workspace, PYTHON_CLIENT)?;
    let mut check = python::python_command(workspace, &python);
    check.arg(format!("{CLIENTS}/check_python.py"));
    Ok(check)
}

fn node_client(workspace: &Workspace) -> Result<Command> {
    let folder = node::packages(workspace, "clients", &NODE_CLIENT)?;
    // It finds the client from the folder that it is run in.
    let mut check = node::node_command(workspace, "node", &folder)?;
    check.arg(workspace.path(CLIENTS).join("check_node.mjs"));
    Ok(check)
}

/// Passes on what our probes say, and reads the counts from their closing line.
pub(super) fn counted(probes: &mut Command) -> Result<Count> {
    let mut child = probes
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start the probes")?;
    let mut count = Count::default();
    let output = child.stdout.take().context("the probes have no output")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        say::note(&line);
        if let Some(found) = summary(&line) {
            count.add(found);
        }
    }
    let status = child.wait()?;
    if !status.success() || count.passed == 0 {
        count.failed = count.failed.max(1);
    }
    Ok(count)
}

/// The counts in the closing line: `python: 18 passed, 1 failed`.
fn summary(line: &str) -> Option<Count> {
    let (_, counts) = line.split_once(": ")?;
    let (passed, failed) = counts.split_once(" passed, ")?;
    Some(Count {
        passed: passed.parse().ok()?,
        failed: failed.strip_suffix(" failed")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str) -> Count {
        counted(Command::new("sh").args(["-c", script])).expect("it ran")
    }

    #[test]
    fn closing_lines_are_read() {
        let (passed, failed) = (18, 1);
        let line = "python: 18 passed, 1 failed";
        assert_eq!(summary(line), Some(Count { passed, failed }));
        assert_eq!(summary("12 passed"), None);
    }

    #[test]
    fn probes_that_fail_or_count_nothing_are_one_failure() {
        let failure = Count {
            passed: 0,
            failed: 1,
        };
        assert_eq!(run("echo no probes; exit 4"), failure);
        assert_eq!(run("echo no probes"), failure);
    }
}

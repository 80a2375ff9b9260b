//! `cargo xtask test`: everything that must be green, set-up included.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use devcloud::Stack;
use devcloud::addresses::REPLICATE_TOKEN;

use crate::cloud;
use crate::command::{command, is_installed};
use crate::setup::{ffmpeg, node, python};
use crate::workspace::Workspace;
use crate::{check, say};

/// The package whose tests need the local cloud.
const END_TO_END: &str = "end-to-end";
const CLIENTS: &str = "infrastructure/local/replicate/clients";
const PYTHON_CLIENT: &str = "infrastructure/local/checks/clients.txt";
const NODE_CLIENT: [&str; 1] = ["replicate@1.4.0"];

/// How many tests went well, and how many did not.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Count {
    passed: usize,
    failed: usize,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    fn of<T>(result: Result<T>, passed: impl FnOnce(T) -> usize) -> Self {
        match result {
            Ok(value) => Self {
                passed: passed(value),
                failed: 0,
            },
            Err(error) => {
                say::note(&format!("FAILED: {error:#}"));
                Self {
                    passed: 0,
                    failed: 1,
                }
            }
        }
    }
}

/// Runs everything; the last line says how many passed and failed.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut count = Count::of(check::run(workspace), |checks| checks);
    let ffmpeg = ffmpeg::install(workspace)?;
    count.add(say::step("Testing the packages", || {
        cargo_tests(workspace, Package::AllBut(END_TO_END), &ffmpeg, None)
    })?);
    match cloud::up(workspace, &cloud::Options::default()) {
        Ok(stack) => count.add(with_cloud(workspace, &stack, &ffmpeg)?),
        Err(error) => count.add(Count::of(Err::<(), _>(error), |()| 0)),
    }
    say::result(&format!("{} passed, {} failed", count.passed, count.failed));
    if count.failed > 0 {
        bail!("not everything is green");
    }
    Ok(())
}

/// What needs the local cloud: the official clients, and films made end to end.
fn with_cloud(workspace: &Workspace, stack: &Stack, ffmpeg: &Path) -> Result<Count> {
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
        match probes {
            Ok(found) => count.add(found),
            Err(error) => count.add(Count::of(Err::<(), _>(error), |()| 0)),
        }
    }
    count.add(say::step("Testing end to end", || {
        cargo_tests(workspace, Package::Only(END_TO_END), ffmpeg, Some(stack))
    })?);
    Ok(count)
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
    let mut check = command("node", &folder);
    check.arg(workspace.path(CLIENTS).join("check_node.mjs"));
    Ok(check)
}

#[derive(Debug, Clone, Copy)]
enum Package {
    Only(&'static str),
    AllBut(&'static str),
}

impl Package {
    /// In nextest's language.
    fn filterset(self) -> String {
        match self {
            Self::Only(name) => format!("package({name})"),
            Self::AllBut(name) => format!("not package({name})"),
        }
    }
}

/// Runs cargo's tests by nextest where it is installed; shows and counts them.
fn cargo_tests(
    workspace: &Workspace,
    package: Package,
    ffmpeg: &Path,
    stack: Option<&Stack>,
) -> Result<Count> {
    let mut cargo = command("cargo", workspace.root());
    if is_installed("cargo-nextest") {
        cargo.args(["nextest", "run", "--no-fail-fast", "--no-tests", "pass"]);
        cargo.args(["--status-level", "slow", "--final-status-level", "slow"]);
        // All are built at once: for a few packages their dependencies would be built
        // anew, with the features that those few ask for.
        cargo.args(["--workspace", "--filterset", &package.filterset()]);
    } else {
        cargo.args(["test", "--no-fail-fast"]);
        match package {
            Package::Only(name) => cargo.args(["--package", name]),
            Package::AllBut(name) => cargo.args(["--workspace", "--exclude", name]),
        };
    }
    cargo.env("FFMPEG_PATH", ffmpeg);
    if stack.is_some() {
        cargo.env("OMNIGEN_STACK", workspace.local("stack.json"));
    }
    counted(&mut cargo)
}

/// Passes on what the command says, and reads the counts from it.
fn counted(command: &mut Command) -> Result<Count> {
    // One stream for both, so that no pipe is left unread.
    let (reader, writer) = std::io::pipe()?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()
        .context("cannot start the tests")?;
    // The command keeps its ends of the pipe open until it is told otherwise.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut count = Count::default();
    for line in BufReader::new(reader).lines() {
        let line = line?;
        say::note(&line);
        if let Some(found) = summary(&line) {
            count.add(found);
        }
    }
    let status = child.wait()?;
    if !status.success() && count.failed == 0 {
        count.failed = 1;
    }
    Ok(count)
}

/// The counts in the closing line of nextest, of a test program, or of a client's probes.
fn summary(line: &str) -> Option<Count> {
    let line = line.trim_start();
    let closing = ["Summary [", "test result:", "python:", "node:"];
    if !closing.iter().any(|start| line.starts_with(start)) {
        return None;
    }
    Some(Count {
        passed: number_before(line, "passed"),
        failed: number_before(line, "failed") + number_before(line, "timed"),
    })
}

fn number_before(line: &str, word: &str) -> usize {
    let words: Vec<&str> = line
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words
        .windows(2)
        .find(|pair| pair[1] == word)
        .and_then(|pair| pair[0].parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_closing_lines_are_read() {
        let nextest =
            "     Summary [   0.044s] 12 tests run: 10 passed (1 slow), 2 failed, 3 skipped";
        assert_eq!(
            summary(nextest),
            Some(Count {
                passed: 10,
                failed: 2
            })
        );
        let libtest = "test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(
            summary(libtest),
            Some(Count {
                passed: 7,
                failed: 0
            })
        );
        let probes = Count {
            passed: 18,
            failed: 1,
        };
        assert_eq!(summary("python: 18 passed, 1 failed"), Some(probes));
        assert_eq!(summary("12 passed"), None);
    }

    #[test]
    fn a_command_that_fails_without_counts_is_one_failure() {
        let count =
            counted(Command::new("sh").args(["-c", "echo no tests; exit 4"])).expect("it ran");
        assert_eq!(
            count,
            Count {
                passed: 0,
                failed: 1
            }
        );
    }
}

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

/// Tests over the local cloud that run at a time: they wait more than they compute.
const SIDE_BY_SIDE: &str = "4";
/// Where nextest writes its report (.config/nextest.toml).
const REPORT: &str = "target/nextest/default/junit.xml";
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
        cargo_tests(workspace, Tests::WithoutCloud, &ffmpeg)
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
        cargo_tests(workspace, Tests::WithCloud, ffmpeg)
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

/// Which of cargo's tests are run.
#[derive(Debug, Clone, Copy)]
enum Tests {
    /// Those that need no local cloud.
    WithoutCloud,
    /// Those that are ignored for want of one.
    WithCloud,
}

/// Runs cargo's tests by nextest where it is installed; shows and counts them.
fn cargo_tests(workspace: &Workspace, tests: Tests, ffmpeg: &Path) -> Result<Count> {
    let nextest = is_installed("cargo-nextest");
    let mut cargo = command("cargo", workspace.root());
    cargo.env("FFMPEG_PATH", ffmpeg);
    if nextest {
        cargo.args(["nextest", "run", "--no-fail-fast", "--workspace"]);
        cargo.args(["--status-level", "slow", "--final-status-level", "slow"]);
    } else {
        cargo.args(["test", "--no-fail-fast", "--workspace"]);
    }
    if let Tests::WithCloud = tests {
        cargo.env("OMNIGEN_STACK", workspace.local(cloud::STACK_FILE));
        if nextest {
            cargo.args(["--run-ignored", "only", "--test-threads", SIDE_BY_SIDE]);
        } else {
            cargo.args(["--", "--ignored"]);
        }
    }
    if nextest {
        reported(&mut cargo, &workspace.path(REPORT))
    } else {
        counted(&mut cargo)
    }
}

/// Runs nextest and reads the counts from its report; without a report the run failed.
fn reported(nextest: &mut Command, report: &Path) -> Result<Count> {
    if report.exists() {
        std::fs::remove_file(report)?;
    }
    let status = nextest
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status();
    let status = status.context("cannot start the tests")?;
    let counts = std::fs::read_to_string(report)
        .ok()
        .as_deref()
        .and_then(junit);
    Ok(match counts {
        Some(count) if status.success() == (count.failed == 0) => count,
        other => Count {
            passed: other.unwrap_or_default().passed,
            failed: other.unwrap_or_default().failed.max(1),
        },
    })
}

/// The counts in the first element of a `JUnit` report.
fn junit(report: &str) -> Option<Count> {
    let (_, rest) = report.split_once("<testsuites ")?;
    let (attributes, _) = rest.split_once('>')?;
    let number = |name: &str| -> Option<usize> {
        let (_, rest) = attributes.split_once(&format!(" {name}=\""))?;
        rest.split_once('"')?.0.parse().ok()
    };
    let failed = number("failures")? + number("errors")?;
    Some(Count {
        passed: number("tests")?.checked_sub(failed)?,
        failed,
    })
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

/// The counts in the closing line of a test program, or of a client's probes.
fn summary(line: &str) -> Option<Count> {
    let line = line.trim_start();
    let closing = ["test result:", "python:", "node:"];
    if !closing.iter().any(|start| line.starts_with(start)) {
        return None;
    }
    Some(Count {
        passed: number_before(line, "passed"),
        failed: number_before(line, "failed"),
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
    fn a_report_gives_the_counts() {
        let report = "<?xml version=\"1.0\"?>\n<testsuites name=\"nextest-run\" tests=\"12\" \
                      failures=\"2\" errors=\"1\" uuid=\"u\" time=\"0.3\">\n";
        let count = Count {
            passed: 9,
            failed: 3,
        };
        assert_eq!(junit(report), Some(count));
        assert_eq!(junit("<testsuites name=\"cut off"), None);
    }

    #[test]
    fn a_run_without_a_report_is_one_failure() {
        let report = std::env::temp_dir().join(format!("omnigen-junit-{}", std::process::id()));
        let mut run = Command::new("sh");
        let count = reported(run.args(["-c", "exit 0"]), &report).expect("it ran");
        assert_eq!((count.passed, count.failed), (0, 1));
    }

    #[test]
    fn closing_lines_are_read() {
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

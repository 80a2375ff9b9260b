//! Running cargo's tests by nextest, and reading its report.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::Count;
use crate::cloud;
use crate::command::command;
use crate::setup::python;
use crate::workspace::Workspace;

/// Where nextest writes its report (.config/nextest.toml).
const REPORT: &str = "target/nextest/default/junit.xml";
/// Tests over the local cloud that run at a time: they wait more than they compute.
const SIDE_BY_SIDE: &str = "4";

/// Which tests are run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tests {
    /// Those that need no local cloud.
    WithoutCloud,
    /// Those that are ignored for want of one.
    WithCloud,
}

/// A part of the tests.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selection {
    /// Nextest's filter.
    pub(super) filter: &'static str,
    /// How many schedules the simulation of films runs.
    pub(super) schedules: &'static str,
}

/// Runs the tests of the workspace, or `only` a part of them; shows and counts them.
pub(super) fn run(
    workspace: &Workspace,
    tests: Tests,
    only: Option<Selection>,
    ffmpeg: &Path,
) -> Result<Count> {
    let python = python::environment(workspace, python::CHECKS)?;
    let mut nextest = command(python.with_file_name("cargo-nextest"), workspace.root());
    nextest
        .env("FFMPEG_PATH", ffmpeg)
        .args(["nextest", "run", "--no-fail-fast", "--workspace", "--tests"])
        .args(["--status-level", "slow", "--final-status-level", "slow"]);
    if let Some(part) = only {
        nextest
            .env("OMNIGEN_SCHEDULES", part.schedules)
            .args(["--filterset", part.filter]);
    }
    if let Tests::WithCloud = tests {
        nextest
            .env("OMNIGEN_STACK", workspace.local(cloud::STACK_FILE))
            .args(["--run-ignored", "only", "--test-threads", SIDE_BY_SIDE]);
    }
    reported(&mut nextest, &workspace.path(REPORT))
}

/// Runs tests and reads the counts from their `JUnit` report; without one the run failed.
pub(super) fn reported(nextest: &mut Command, report: &Path) -> Result<Count> {
    if report.exists() {
        std::fs::remove_file(report)?;
    }
    let status = nextest
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status()
        .context("cannot start the tests")?;
    let count = std::fs::read_to_string(report)
        .ok()
        .as_deref()
        .and_then(junit)
        .unwrap_or_default();
    if status.success() && count.failed == 0 && count.passed > 0 {
        return Ok(count);
    }
    Ok(Count {
        failed: count.failed.max(1),
        ..count
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A run that writes this report and ends with this status.
    fn run(name: &str, report: &str, status: u8) -> Count {
        let file = std::env::temp_dir().join(format!("omnigen-{name}-{}", std::process::id()));
        let script = format!("{report}; exit {status}");
        let mut nextest = Command::new("sh");
        nextest.args(["-c", &script]).env("REPORT", &file);
        let count = reported(&mut nextest, &file).expect("it ran");
        let _ = std::fs::remove_file(file);
        count
    }

    fn count(passed: usize, failed: usize) -> Count {
        Count { passed, failed }
    }

    #[test]
    fn a_report_gives_the_counts() {
        let report = "<?xml version=\"1.0\"?>\n<testsuites name=\"nextest-run\" tests=\"12\" \
                      failures=\"2\" errors=\"1\" uuid=\"u\" time=\"0.3\">\n";
        assert_eq!(junit(report), Some(count(9, 3)));
        assert_eq!(junit("<testsuites name=\"cut off"), None);
    }

    #[test]
    fn a_run_without_a_report_or_without_tests_is_one_failure() {
        assert_eq!(run("none", "true", 0), count(0, 1));
        let empty = r#"echo '<testsuites name="n" tests="0" failures="0" errors="0">' > "$REPORT""#;
        assert_eq!(run("empty", empty, 0), count(0, 1));
    }

    #[test]
    fn a_run_that_fails_with_a_green_report_is_one_failure() {
        let green = r#"echo '<testsuites name="n" tests="3" failures="0" errors="0">' > "$REPORT""#;
        assert_eq!(run("green", green, 0), count(3, 0));
        assert_eq!(run("exit", green, 100), count(3, 1));
    }
}

//! Running other programs, and saying clearly when one fails.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

/// A command in the folder `directory`.
pub(crate) fn command(program: impl AsRef<OsStr>, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory);
    command
}

/// Runs it, its output on our own terminal; fails unless it succeeds.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = name_of(command);
    // What programs print is about progress: stdout is kept for results.
    let status = command
        .stdout(std::io::stderr())
        .status()
        .with_context(|| format!("cannot start {name}"))?;
    if !status.success() {
        bail!("{name} failed ({status})");
    }
    Ok(())
}

/// Runs it quietly and gives what it wrote on stdout; its complaints are in the error.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let name = name_of(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    text_of(&name, &output)
}

/// As [`capture`], with `input` on its stdin.
pub(crate) fn capture_with_input(command: &mut Command, input: &str) -> Result<String> {
    let name = name_of(command);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    text_of(&name, &child.wait_with_output()?)
}

/// True when there is such a program on the PATH.
pub(crate) fn is_installed(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn text_of(name: &str, output: &Output) -> Result<String> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = complaint.trim().lines().collect();
    let tail = lines[lines.len().saturating_sub(12)..].join("\n");
    bail!("{name} failed ({}):\n{tail}", output.status)
}

fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    match command.get_args().next() {
        Some(first) => format!("{program} {}", first.to_string_lossy()),
        None => program.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_program_and_its_complaint() {
        let error = capture(Command::new("sh").args(["-c", "echo broken >&2; exit 3"]))
            .expect_err("exit 3 is a failure")
            .to_string();
        assert!(error.contains("sh -c failed"), "{error}");
        assert!(error.contains("broken"), "{error}");
    }

    #[test]
    fn input_reaches_the_program() {
        let echoed = capture_with_input(&mut Command::new("cat"), "words").expect("cat runs");
        assert_eq!(echoed, "words");
    }

    #[test]
    fn a_missing_program_is_not_installed() {
        assert!(!is_installed("omnigen-no-such-program"));
        assert!(is_installed("cargo"));
    }
}

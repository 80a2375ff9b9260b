//! Parts of benchmarks that are examples of other crates, so that this command does
//! not have to be built with everything those crates need.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The example `name` of a crate, to be run with arguments of its own.
pub(super) fn command(package: &str, name: &str) -> Command {
    let mut command = Command::new("cargo");
    command
        .args(["run", "--quiet", "--package", package])
        .args(["--example", name, "--"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Runs a benchmark of FFmpeg's work with as much as is said, or as it has itself; its figures.
/// `scratch` lies in the workspace.
pub(super) fn run(
    name: &str,
    ffmpeg: &Path,
    scratch: &Path,
    how_much: Option<u32>,
) -> Result<Value> {
    let ffmpeg = std::path::absolute(ffmpeg)?;
    let scratch = std::path::absolute(scratch)?;
    let output = command("media", name)
        .args([&ffmpeg, &scratch])
        .args(how_much.map(|how_much| how_much.to_string()))
        .stderr(Stdio::inherit())
        .output()
        .context("cargo cannot be started")?;
    ensure!(output.status.success(), "the benchmark failed");
    serde_json::from_slice(&output.stdout).context("the benchmark gave no figures")
}

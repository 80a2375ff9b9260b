//! Benchmarks that are examples of the `media` crate, so that this command does
//! not have to be built with everything that crate needs.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Runs the example `name`. `scratch` lies in the workspace.
pub(super) fn run(name: &str, ffmpeg: &Path, scratch: &Path) -> Result<Value> {
    let ffmpeg = std::path::absolute(ffmpeg)?;
    let scratch = std::path::absolute(scratch)?;
    let output = Command::new("cargo")
        .args([
            "run",
            "--quiet",
            "--package",
            "media",
            "--example",
            name,
            "--",
        ])
        .args([&ffmpeg, &scratch])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .context("cargo cannot be started")?;
    ensure!(output.status.success(), "the benchmark failed");
    serde_json::from_slice(&output.stdout).context("the benchmark gave no figures")
}

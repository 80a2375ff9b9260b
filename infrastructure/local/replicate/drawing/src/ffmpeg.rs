//! Running `FFmpeg`.

use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

/// Kept of what `FFmpeg` says when it fails.
const ERROR_TAIL: usize = 600;

#[derive(Debug)]
pub(super) struct Ffmpeg {
    binary: PathBuf,
}

impl Ffmpeg {
    /// # Errors
    /// The binary does not exist.
    pub(super) fn new(binary: &Path) -> anyhow::Result<Self> {
        // Absolute, since it is started from another directory.
        let binary = binary
            .canonicalize()
            .with_context(|| format!("there is no FFmpeg at {}", binary.display()))?;
        Ok(Self { binary })
    }

    /// Runs with `arguments` in `directory`, on one thread: two of these share
    /// the machine with everything else. Dropping the future kills it.
    pub(super) async fn run(&self, directory: &Path, arguments: Vec<String>) -> anyhow::Result<()> {
        let output = Command::new(&self.binary)
            .args(["-nostdin", "-hide_banner", "-loglevel", "error", "-y"])
            .args(["-filter_threads", "1", "-filter_complex_threads", "1"])
            .args(arguments)
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .context("FFmpeg cannot be started")?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let last: Vec<char> = said.chars().rev().take(ERROR_TAIL).collect();
        bail!("{}", last.into_iter().rev().collect::<String>())
    }
}

//! Functions of one processor each, as far as FFmpeg can tell.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use media::{Ffmpeg, Session};
use tokio::sync::Semaphore;

/// Longer than any benchmark takes.
const PATIENCE: Duration = Duration::from_secs(7200);

/// Workers that have nothing to do, each with an FFmpeg that is bound to its own processor.
pub(crate) struct Workers {
    free: Semaphore,
    theirs: Mutex<Vec<Ffmpeg>>,
}

impl Workers {
    /// So many workers, whose commands are written to `directory`.
    pub(crate) fn new(ffmpeg: &Ffmpeg, directory: &Path, count: usize) -> Result<Self> {
        let mut theirs = Vec::new();
        for processor in 0..count {
            let command = directory.join(format!("ffmpeg-{processor}"));
            let ffmpeg = fs::canonicalize(ffmpeg.path())?;
            let script = format!(
                "#!/bin/sh\nexec taskset -c {processor} '{}' \"$@\"\n",
                ffmpeg.display()
            );
            fs::write(&command, script)?;
            fs::set_permissions(&command, fs::Permissions::from_mode(0o755))?;
            theirs.push(Ffmpeg::new(command, Some(1)));
        }
        Ok(Self {
            free: Semaphore::new(count),
            theirs: Mutex::new(theirs),
        })
    }

    /// Has the next free worker do something; how long that took it.
    pub(crate) async fn work<T>(
        &self,
        work: impl AsyncFnOnce(&Session) -> Result<T>,
    ) -> Result<(T, Duration)> {
        let _permit = self.free.acquire().await?;
        let ffmpeg = self.free_ones().pop().context("no worker is free")?;
        let begun = Instant::now();
        let made = work(&Session::new(&ffmpeg, begun + PATIENCE)).await;
        self.free_ones().push(ffmpeg);
        Ok((made?, begun.elapsed()))
    }

    fn free_ones(&self) -> std::sync::MutexGuard<'_, Vec<Ffmpeg>> {
        self.theirs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

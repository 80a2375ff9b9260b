//! One FFmpeg, and the time by which all that is done with it must be done.

use std::time::Instant;

use crate::supervisor::{self, Finished, Progress};
use crate::{Ffmpeg, MediaError};

/// What every function of this crate that runs FFmpeg works with.
#[derive(Debug, Clone)]
pub struct Session {
    ffmpeg: Ffmpeg,
    deadline: Instant,
}

impl Session {
    /// Work with `ffmpeg` that is given up at `deadline`.
    pub fn new(ffmpeg: &Ffmpeg, deadline: Instant) -> Self {
        Self {
            ffmpeg: ffmpeg.clone(),
            deadline,
        }
    }

    /// When the work is given up.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The same work with another deadline, if that is an earlier one.
    pub(crate) fn until(&self, deadline: Instant) -> Self {
        Self::new(&self.ffmpeg, deadline.min(self.deadline))
    }

    /// The most threads of one codec, if there is a limit.
    pub(crate) fn threads(&self) -> Option<u32> {
        self.ffmpeg.threads()
    }

    /// Runs FFmpeg to its end.
    ///
    /// # Errors
    ///
    /// As [`supervisor::run`].
    pub(crate) async fn run(&self, arguments: Vec<String>) -> Result<Finished, MediaError> {
        self.run_with_progress(arguments, |_| {}).await
    }

    /// Runs FFmpeg on files of our own, of which it has nothing to say.
    ///
    /// # Errors
    ///
    /// As [`supervisor::run`]; [`MediaError::CheckFailed`] when it complained.
    pub(crate) async fn run_cleanly(&self, arguments: Vec<String>) -> Result<(), MediaError> {
        let finished = self.run(arguments).await?;
        if finished.errors.is_empty() {
            return Ok(());
        }
        Err(MediaError::check(finished.errors))
    }

    /// Runs FFmpeg to its end; `on_progress` is called with the latest report.
    ///
    /// # Errors
    ///
    /// As [`supervisor::run`].
    pub(crate) async fn run_with_progress(
        &self,
        arguments: Vec<String>,
        on_progress: impl FnMut(Progress),
    ) -> Result<Finished, MediaError> {
        supervisor::run(&self.ffmpeg, arguments, self.deadline, on_progress).await
    }
}

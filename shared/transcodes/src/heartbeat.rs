//! The heartbeat: while a worker lives, its lease lasts and its message is hidden;
//! soon after it died both end (D38).

use std::convert::Infallible;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::error::RunError;
use crate::run::TranscodeRun;
use crate::worker::hide;

/// Beats in the time of a lease: two may fail.
const BEATS: u32 = 3;
/// The message comes back so long after the lease has ended, never before.
const AFTER_THE_LEASE: Duration = Duration::from_secs(10);

impl TranscodeRun<'_> {
    /// Renews the lease and hides the message, again and again; ends when the
    /// lease is lost.
    pub(crate) async fn keep_the_lease(&self) -> RunError {
        let lease = self.worker.lease;
        let mut beats = tokio::time::interval(lease / BEATS);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut until = self.now().after(lease);
        loop {
            beats.tick().await;
            let now = self.now();
            let next = now.after(lease);
            let renewed = self.worker.transcodes.renew(self.id(), self.owner, next);
            match renewed.await {
                Ok(()) => until = next,
                Err(error) if error.is_conflict() || now > until => return RunError::LeaseLost,
                Err(error) => {
                    tracing::warn!(transcode = %self.id(), error = %error, "the lease could not be renewed");
                }
            }
            hide(&self.worker.queue, self.message, lease + AFTER_THE_LEASE).await;
        }
    }

    /// Writes the progress as it grows. Progress that cannot be written is no
    /// reason to stop; a worker that does something again is behind what is
    /// written, which is a conflict.
    pub(crate) async fn write_progress(&self, mut notices: watch::Receiver<u32>) -> Infallible {
        loop {
            if notices.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
            let percent = *notices.borrow_and_update();
            let table = &self.worker.transcodes;
            match table
                .progress(self.id(), self.owner, percent, self.now())
                .await
            {
                Err(error) if !error.is_conflict() => {
                    tracing::warn!(transcode = %self.id(), error = %error, "progress could not be written");
                }
                _ => {}
            }
        }
    }
}

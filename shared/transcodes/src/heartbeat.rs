//! The heartbeat: while a worker lives, its lease lasts and its message is hidden;
//! soon after it died both end (D38).

use std::convert::Infallible;
use std::time::Duration;

use domain::time::Time;
use domain::transcode::TranscodePart;
use store::StoreError;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};

use crate::error::RunError;
use crate::run::TranscodeRun;
use crate::worker::hide;

/// Beats in the time of a lease: two may fail.
const BEATS: u32 = 3;
/// The message comes back so long after the lease has ended, never before.
pub(crate) const AFTER_THE_LEASE: Duration = Duration::from_secs(10);

impl TranscodeRun<'_> {
    /// Renews the lease, which was just taken, and hides the message, which was just hidden,
    /// again and again; ends when the lease is lost. Once it was given back only the message
    /// is hidden.
    pub(crate) async fn keep_the_lease(&self) -> RunError {
        let lease = self.worker.lease;
        let every = lease / BEATS;
        let mut beats = tokio::time::interval_at(Instant::now() + every, every);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut until = self.now().after(lease);
        loop {
            beats.tick().await;
            let now = self.now();
            let next = now.after(lease);
            if self.has_let_go() {
                hide(&self.worker.queue, self.message, lease + AFTER_THE_LEASE).await;
                continue;
            }
            match self.renew(next).await {
                Ok(()) => until = next,
                // It was given back meanwhile.
                Err(_) if self.has_let_go() => {}
                Err(error) if error.is_conflict() || now > until => return RunError::LeaseLost,
                Err(error) => {
                    tracing::warn!(transcode = %self.id(), error = %error, "the lease could not be renewed");
                }
            }
            hide(&self.worker.queue, self.message, lease + AFTER_THE_LEASE).await;
        }
    }

    /// Who makes a part holds that alone, and learns here that the whole has ended.
    async fn renew(&self, until: Time) -> Result<(), StoreError> {
        let (table, id, owner) = (&self.worker.transcodes, self.id(), self.owner);
        let Some(part) = self.order.part else {
            return table.renew(id, owner, until).await;
        };
        table.renew_part(id, part, owner, until).await?;
        match table.get(id).await? {
            Some(state) if !state.transcode.status.is_final() => Ok(()),
            _ => Err(StoreError::Conflict {
                operation: "renew part",
            }),
        }
    }

    /// Writes the progress as it grows.
    pub(crate) async fn write_progress(&self, mut notices: watch::Receiver<u32>) -> Infallible {
        loop {
            if notices.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
            let percent = *notices.borrow_and_update();
            let written = match self.order.part {
                None => self.write_percent(percent).await,
                Some(part) => self.write_percent_of(part, percent).await,
            };
            self.tolerate_unwritten(written);
        }
    }

    /// Progress that cannot be written is no reason to stop; who is behind what another, or
    /// itself in a try before, has written meets a conflict.
    pub(crate) fn tolerate_unwritten(&self, written: Result<(), StoreError>) {
        match written {
            Err(error) if !error.is_conflict() => {
                tracing::warn!(transcode = %self.id(), error = %error, "progress could not be written");
            }
            _ => {}
        }
    }

    async fn write_percent(&self, percent: u32) -> Result<(), StoreError> {
        let (table, owner) = (&self.worker.transcodes, Some(self.owner));
        table.progress(self.id(), owner, percent, self.now()).await
    }

    /// Notes how far a part is; the whole is as far as its parts together.
    async fn write_percent_of(&self, part: TranscodePart, percent: u32) -> Result<(), StoreError> {
        let (table, id) = (&self.worker.transcodes, self.id());
        table.note_encoded(id, part, self.owner, percent).await?;
        match self.plan_of_part.get() {
            Some(plan) => self.raise_progress(plan, &table.parts(id).await?).await,
            None => Ok(()),
        }
    }
}

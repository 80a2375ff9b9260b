//! Ending what a job that its owner cancels has begun at the provider, and noting what
//! it cost.
//!
//! No step writes an intent record for a job that is being cancelled, so that its
//! attempts tell of everything that may run.

use domain::attempt::{Attempt, AttemptState, Target, is_lost};
use domain::failure::StepError;
use domain::job::JobId;
use domain::time::Clock;
use replicate::{Prediction, Status};
use store::{JobRecord, JobsTable};

use crate::ask::{find, ignore_conflict, ledger_entry};
use crate::complete::{failure_of, predict_time};
use crate::provider::Provider;

/// Stops predictions.
#[derive(Debug)]
pub(crate) struct Canceller<'a> {
    pub(crate) jobs: &'a JobsTable,
    pub(crate) provider: &'a Provider,
    pub(crate) clock: &'a Clock,
}

impl Canceller<'_> {
    /// Stops everything that may run for a job; `true` when nothing does any more and
    /// what it cost is noted.
    ///
    /// # Errors
    ///
    /// [`StepError`]: one of them could not be stopped; another try may do it.
    pub(crate) async fn cancel_all(&self, record: &JobRecord) -> Result<bool, StepError> {
        let attempts = record.attempts.iter();
        let (mut is_over, mut failed) = (true, None);
        for attempt in attempts.filter(|attempt| attempt.state.is_open()) {
            match self.cancel(record.job.job_id, attempt).await {
                Ok(has_ended) => is_over &= has_ended,
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(is_over), Err)
    }

    /// Stops what an open attempt began; `true` when it does not run any more.
    pub(crate) async fn cancel(&self, job: JobId, attempt: &Attempt) -> Result<bool, StepError> {
        let now = self.clock.now();
        if attempt.target == Target::Plan {
            // Its answer is held by the planner, for a minute at most, and has no webhook by
            // which it could be found: it counts as it was expected to.
            return self.end(job, attempt, AttemptState::Canceled).await;
        }
        let id = match &attempt.prediction_id {
            Some(id) => id.clone(),
            None => match find(self.provider, attempt, now).await? {
                Some(prediction) => prediction.id,
                None if is_lost(attempt, now) => {
                    return self.end(job, attempt, AttemptState::Void).await;
                }
                // The create may still be on its way.
                None => return Ok(false),
            },
        };
        let id = id.as_str();
        let canceled = self.provider.cancel(id, now).await?;
        tracing::info!(%job, target = %attempt.target, prediction = id, status = canceled.status.as_str(), "canceled");
        self.note(job, attempt, &canceled).await
    }

    /// Notes what a prediction of a cancelled job cost that has ended, by how it ended:
    /// what was canceled while it ran is charged, what never ran or failed is not. One
    /// that succeeded is charged, and its attempt stays open: a resumed job takes the
    /// output, unless it is another take of a film that is there. `true` when it has
    /// ended.
    pub(crate) async fn note(
        &self,
        job: JobId,
        attempt: &Attempt,
        prediction: &Prediction,
    ) -> Result<bool, StepError> {
        let now = self.clock.now();
        let remembered = self
            .jobs
            .set_prediction(job, attempt, &prediction.id, now)
            .await;
        ignore_conflict(remembered)?;
        if !prediction.is_terminal() {
            return Ok(false);
        }
        let charged = match prediction.status {
            Status::Succeeded | Status::Canceled => attempt.predicted_nano_usd,
            _ => 0,
        };
        let entry = ledger_entry(attempt, Some(charged), predict_time(prediction));
        self.jobs.put_ledger(job, &entry).await?;
        match prediction.status {
            // Another take that was cancelled is not resumed.
            Status::Succeeded if attempt.take > 1 => {
                self.end(job, attempt, AttemptState::Canceled).await
            }
            Status::Succeeded => Ok(true),
            Status::Canceled => self.end(job, attempt, AttemptState::Canceled).await,
            Status::Aborted => self.end(job, attempt, AttemptState::Void).await,
            _ => {
                let (state, failure) = (AttemptState::Failed, failure_of(prediction));
                let ended = self
                    .jobs
                    .end_attempt(job, attempt, state, Some(failure), now)
                    .await;
                ignore_conflict(ended).map(|()| true)
            }
        }
    }

    async fn end(
        &self,
        job: JobId,
        attempt: &Attempt,
        state: AttemptState,
    ) -> Result<bool, StepError> {
        let now = self.clock.now();
        let ended = self.jobs.end_attempt(job, attempt, state, None, now).await;
        ignore_conflict(ended).map(|()| true)
    }
}

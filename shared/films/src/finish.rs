//! Ending a job: one idempotent way for success, failure, time-out and its owner's will.

use std::sync::Arc;
use std::time::Duration;

use config::Bootstrap;
use domain::failure::{Failure, JobError, StepError};
use domain::job::{Job, JobId, JobRun, Stage, Status};
use domain::spending;
use domain::time::Clock;
use store::{Ending, JobRecord, JobsTable, Objects, Outbox, StoreError, UsageTable, Workflow};
use tokio::time::timeout;

use crate::cancel::Canceller;
use crate::clock::FilmClock;
use crate::provider::Provider;

/// The error that a stopped execution of a cancelled job carries.
const CANCELLED: &str = "Cancelled";

/// How long a request waits for the end of what it cancels.
const CANCELLING_TIME: Duration = Duration::from_secs(15);

/// Ends jobs.
#[derive(Debug)]
pub struct Finisher {
    pub(crate) jobs: JobsTable,
    pub(crate) usage: UsageTable,
    pub(crate) outbox: Outbox,
    pub(crate) objects: Objects,
    pub(crate) workflow: Workflow,
    pub(crate) provider: Arc<Provider>,
    pub(crate) times: FilmClock,
    pub(crate) clock: Clock,
}

/// How the workflow ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every step was done.
    Completed,
    /// A step gave up.
    Failed(Failure),
    /// Its owner cancels it.
    Cancelled,
}

/// Why a job cannot be cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// It has ended, with its film or without.
    #[error("the job has ended")]
    Ended,
    /// Something failed; nothing is known to have changed.
    #[error(transparent)]
    Failed(#[from] StepError),
}

impl Finisher {
    /// Wires the step up.
    ///
    /// # Errors
    ///
    /// The model registry or the provider's HTTP client cannot be made.
    pub fn connect(bootstrap: &mut Bootstrap) -> Result<Self, StepError> {
        let provider = Arc::new(Provider::connect(bootstrap)?);
        Ok(Self::behind(bootstrap, provider))
    }

    /// The same beside a part that has the provider already.
    pub(crate) fn behind(bootstrap: &mut Bootstrap, provider: Arc<Provider>) -> Self {
        Self {
            jobs: JobsTable::connect(bootstrap),
            usage: UsageTable::connect(bootstrap),
            outbox: Outbox::connect(bootstrap),
            objects: Objects::connect(bootstrap),
            workflow: Workflow::connect(bootstrap),
            provider,
            times: FilmClock::connect(bootstrap),
            clock: bootstrap.clock(),
        }
    }

    /// Ends a job because its owner wants it: `cancelled`, or `cancelling` when that takes
    /// longer than a request may, so that the reconciler ends it. Repeated it changes
    /// nothing and answers the same.
    ///
    /// # Errors
    ///
    /// [`CancelError`]: the job has ended otherwise, or a table failed.
    pub async fn cancel(&self, id: JobId) -> Result<Status, CancelError> {
        if self.begin_cancelling(id).await? == Status::Cancelled {
            return Ok(Status::Cancelled);
        }
        let ended = timeout(CANCELLING_TIME, self.finish_cancelled(id)).await;
        let late = |late| Err(StepError::new(Failure::TimedOut, late));
        match ended.unwrap_or_else(late) {
            Ok(status) => Ok(status),
            Err(error) => {
                tracing::warn!(job = %id, failure = error.failure.name(), cause = ?error.cause, "left to the reconciler");
                Ok(Status::Cancelling)
            }
        }
    }

    async fn finish_cancelled(&self, id: JobId) -> Result<Status, StepError> {
        let job = self.jobs.get(id).await?.ok_or(Failure::Internal)?;
        self.finish(job.latest_run(), Outcome::Cancelled).await
    }

    /// From now on no step begins anything new for the job; `cancelling` or `cancelled`, as
    /// it then stands.
    async fn begin_cancelling(&self, id: JobId) -> Result<Status, CancelError> {
        let begun = self.jobs.begin_cancelling(id, self.clock.now()).await;
        match begun {
            Ok(()) => return Ok(Status::Cancelling),
            Err(error) if error.is_conflict() => {}
            Err(error) => return Err(StepError::from(error).into()),
        }
        let job = self.jobs.get(id).await;
        let job = job.map_err(StepError::from)?;
        match job.map(|job| job.status) {
            Some(status @ (Status::Cancelling | Status::Cancelled)) => Ok(status),
            _ => Err(CancelError::Ended),
        }
    }

    /// Ends the job and settles its place in the month, once; later calls find
    /// it ended and change nothing, and so does a call of an execution that another one
    /// followed. A job that is being cancelled ends so, whatever became of its execution.
    /// Answers the status it has then: `cancelling` while something may still run for it.
    ///
    /// # Errors
    ///
    /// [`StepError`]: by its failure the state machine decides what comes next.
    pub async fn finish(&self, run: JobRun, outcome: Outcome) -> Result<Status, StepError> {
        let id = run.job_id;
        let Some(record) = self.jobs.load(id).await? else {
            return Err(StepError::new(
                Failure::Internal,
                format!("there is no job {id}"),
            ));
        };
        let is_another = record.job.latest_run() != run;
        if record.job.status.is_final() || is_another || !ends(&record.job, outcome) {
            return Ok(record.job.status);
        }
        if record.job.status == Status::Cancelling {
            return self.end_cancelled(&record).await;
        }
        let failure = match outcome {
            Outcome::Completed => Failure::Internal,
            Outcome::Failed(failure) => failure,
            // Its owner did not ask for it.
            Outcome::Cancelled => return Ok(record.job.status),
        };
        let ending = self.ending(&record.job, failure).await?;
        let status = self.end(&record, &ending).await?;
        if status == ending.status(&record.job) && ending != Ending::Completed {
            self.cancel_running(&record).await;
        }
        Ok(status)
    }

    /// Stops what runs for a job, then ends it. What it cost is counted when all of it is
    /// known: until then, but no longer than to the job's deadline, it stays as it is, and
    /// the reconciler comes back.
    async fn end_cancelled(&self, record: &JobRecord) -> Result<Status, StepError> {
        let job = &record.job;
        self.workflow.stop(job.latest_run(), CANCELLED).await?;
        let is_late = self.clock.now() > job.deadline;
        match self.canceller().cancel_all(record).await {
            Ok(true) => {}
            Ok(false) if !is_late => return Ok(Status::Cancelling),
            Err(error) if !is_late => return Err(error),
            Ok(false) | Err(_) => {
                tracing::error!(job = %job.job_id, "cancelled though something may run for it");
            }
        }
        // What was noted meanwhile, by this or another.
        let record = self.jobs.load(job.job_id).await?;
        let record = record.ok_or(Failure::Internal)?;
        self.end(&record, &Ending::Cancelled).await
    }

    fn canceller(&self) -> Canceller<'_> {
        Canceller {
            jobs: &self.jobs,
            provider: &self.provider,
            clock: &self.clock,
        }
    }

    async fn end(&self, record: &JobRecord, ending: &Ending) -> Result<Status, StepError> {
        let id = record.job.job_id;
        let paid = spending::paid(&record.attempts, &record.ledger);
        match self.settle(&record.job, ending, paid).await {
            Ok(()) => {}
            Err(error) if error.is_conflict() => return self.status_there(id).await,
            Err(error) => return Err(error.into()),
        }
        let status = ending.status(&record.job);
        tracing::info!(job = %id, status = status.as_str(), "job ended");
        metrics::counter!("JobsEnded", "Status" => status.as_str()).increment(1);
        if *ending == Ending::Completed {
            self.count_durations(record).await;
        }
        Ok(status)
    }

    /// A film that is not counted is none that failed.
    async fn count_durations(&self, record: &JobRecord) {
        if let Err(error) = self.times.count(record, self.clock.now()).await {
            tracing::warn!(job = %record.job.job_id, error = %error, "its duration is not counted");
        }
    }

    /// The event of the ending is written with it; its message follows.
    async fn settle(&self, job: &Job, ending: &Ending, paid: u64) -> Result<(), StoreError> {
        let (webhooks, now) = (&self.outbox.webhooks, self.clock.now());
        let event = self
            .usage
            .settle(&self.jobs, webhooks, job, ending, paid, now)
            .await?;
        self.outbox.announce(&job.user_id, &event).await;
        Ok(())
    }

    async fn status_there(&self, id: JobId) -> Result<Status, StepError> {
        let job = self.jobs.get(id).await?.ok_or(Failure::Internal)?;
        if job.status.is_final() {
            Ok(job.status)
        } else {
            // The transaction met another change of the job; the step is tried again.
            Err(Failure::StoreUnavailable.into())
        }
    }

    /// A film that was composed and proved counts, whatever failed after it, if it is
    /// in the bucket.
    async fn ending(&self, job: &Job, failure: Failure) -> Result<Ending, StepError> {
        if let Some(key) = job.composed()
            && self.objects.exists(key).await?
        {
            return Ok(Ending::Completed);
        }
        let error = match (job.stage, failure) {
            (Stage::Queued, Failure::Internal) => JobError::workflow_failed(),
            (stage, failure) => JobError::new(failure, stage),
        };
        Ok(Ending::Failed(error))
    }

    /// What still runs for a failed job only costs money.
    async fn cancel_running(&self, record: &JobRecord) {
        let running = record
            .attempts
            .iter()
            .filter(|attempt| attempt.state.is_open());
        for id in running.filter_map(|attempt| attempt.prediction_id.as_deref()) {
            match self.provider.cancel(id, self.clock.now()).await {
                Ok(_) => tracing::info!(prediction = id, "canceled"),
                Err(error) => {
                    tracing::warn!(prediction = id, error = ?error, "could not be canceled")
                }
            }
        }
    }
}

/// A job in review is ended by its lapse alone: the execution that planned it is over, and
/// its owner's approval begins another.
fn ends(job: &Job, outcome: Outcome) -> bool {
    let is_lapse = outcome == Outcome::Failed(Failure::ReviewLapsed);
    (job.status == Status::AwaitingReview) == is_lapse
}

#[cfg(test)]
mod tests;

//! Ending a job: one idempotent way for success, failure and time-out.

use std::sync::Arc;

use config::Bootstrap;
use domain::failure::{Failure, JobError, StepError};
use domain::job::{Job, JobId, Stage, Status};
use domain::spending;
use domain::time::Clock;
use store::{Ending, JobRecord, JobsTable, Objects, UsageTable};

use crate::provider::Provider;

/// Ends jobs.
#[derive(Debug)]
pub struct Finisher {
    pub(crate) jobs: JobsTable,
    pub(crate) usage: UsageTable,
    pub(crate) objects: Objects,
    pub(crate) provider: Arc<Provider>,
    pub(crate) clock: Clock,
}

/// How the workflow ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every step was done.
    Completed,
    /// A step gave up.
    Failed(Failure),
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
            objects: Objects::connect(bootstrap),
            provider,
            clock: bootstrap.clock(),
        }
    }

    /// Ends the job and settles its place in the month, once; later calls find
    /// it ended and change nothing. Answers the status it has then.
    ///
    /// # Errors
    ///
    /// [`StepError`]: by its failure the state machine decides what comes next.
    pub async fn finish(&self, id: JobId, outcome: Outcome) -> Result<Status, StepError> {
        let Some(record) = self.jobs.load(id).await? else {
            return Err(StepError::new(
                Failure::Internal,
                format!("there is no job {id}"),
            ));
        };
        if record.job.status.is_final() {
            return Ok(record.job.status);
        }
        let ending = self.ending(&record.job, outcome).await?;
        let paid = spending::paid(&record.attempts, &record.ledger);
        match self
            .usage
            .settle(&self.jobs, &record.job, &ending, paid, self.clock.now())
            .await
        {
            Ok(()) => {}
            Err(error) if error.is_conflict() => return self.status_there(id).await,
            Err(error) => return Err(error.into()),
        }
        let status = match ending {
            Ending::Completed => Status::Completed,
            Ending::Failed(_) => Status::Failed,
        };
        tracing::info!(job = %id, status = status.as_str(), "job ended");
        metrics::counter!("JobsEnded", "Status" => status.as_str()).increment(1);
        if status == Status::Failed {
            self.cancel_running(&record).await;
        }
        Ok(status)
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
    async fn ending(&self, job: &Job, outcome: Outcome) -> Result<Ending, StepError> {
        if let Some(key) = &job.video_key
            && self.objects.exists(key).await?
        {
            return Ok(Ending::Completed);
        }
        let failure = match outcome {
            Outcome::Completed => Failure::Internal,
            Outcome::Failed(failure) => failure,
        };
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
            let canceled = self
                .provider
                .call(
                    self.clock.now(),
                    |client| async move { client.cancel(id).await },
                )
                .await;
            match canceled {
                Ok(_) => tracing::info!(prediction = id, "canceled"),
                Err(error) => {
                    tracing::warn!(prediction = id, error = ?error, "could not be canceled")
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! What happens when a prediction has news. The webhook, the reconciler and an
//! adopting retry all come here; the first to finish wins, the others agree.

use std::path::PathBuf;
use std::time::Duration;

use domain::attempt::{Attempt, AttemptState, Target};
use domain::failure::{Failure, StepError};
use domain::job::{Job, JobId, SceneStatus, Soundtrack, Status as JobStatus};
use domain::keys;
use replicate::output::{DownloadError, Limits, download};
use replicate::{Failure as ProviderFailure, Prediction, Status};
use store::JobRecord;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use crate::ask::{carries, ignore_conflict, ledger_entry};
use crate::errors::disk_error;
use crate::generation::Generation;
use crate::inspector::Unusable;

/// What became of the news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// No open attempt is meant by it: unknown, ended, or another prediction's.
    Ignored,
    /// The prediction is still at work.
    Running,
    /// It has ended, and the workflow knows.
    Settled,
}

impl Generation {
    /// Acts on a prediction's state, told to belong to an attempt of a job. The
    /// prediction must be proven: by a signature, or because it was asked for.
    ///
    /// # Errors
    ///
    /// [`StepError`]: by its failure the state machine decides what comes next.
    pub async fn complete(
        &self,
        job: JobId,
        attempt_id: &str,
        prediction: &Prediction,
    ) -> Result<Completion, StepError> {
        let Some(record) = self.jobs.load(job).await? else {
            return Ok(Completion::Ignored);
        };
        let attempt = record
            .attempts
            .iter()
            .find(|attempt| attempt.attempt_id == attempt_id);
        let Some(attempt) = attempt.filter(|attempt| is_its(prediction, attempt)) else {
            tracing::warn!(%job, prediction = prediction.id, "news of a prediction nobody asked for");
            return Ok(Completion::Ignored);
        };
        let is_thought_void = attempt.state == AttemptState::Void;
        if !attempt.state.is_open() && !is_thought_void {
            return Ok(Completion::Ignored);
        }
        if is_thought_void || !record.job.status.is_running() {
            return self.stop(&record.job, attempt, prediction).await;
        }
        self.apply(&record, attempt, prediction).await
    }

    /// What still runs for a job that is not worked on any more, or though its create was
    /// given up as lost, only costs money.
    async fn stop(
        &self,
        job: &Job,
        attempt: &Attempt,
        prediction: &Prediction,
    ) -> Result<Completion, StepError> {
        if prediction.is_terminal() {
            return self.noted(job, attempt, prediction).await;
        }
        let id = prediction.id.as_str();
        tracing::info!(job = %job.job_id, prediction = id, "runs for a job that does not");
        let canceled = self.provider.cancel(id, self.clock.now()).await?;
        self.noted(job, attempt, &canceled).await
    }

    /// What was noted of a job that has ended stays as it was settled.
    async fn noted(
        &self,
        job: &Job,
        attempt: &Attempt,
        prediction: &Prediction,
    ) -> Result<Completion, StepError> {
        if job.status != JobStatus::Cancelling || !attempt.state.is_open() {
            return Ok(Completion::Ignored);
        }
        let canceller = self.canceller();
        let has_ended = canceller.note(job.job_id, attempt, prediction).await?;
        Ok(if has_ended {
            Completion::Settled
        } else {
            Completion::Running
        })
    }

    /// The same for an attempt that is known to be the prediction's.
    pub(crate) async fn apply(
        &self,
        record: &JobRecord,
        attempt: &Attempt,
        prediction: &Prediction,
    ) -> Result<Completion, StepError> {
        if !prediction.is_terminal() {
            self.remember(record.job.job_id, attempt, &prediction.id, self.clock.now())
                .await?;
            return Ok(Completion::Running);
        }
        if prediction.status != Status::Succeeded {
            return self
                .fail(record, attempt, prediction, failure_of(prediction))
                .await;
        }
        let stored = self.store_output(record.job.job_id, attempt, prediction);
        let stored = timeout(self.output_budget, stored).await;
        match stored.unwrap_or_else(|late| Err(too_slow(late))) {
            Ok(length) => self.succeed(record, attempt, prediction, length).await,
            Err(Unusable::Later(error)) => Err(error),
            Err(Unusable::Output(reason)) => {
                tracing::warn!(job = %record.job.job_id, target = %attempt.target, reason, "unusable output");
                self.fail(record, attempt, prediction, Failure::ProviderFailed)
                    .await
            }
        }
    }

    /// Copies the output into the bucket, at once: it is gone after an hour. Tells
    /// how long it lasts.
    async fn store_output(
        &self,
        job: JobId,
        attempt: &Attempt,
        prediction: &Prediction,
    ) -> Result<Duration, Unusable> {
        let urls = prediction.output_urls();
        let url = urls
            .first()
            .ok_or_else(|| Unusable::Output("a success without an output".to_owned()))?;
        let directory =
            media::scratch::directory().map_err(|error| Unusable::Later(disk_error(error)))?;
        let file: PathBuf = directory.path().join("output");
        let downloaded = download(
            &self.provider.http,
            url,
            &self.provider.hosts,
            &Limits::default(),
            &file,
        )
        .await
        .map_err(unusable)?;
        let length = self.inspector.inspect(attempt.target, &file).await?;
        let (key, content_type) = match attempt.target {
            Target::Scene(index) => (keys::scene(job, index, attempt.take), "video/mp4"),
            Target::Soundtrack | Target::Plan => {
                let key = keys::soundtrack(job, attempt.take);
                (key, downloaded.content_type.as_str())
            }
        };
        self.objects
            .upload(&key, &file, content_type)
            .await
            .map_err(|error| Unusable::Later(error.into()))?;
        Ok(length)
    }

    async fn succeed(
        &self,
        record: &JobRecord,
        attempt: &Attempt,
        prediction: &Prediction,
        length: Duration,
    ) -> Result<Completion, StepError> {
        let job = record.job.job_id;
        let now = self.clock.now();
        self.remember(job, attempt, &prediction.id, now).await?;
        // Before the attempt ends: what a job has to pay is settled by what is noted then.
        self.book(job, attempt, prediction, length.as_secs_f64())
            .await?;
        ignore_conflict(
            self.jobs
                .end_attempt(job, attempt, AttemptState::Succeeded, None, now)
                .await,
        )?;
        match attempt.target {
            Target::Scene(index) => {
                ignore_conflict(
                    self.jobs
                        .advance_scene(job, index, SceneStatus::Generated, now)
                        .await,
                )?;
            }
            Target::Soundtrack => {
                ignore_conflict(self.jobs.set_soundtrack(job, Soundtrack::Ready, None).await)?;
            }
            Target::Plan => {}
        }
        if let Some(token) = &attempt.task_token {
            self.answer_success(token, attempt.target).await?;
        }
        Ok(Completion::Settled)
    }

    async fn fail(
        &self,
        record: &JobRecord,
        attempt: &Attempt,
        prediction: &Prediction,
        failure: Failure,
    ) -> Result<Completion, StepError> {
        let job = record.job.job_id;
        let now = self.clock.now();
        tracing::warn!(
            %job, target = %attempt.target, number = attempt.number, prediction = prediction.id,
            status = prediction.status.as_str(), failure = failure.name(), "a prediction failed"
        );
        self.remember(job, attempt, &prediction.id, now).await?;
        // The provider charges for what succeeded, of use to us or not, and for what was
        // canceled while it ran; not for what failed.
        let charged = match prediction.status {
            Status::Succeeded | Status::Canceled => attempt.predicted_nano_usd,
            _ => 0,
        };
        // Nobody comes back to an attempt that has ended, to note what it cost.
        self.jobs
            .put_ledger(
                job,
                &ledger_entry(attempt, Some(charged), predict_time(prediction)),
            )
            .await?;
        let ended = self
            .jobs
            .end_attempt(job, attempt, AttemptState::Failed, Some(failure), now)
            .await;
        ignore_conflict(ended)?;
        if let Some(token) = &attempt.task_token {
            self.workflow
                .task_failed(token, failure, prediction.status.as_str())
                .await?;
        }
        Ok(Completion::Settled)
    }

    /// What the output really cost, by its real length.
    async fn book(
        &self,
        job: JobId,
        attempt: &Attempt,
        prediction: &Prediction,
        seconds: f64,
    ) -> Result<(), StepError> {
        let actual = self
            .provider
            .registry
            .model(&attempt.model)
            .map(|model| model.predicted_price_nano_usd(seconds, &prediction.input));
        let entry = ledger_entry(attempt, actual, predict_time(prediction));
        Ok(self.jobs.put_ledger(job, &entry).await?)
    }
}

pub(crate) fn predict_time(prediction: &Prediction) -> Option<f64> {
    prediction
        .metrics
        .as_ref()
        .and_then(|metrics| metrics.predict_time)
}

/// Whether news can be about this attempt: the prediction says so itself, and
/// is not another one than the attempt's.
fn is_its(prediction: &Prediction, attempt: &Attempt) -> bool {
    let known = attempt.prediction_id.as_ref();
    carries(prediction, &attempt.attempt_id) && known.is_none_or(|id| *id == prediction.id)
}

pub(crate) fn failure_of(prediction: &Prediction) -> Failure {
    match prediction.failure() {
        Some(ProviderFailure::Refused) => Failure::ContentRefused,
        _ => Failure::ProviderFailed,
    }
}

/// The host of the file may only be slow: another try gets more time, and more.
fn too_slow(late: Elapsed) -> Unusable {
    Unusable::Later(StepError::new(Failure::ProviderUnavailable, late))
}

fn unusable(error: DownloadError) -> Unusable {
    if error.is_retryable() {
        return Unusable::Later(StepError::new(Failure::ProviderUnavailable, error));
    }
    match error {
        DownloadError::Write(error) => Unusable::Later(disk_error(error)),
        other => Unusable::Output(other.to_string()),
    }
}

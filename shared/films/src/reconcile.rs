//! The safety net: every minute, every open job is held against the truth, which
//! is the execution's state, the predictions' states and the clock.

use std::future::ready;
use std::time::Duration;

use config::Bootstrap;
use domain::attempt::{Attempt, AttemptState, Target};
use domain::failure::{Failure, StepError};
use domain::job::{Job, JobId, JobRun, SceneStatus, Soundtrack, Stage, Status};
use domain::time::{Clock, Time};
use futures_util::stream::{self, StreamExt};
use store::{Execution, JobRecord};
use tokio::time::{Instant, timeout_at};

use crate::finish::{Finisher, Outcome};
use crate::generation::Generation;
use crate::start::start;

/// A job whose execution is missing is younger than this while its creation may
/// still be under way.
const START_GRACE: Duration = Duration::from_secs(30);

/// The longest time for all jobs; the function has half a minute more.
pub const BUDGET: Duration = Duration::from_secs(270);
/// The longest time for one job, of which its slowest output may take almost all.
const JOB_BUDGET: Duration = Duration::from_secs(240);
const RECONCILED_OUTPUT_BUDGET: Duration = Duration::from_secs(220);
/// Jobs that are seen to side by side; each may hold an output on the disk.
const SIDE_BY_SIDE: usize = 4;

/// Closes what others left open.
#[derive(Debug)]
pub struct Reconciler {
    pub(crate) generation: Generation,
    pub(crate) finisher: Finisher,
    pub(crate) webhook_grace: Duration,
    pub(crate) clock: Clock,
}

impl Reconciler {
    /// Wires the function up.
    ///
    /// # Errors
    ///
    /// The model registry or the provider's HTTP client cannot be made.
    pub fn connect(bootstrap: &mut Bootstrap) -> Result<Self, StepError> {
        let mut generation = Generation::connect(bootstrap)?;
        generation.output_budget = RECONCILED_OUTPUT_BUDGET;
        let webhook_grace = generation.provider.settings.webhook_grace;
        let finisher = Finisher::behind(bootstrap, generation.provider.clone());
        Ok(Self {
            generation,
            finisher,
            webhook_grace,
            clock: bootstrap.clock(),
        })
    }

    /// Every open job, oldest first. One job's failure, or a file that comes drop
    /// by drop, does not keep the others waiting; the answer is how many there are
    /// and how many could not be seen to.
    ///
    /// # Errors
    ///
    /// The open jobs cannot be listed.
    pub async fn reconcile_all(&self) -> Result<(usize, usize), StepError> {
        let jobs = self.generation.jobs.open().await?;
        metrics::gauge!("ActiveJobs").set(jobs.len() as f64);
        let failures = side_by_side(&jobs, async |job| self.reconcile(job).await).await;
        for (job, error) in &failures {
            let cause = error.cause.as_ref();
            let cause = cause.map(ToString::to_string).unwrap_or_default();
            tracing::error!(job = %job.job_id, failure = error.failure.name(), cause, "could not reconcile");
        }
        Ok((jobs.len(), failures.len()))
    }

    /// One job, because its execution has ended.
    ///
    /// # Errors
    ///
    /// [`StepError`]: by its failure the state machine decides what comes next.
    pub async fn reconcile_one(&self, run: JobRun) -> Result<(), StepError> {
        match self.generation.jobs.get(run.job_id).await? {
            Some(job) if !job.status.is_final() && job.latest_run() == run => {
                self.reconcile(&job).await
            }
            _ => Ok(()),
        }
    }

    async fn reconcile(&self, job: &Job) -> Result<(), StepError> {
        let (id, run) = (job.job_id, job.latest_run());
        let now = self.clock.now();
        if job.status == Status::Cancelling {
            return self.finish(run, Outcome::Cancelled).await;
        }
        if job.status == Status::AwaitingReview {
            return self.see_to_review(job, now).await;
        }
        if now > job.deadline {
            tracing::warn!(job = %id, "past its time limit");
            self.generation
                .workflow
                .stop(run, Failure::TimedOut.name())
                .await?;
            return self.finish(run, Outcome::Failed(Failure::TimedOut)).await;
        }
        match self.generation.workflow.execution(run).await? {
            Execution::Missing if now.since(job.updated_at) > START_GRACE => self.start(run).await,
            Execution::Missing => Ok(()),
            Execution::Running => self.see_to_attempts(id, now).await,
            Execution::Succeeded => self.finish(run, Outcome::Completed).await,
            Execution::Ended { error } => {
                let failure = error
                    .as_deref()
                    .map_or(Failure::Internal, Failure::from_name);
                self.finish(run, Outcome::Failed(failure)).await
            }
        }
    }

    /// Nothing runs while the owner looks at the storyboard; a wait that lapses ends the job.
    async fn see_to_review(&self, job: &Job, now: Time) -> Result<(), StepError> {
        if job.is_in_review(now) {
            return Ok(());
        }
        let lapsed = Outcome::Failed(Failure::ReviewLapsed);
        self.finish(job.latest_run(), lapsed).await
    }

    /// The job was accepted, but its creator died before it started the work.
    async fn start(&self, run: JobRun) -> Result<(), StepError> {
        let id = run.job_id;
        tracing::warn!(job = %id, "its execution was never started");
        let Generation { workflow, jobs, .. } = &self.generation;
        Ok(start(workflow, jobs, run).await?)
    }

    async fn finish(&self, run: JobRun, outcome: Outcome) -> Result<(), StepError> {
        self.finisher.finish(run, outcome).await.map(drop)
    }

    async fn see_to_attempts(&self, id: JobId, now: Time) -> Result<(), StepError> {
        let Some(record) = self.generation.jobs.load(id).await? else {
            return Ok(());
        };
        self.count_slow(&record, now).await;
        if record.job.stage != Stage::Generating {
            return Ok(());
        }
        for attempt in latest_attempts(&record) {
            if now.since(attempt.updated_at) < self.webhook_grace {
                continue;
            }
            match attempt.state {
                AttemptState::Creating | AttemptState::Running => {
                    self.ask_after(&record, attempt, now).await?
                }
                AttemptState::Succeeded | AttemptState::Failed => {
                    self.answer_again(&record, attempt).await?
                }
                AttemptState::Void | AttemptState::Canceled => {}
            }
        }
        Ok(())
    }

    /// Names what takes longer than 99 of a hundred did (D44), each minute anew. No job waits
    /// for it: the history may be out of reach.
    async fn count_slow(&self, record: &JobRecord, now: Time) {
        let job = record.job.job_id;
        let times = match self.finisher.times.times(record, now).await {
            Ok(times) => times,
            Err(error) => {
                tracing::warn!(%job, error = %error, "the history could not be read");
                return;
            }
        };
        for step in times.slow() {
            tracing::warn!(%job, step, "takes longer than almost all did");
            metrics::counter!("SlowSteps").increment(1);
        }
    }

    /// The webhook is late: the prediction itself is asked.
    async fn ask_after(
        &self,
        record: &JobRecord,
        attempt: &Attempt,
        now: Time,
    ) -> Result<(), StepError> {
        let generation = &self.generation;
        let found = match &attempt.prediction_id {
            Some(_) => Some(attempt.clone()),
            None => match generation.look_up(record.job.job_id, attempt).await {
                Ok(found) => found,
                Err(error) if error.failure == Failure::AttemptInFlight => None,
                Err(error) => return Err(error),
            },
        };
        let Some(attempt) = found else {
            return Ok(());
        };
        let id = attempt.prediction_id.as_deref().unwrap_or_default();
        let prediction = generation.provider.prediction(id, now).await?;
        generation
            .apply(record, &attempt, &prediction)
            .await
            .map(drop)
    }

    /// The outcome is known, but its writer may have died before it told the
    /// workflow. Telling it twice does no harm.
    async fn answer_again(&self, record: &JobRecord, attempt: &Attempt) -> Result<(), StepError> {
        let Some(token) = attempt
            .task_token
            .as_deref()
            .filter(|_| is_awaited(record, attempt.target))
        else {
            return Ok(());
        };
        if attempt.state == AttemptState::Succeeded {
            return self.generation.answer_success(token, attempt.target).await;
        }
        let failure = attempt.failure.unwrap_or(Failure::ProviderFailed);
        Ok(self
            .generation
            .workflow
            .task_failed(token, failure, "told again")
            .await?)
    }
}

/// Sees to all, in their order and a few at once; those that could not be seen to,
/// because it failed or time was up.
async fn side_by_side<T>(
    all: &[T],
    see_to: impl AsyncFn(&T) -> Result<(), StepError>,
) -> Vec<(&T, StepError)> {
    let end = Instant::now() + BUDGET;
    let each = stream::iter(all).map(|one| {
        let see_to = &see_to;
        async move {
            let end = end.min(Instant::now() + JOB_BUDGET);
            let seen_to = timeout_at(end, see_to(one)).await;
            let late = |late| Err(StepError::new(Failure::TimedOut, late));
            seen_to.unwrap_or_else(late).err().map(|error| (one, error))
        }
    });
    let failures = each.buffer_unordered(SIDE_BY_SIDE).filter_map(ready);
    failures.collect().await
}

/// The newest attempt of each target.
fn latest_attempts(record: &JobRecord) -> Vec<&Attempt> {
    record
        .attempts
        .iter()
        .filter(|attempt| {
            !record
                .attempts
                .iter()
                .any(|other| other.target == attempt.target && other.number > attempt.number)
        })
        .collect()
}

/// Whether the workflow may still be waiting for this target.
fn is_awaited(record: &JobRecord, target: Target) -> bool {
    match target {
        Target::Scene(index) => record
            .scenes
            .iter()
            .any(|scene| scene.index == index && scene.status != SceneStatus::Complete),
        Target::Soundtrack => record.job.soundtrack != Soundtrack::None,
        Target::Plan => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// Fault S14: one slow file must not starve the other jobs.
    #[tokio::test(start_paused = true)]
    async fn a_job_that_never_ends_keeps_no_other_waiting() {
        let begun = RefCell::new(Vec::new());
        let jobs: Vec<u32> = (0..20).collect();
        let started = Instant::now();
        let failures = side_by_side(&jobs, async |job| {
            begun.borrow_mut().push(*job);
            match job {
                0 | 5 => std::future::pending().await,
                7 => Err(StepError::new(Failure::Internal, "broken")),
                _ => {
                    tokio::time::sleep(Duration::from_secs(10)).await;
                    Ok(())
                }
            }
        });
        let mut failed: Vec<u32> = failures.await.iter().map(|(job, _)| **job).collect();
        failed.sort_unstable();
        assert_eq!(failed, [0, 5, 7]);
        assert_eq!(begun.into_inner(), jobs);
        assert!(started.elapsed() <= BUDGET);
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_in_time_though_every_job_hangs() {
        let jobs = [(); 100];
        let started = Instant::now();
        let failures = side_by_side(&jobs, async |()| std::future::pending().await);
        assert_eq!(failures.await.len(), 100);
        assert!(started.elapsed() <= BUDGET, "{:?}", started.elapsed());
    }
}

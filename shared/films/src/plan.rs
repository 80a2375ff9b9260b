//! Writing the storyboard (D15).

use std::sync::Arc;
use std::time::Duration;

use config::Bootstrap;
use domain::attempt::{Attempt, AttemptState, Target};
use domain::failure::{Failure, StepError};
use domain::job::{Job, JobRun, Stage, Status};
use domain::storyboard::Storyboard;
use domain::time::{Clock, Time};
use replicate::CreateOptions;
use store::{JobRecord, JobsTable, SpendingTable};
use uuid::Uuid;

use crate::ask::{ignore_conflict, ledger_entry};
use crate::generation::attempts_for;
use crate::model_request::ModelRequest;
use crate::provider::Provider;
use crate::quote::unless_stopped;
use crate::turns::Turns;

/// How long a language model may think; the provider holds an answer no longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The step that plans.
#[derive(Debug)]
pub struct Planner {
    pub(crate) jobs: JobsTable,
    pub(crate) spending: SpendingTable,
    pub(crate) provider: Arc<Provider>,
    pub(crate) turns: Turns,
    /// How long a storyboard waits for its owner's approval.
    pub(crate) review_time: Duration,
    pub(crate) clock: Clock,
}

/// What the workflow is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The numbers of the scenes to make.
    pub scenes: Vec<u32>,
    /// Whether to make music.
    pub soundtrack: bool,
    /// Whether the storyboard waits for its owner's approval: this execution ends here, and
    /// the approval begins another (D44).
    pub review: bool,
}

impl Planner {
    /// Wires the step up.
    ///
    /// # Errors
    ///
    /// The model registry or the provider's HTTP client cannot be made.
    pub fn connect(bootstrap: &mut Bootstrap) -> Result<Self, StepError> {
        Ok(Self {
            jobs: JobsTable::connect(bootstrap),
            spending: SpendingTable::connect(bootstrap),
            provider: Arc::new(Provider::connect(bootstrap)?),
            turns: Turns::connect(bootstrap),
            review_time: bootstrap.environment().review_time_limit(),
            clock: bootstrap.clock(),
        })
    }

    /// Writes the storyboard; one that is there already stays.
    ///
    /// # Errors
    ///
    /// [`StepError`]: by its failure the state machine decides what comes next.
    pub async fn plan(&self, run: JobRun) -> Result<Plan, StepError> {
        let id = run.job_id;
        let record = self.jobs.load(id).await?;
        let record = record
            .filter(|record| is_planned_by(&record.job, run))
            .ok_or(Failure::JobClosed)?;
        if let Some(storyboard) = &record.job.storyboard {
            return Ok(plan_of(&record.job, storyboard));
        }
        if !is_begun(&record.job) {
            self.jobs.begin(id, self.clock.now()).await?;
        }
        let storyboard = match self.by_language_model(&record).await? {
            Some(storyboard) => storyboard,
            None => Storyboard::by_rules(&record.job.request),
        };
        let (review, now) = (record.job.request.review, self.clock.now());
        let review_until = review.then(|| now.after(self.review_time));
        let saved = self
            .jobs
            .save_storyboard(id, &storyboard, review_until, now);
        match saved.await {
            Ok(()) => Ok(Plan {
                review,
                ..plan_of(&record.job, &storyboard)
            }),
            Err(error) if error.is_conflict() => self.plan_there(run).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Another run of this step was faster: its storyboard counts.
    async fn plan_there(&self, run: JobRun) -> Result<Plan, StepError> {
        let job = self.jobs.get(run.job_id).await?.ok_or(Failure::JobClosed)?;
        match &job.storyboard {
            Some(storyboard) if is_planned_by(&job, run) => Ok(plan_of(&job, storyboard)),
            _ => Err(Failure::JobClosed.into()),
        }
    }

    /// A language model's storyboard, if one is configured, its turn comes in time and its
    /// answer can be used. It is asked once: a run that finds an earlier attempt, or gets no
    /// usable answer, falls back to the rules rather than pay again.
    async fn by_language_model(&self, record: &JobRecord) -> Result<Option<Storyboard>, StepError> {
        let Some(name) = &self.provider.settings.language_model else {
            return Ok(None);
        };
        if !attempts_for(record, Target::Plan).is_empty() {
            return Ok(None);
        }
        let job = &record.job;
        unless_stopped(&self.spending).await?;
        if !self.takes_turn(job).await? {
            return Ok(None);
        }
        let model = self.provider.model(name)?;
        let request = ModelRequest::storyboard(model, &job.request);
        let ModelRequest { input, .. } = &request;
        let now = self.clock.now();
        let attempt = Attempt {
            target: Target::Plan,
            number: 1,
            run: job.run,
            take: 1,
            words: None,
            attempt_id: Uuid::new_v4().to_string(),
            state: AttemptState::Creating,
            prediction_id: None,
            task_token: None,
            model: name.clone(),
            predicted_nano_usd: request.price(),
            created_at: now,
            updated_at: now,
            failure: None,
        };
        self.jobs.put_attempt(job.job_id, &attempt).await?;
        let answer = self
            .provider
            .call(now, |client| {
                let options = CreateOptions {
                    cancel_after: Some(PATIENCE),
                    wait: Some(PATIENCE),
                    ..CreateOptions::default()
                };
                let input = input.clone();
                async move { client.create(model, input, options).await }
            })
            .await;
        let storyboard = match &answer {
            Ok(prediction) => read(job, prediction.output_text().as_deref()),
            Err(error) => {
                tracing::warn!(job = %job.job_id, error = ?error, "the language model did not answer");
                None
            }
        };
        let state = if storyboard.is_some() {
            AttemptState::Succeeded
        } else {
            AttemptState::Failed
        };
        ignore_conflict(
            self.jobs
                .end_attempt(job.job_id, &attempt, state, None, self.clock.now())
                .await,
        )?;
        let charged = answer.is_ok().then_some(attempt.predicted_nano_usd);
        self.jobs
            .put_ledger(job.job_id, &ledger_entry(&attempt, charged, None))
            .await?;
        Ok(storyboard)
    }

    /// Takes the language model's turn at the provider; `false` when the film can wait for it
    /// no longer. No film fails because its storyboard waited: the rules write one at once.
    async fn takes_turn(&self, job: &Job) -> Result<bool, StepError> {
        let now = self.clock.now();
        match self.turns.take(job, Target::Plan, 1, now).await {
            Ok(()) => Ok(true),
            Err(error) if is_too_late(&error, job, now) => {
                tracing::warn!(job = %job.job_id, "the language model's turn did not come in time");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

fn is_too_late(error: &StepError, job: &Job, now: Time) -> bool {
    error.failure == Failure::TurnNotCome && !job.may_wait_for_plan(now)
}

/// Whether an earlier try of this step noted that it is planned. One that waits for its turn
/// comes often, and its owner need not be told each time.
fn is_begun(job: &Job) -> bool {
    job.status == Status::Processing && job.stage == Stage::Planning
}

fn read(job: &Job, answer: Option<&str>) -> Option<Storyboard> {
    let answer = answer?;
    match Storyboard::from_answer(&job.request, answer) {
        Ok(storyboard) => Some(storyboard),
        Err(reason) => {
            tracing::warn!(job = %job.job_id, %reason, "the language model's storyboard is unusable");
            None
        }
    }
}

/// Whether an execution plans the job: it works on it, or has just left it to its owner.
fn is_planned_by(job: &Job, run: JobRun) -> bool {
    job.is_worked_on_by(run) || (job.status == Status::AwaitingReview && job.latest_run() == run)
}

fn plan_of(job: &Job, storyboard: &Storyboard) -> Plan {
    // Of a film that is there one part changes, and nothing else is made again.
    let redone = job.redo.as_ref().map(|redo| redo.part.target());
    let is_made = |target| redone.is_none_or(|redone| redone == target);
    let scenes = storyboard.scenes.iter().map(|scene| scene.index);
    Plan {
        review: job.status == Status::AwaitingReview,
        scenes: scenes
            .filter(|index| is_made(Target::Scene(*index)))
            .collect(),
        soundtrack: job.request.audio.wants_music() && is_made(Target::Soundtrack),
    }
}

#[cfg(test)]
mod tests;

//! Asking the provider for a scene or the music, behind the intent record.

use std::time::Duration;

use domain::attempt::{Attempt, AttemptState, Decision, Target, decide, is_lost};
use domain::failure::{Failure, StepError};
use domain::job::{JobId, JobRun, SceneStatus};
use domain::prices::{CostKind, LedgerEntry};
use domain::storyboard::Part;
use domain::time::Time;
use replicate::{CreateOptions, Prediction, WebhookEvent};
use store::JobRecord;
use url::Url;
use uuid::Uuid;

use crate::generation::{Generation, attempts_for, part_in_work};
use crate::model_request::ModelRequest;
use crate::provider::{CallError, Provider};
use crate::quote::unless_stopped;
use crate::turns::Turns;

/// After a lost attempt is voided, the next decision may create.
const ROUNDS: usize = 3;

impl Generation {
    /// Sees to it that exactly one prediction is at work for the target and that
    /// `token` will be answered: creates when its turn has come, takes over, or answers at
    /// once.
    ///
    /// # Errors
    ///
    /// [`StepError`]: by its failure the state machine decides what comes next.
    pub async fn ask(
        &self,
        run: JobRun,
        target: Target,
        token: &str,
        turns: &Turns,
    ) -> Result<(), StepError> {
        for _ in 0..ROUNDS {
            let record = self.running_record(run).await?;
            let attempts = attempts_for(&record, target);
            let part = part_in_work(&record.job, target)?;
            match decide(&attempts, part.take(), run.run) {
                Decision::Done => {
                    self.mark_generated(run.job_id, target).await?;
                    return self.answer_success(token, target).await;
                }
                Decision::GiveUp(failure) => return Err(failure.into()),
                Decision::Adopt(attempt) => return self.adopt(&record, attempt, token).await,
                Decision::LookUp(attempt) => {
                    if let Some(found) = self.look_up(run.job_id, attempt).await? {
                        return self.adopt(&record, &found, token).await;
                    }
                }
                Decision::Create(number) => {
                    unless_stopped(&self.spending).await?;
                    let now = self.clock.now();
                    turns.take(&record.job, target, number, now).await?;
                    return self.create(&record, &part, number, token).await;
                }
            }
        }
        Err(Failure::AttemptInFlight.into())
    }

    /// Its output came, but noting so in the scene failed, or the writer died before.
    async fn mark_generated(&self, job: JobId, target: Target) -> Result<(), StepError> {
        let Target::Scene(index) = target else {
            return Ok(());
        };
        let (to, now) = (SceneStatus::Generated, self.clock.now());
        ignore_conflict(self.jobs.advance_scene(job, index, to, now).await)
    }

    /// Takes a running prediction over: its end will answer the new token.
    async fn adopt(
        &self,
        record: &JobRecord,
        attempt: &Attempt,
        token: &str,
    ) -> Result<(), StepError> {
        let job = record.job.job_id;
        let now = self.clock.now();
        self.jobs.set_task_token(job, attempt, token, now).await?;
        let attempt = Attempt {
            task_token: Some(token.to_owned()),
            ..attempt.clone()
        };
        tracing::info!(%job, target = %attempt.target, number = attempt.number, "adopted a prediction");
        let id = attempt.prediction_id.as_deref().unwrap_or_default();
        let prediction = self.provider.prediction(id, now).await?;
        self.apply(record, &attempt, &prediction).await.map(drop)
    }

    /// Looks for a create whose answer was lost. Finds the prediction; or proves
    /// that there is none and voids the attempt; or, while it may still be on
    /// its way, fails so that the model request is sent again later.
    pub(crate) async fn look_up(
        &self,
        job: JobId,
        attempt: &Attempt,
    ) -> Result<Option<Attempt>, StepError> {
        let now = self.clock.now();
        if let Some(prediction) = find(&self.provider, attempt, now).await? {
            self.remember(job, attempt, &prediction.id, now).await?;
            return Ok(Some(Attempt {
                prediction_id: Some(prediction.id),
                state: AttemptState::Running,
                ..attempt.clone()
            }));
        }
        if !is_lost(attempt, now) {
            return Err(Failure::AttemptInFlight.into());
        }
        tracing::warn!(%job, target = %attempt.target, number = attempt.number, "the create never arrived");
        ignore_conflict(
            self.jobs
                .end_attempt(job, attempt, AttemptState::Void, None, now)
                .await,
        )?;
        Ok(None)
    }

    /// Remembers a prediction's name; a concurrent writer remembered the same.
    pub(crate) async fn remember(
        &self,
        job: JobId,
        attempt: &Attempt,
        prediction_id: &str,
        now: Time,
    ) -> Result<(), StepError> {
        ignore_conflict(
            self.jobs
                .set_prediction(job, attempt, prediction_id, now)
                .await,
        )
    }

    async fn create(
        &self,
        record: &JobRecord,
        part: &Part,
        number: u32,
        token: &str,
    ) -> Result<(), StepError> {
        let (job, target) = (record.job.job_id, part.target());
        let model_request = self.model_request(record, part)?;
        let now = self.clock.now();
        let attempt = Attempt {
            target,
            number,
            run: record.job.run,
            take: part.take(),
            words: Some(part.words()),
            attempt_id: Uuid::new_v4().to_string(),
            state: AttemptState::Creating,
            prediction_id: None,
            task_token: Some(token.to_owned()),
            model: model_request.model.name.clone(),
            predicted_nano_usd: model_request.price(),
            created_at: now,
            updated_at: now,
            failure: None,
        };
        match self.jobs.put_attempt(job, &attempt).await {
            Err(error) if error.is_conflict() => return Err(Failure::AttemptInFlight.into()),
            other => other?,
        }
        let prediction = match self.send(job, &attempt, &model_request).await {
            Ok(prediction) => prediction,
            Err(error) => return self.create_failed(job, &attempt, error).await,
        };
        let now = self.clock.now();
        self.remember(job, &attempt, &prediction.id, now).await?;
        if let Target::Scene(index) = target {
            let advanced = self
                .jobs
                .advance_scene(job, index, SceneStatus::Generating, now)
                .await;
            ignore_conflict(advanced)?;
        }
        self.jobs
            .put_ledger(job, &ledger_entry(&attempt, None, None))
            .await?;
        tracing::info!(%job, %target, number, prediction = prediction.id, "created a prediction");
        self.stop_if_closed(record.job.latest_run(), &attempt, &prediction)
            .await
    }

    /// The job may have been cancelled while the create was on its way: the canceller did
    /// not know the prediction then.
    async fn stop_if_closed(
        &self,
        run: JobRun,
        attempt: &Attempt,
        prediction: &Prediction,
    ) -> Result<(), StepError> {
        let job = self.jobs.get(run.job_id).await?;
        if job.is_some_and(|job| job.is_worked_on_by(run)) {
            return Ok(());
        }
        let attempt = Attempt {
            prediction_id: Some(prediction.id.clone()),
            ..attempt.clone()
        };
        self.canceller().cancel(run.job_id, &attempt).await?;
        Err(Failure::JobClosed.into())
    }

    async fn send(
        &self,
        job: JobId,
        attempt: &Attempt,
        model_request: &ModelRequest<'_>,
    ) -> Result<Prediction, CallError> {
        let webhook = self.webhook_url(job, attempt);
        self.provider
            .call(self.clock.now(), |client| {
                let options = CreateOptions {
                    webhook: webhook.clone(),
                    events: vec![WebhookEvent::Start, WebhookEvent::Completed],
                    cancel_after: Some(self.provider.settings.prediction_deadline),
                    wait: None,
                };
                let input = model_request.input.clone();
                async move { client.create(model_request.model, input, options).await }
            })
            .await
    }

    /// A create that certainly made nothing costs no try; one that may have made
    /// something leaves its intent record standing, to be looked up.
    async fn create_failed(
        &self,
        job: JobId,
        attempt: &Attempt,
        error: CallError,
    ) -> Result<(), StepError> {
        let now = self.clock.now();
        if !error.may_have_created() {
            ignore_conflict(
                self.jobs
                    .end_attempt(job, attempt, AttemptState::Void, None, now)
                    .await,
            )?;
        } else if error.was_answered() {
            let noted = self
                .jobs
                .note_answer(job, attempt, Failure::ProviderUnavailable, now)
                .await;
            ignore_conflict(noted)?;
        }
        Err(error.into())
    }

    /// Where the provider reports to: the job and the attempt travel in the URL.
    fn webhook_url(&self, job: JobId, attempt: &Attempt) -> Option<Url> {
        let mut url = Url::parse(&self.provider.settings.webhook_url).ok()?;
        url.query_pairs_mut()
            .append_pair("job", &job.to_string())
            .append_pair("attempt", &attempt.attempt_id);
        Some(url)
    }

    fn model_request(
        &self,
        record: &JobRecord,
        part: &Part,
    ) -> Result<ModelRequest<'_>, StepError> {
        let (wanted, settings) = (&record.job.request, &self.provider.settings);
        match part {
            Part::Scene(scene) => {
                let model = self.provider.model(&settings.scene_model)?;
                Ok(ModelRequest::scene(model, wanted, scene))
            }
            Part::Soundtrack(music) => {
                let model = self.provider.model(&settings.music_model)?;
                Ok(ModelRequest::soundtrack(model, wanted, music))
            }
        }
    }

    pub(crate) async fn answer_success(
        &self,
        token: &str,
        target: Target,
    ) -> Result<(), StepError> {
        let output = serde_json::json!({ "target": target.to_string() });
        Ok(self.workflow.task_succeeded(token, &output).await?)
    }
}

/// The prediction of an attempt whose create was not answered, if the provider has it.
pub(crate) async fn find(
    provider: &Provider,
    attempt: &Attempt,
    now: Time,
) -> Result<Option<Prediction>, StepError> {
    // The two clocks may differ.
    let since = attempt
        .created_at
        .before(Duration::from_secs(60))
        .timestamp();
    let recent = provider
        .call(now, |client| async move {
            client.list_created_since(since).await
        })
        .await?;
    let mut recent = recent.into_iter();
    Ok(recent.find(|prediction| carries(prediction, &attempt.attempt_id)))
}

/// Whether a prediction was made by the attempt: its webhook says so.
pub(crate) fn carries(prediction: &Prediction, attempt_id: &str) -> bool {
    prediction
        .webhook
        .as_deref()
        .and_then(|webhook| Url::parse(webhook).ok())
        .is_some_and(|url| {
            url.query_pairs()
                .any(|(name, value)| name == "attempt" && value == attempt_id)
        })
}

/// A ledger line of an attempt.
pub(crate) fn ledger_entry(
    attempt: &Attempt,
    actual: Option<u64>,
    seconds: Option<f64>,
) -> LedgerEntry {
    LedgerEntry {
        step: attempt.step(),
        kind: CostKind::Model,
        item: attempt.model.clone(),
        predicted_nano_usd: attempt.predicted_nano_usd,
        actual_nano_usd: actual,
        seconds,
    }
}

/// Turns a conflict into `Ok`: what was to be written is written, or overtaken.
pub(crate) fn ignore_conflict(result: Result<(), store::StoreError>) -> Result<(), StepError> {
    match result {
        Err(error) if error.is_conflict() => Ok(()),
        other => Ok(other?),
    }
}

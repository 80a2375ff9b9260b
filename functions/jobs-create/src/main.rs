//! `POST /api/v1/jobs`: accepts a film to be made (R6, R40, D9, D12).
//!
//! Writes the job, reserves its place in the month and takes its quote from the
//! installation's day (D49) in one transaction, then
//! starts the execution named by the job. If that fails and nothing has begun the job,
//! the place is given back, the job says why, and the answer is 500 `Workflow failed`. With an
//! `Idempotency-Key` a request goes on where an earlier one died (D42).
//!
//! With `dryRun=true` it only says what the film would be and cost.

use std::sync::Arc;
use std::time::Duration;

use accounts::{FilmCeilings, film_refused};
use config::Bootstrap;
use contract::{CreateJob, JobAccepted};
use domain::fields::flag;
use domain::job::{Job, JobId, Stage, Status};
use domain::preset::Preset;
use domain::request;
use domain::time::{Clock, Time};
use edge::http::{
    ApiError, Authentication, Caller, Creation, Error, Idempotency, Reply, Request, body, query,
};
use films::{FilmClock, Quotes, start, total};
use store::{Ending, JobsTable, StoreError, UsageTable, WebhooksTable, Workflow};

mod dry_run;

#[derive(Clone)]
struct State {
    jobs: JobsTable,
    usage: UsageTable,
    webhooks: WebhooksTable,
    workflow: Workflow,
    ceilings: FilmCeilings,
    quotes: Arc<Quotes>,
    times: FilmClock,
    time_limit: Duration,
    preset: Preset,
    clock: Clock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        jobs: JobsTable::connect(&mut bootstrap),
        usage: UsageTable::connect(&mut bootstrap),
        webhooks: WebhooksTable::connect(&mut bootstrap),
        workflow: Workflow::connect(&mut bootstrap),
        ceilings: FilmCeilings::connect(&mut bootstrap),
        quotes: Arc::new(Quotes::connect(&mut bootstrap)?),
        times: FilmClock::connect(&mut bootstrap),
        time_limit: bootstrap.environment().job_time_limit(),
        preset: bootstrap.environment().film_preset(),
        clock: bootstrap.clock(),
    };
    let authentication = Authentication::connect(&mut bootstrap);
    let idempotency = Idempotency::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::creating(
        "jobs-create",
        authentication,
        idempotency,
        move |caller, request| handle(caller, request, state.clone()),
    )
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let wanted = body::<CreateJob>(&request)?.checked()?;
    if flag("dryRun", query(&request, "dryRun").as_deref())? {
        return Reply::ok(&dry_run::quote(&state, &caller, &wanted).await?);
    }

    let creation = Creation::of(&request);
    let id = JobId(creation.id);
    let job = match earlier(&state, creation).await? {
        Some(job) => job,
        None => accept(&state, id, &caller, wanted).await?,
    };
    let job = match job.status {
        Status::Pending => begin(&state, job).await?,
        _ => job,
    };

    Reply::accepted(&JobAccepted {
        job_id: job.job_id,
        status: job.status,
        message: "Video generation started".to_owned(),
    })
}

/// The job that an earlier request with the same key wrote before it died. One that
/// failed is the earlier request's answer; another film takes another key.
async fn earlier(state: &State, creation: Creation) -> Result<Option<Job>, ApiError> {
    if !creation.is_repeated {
        return Ok(None);
    }
    let job = state.jobs.get(JobId(creation.id)).await?;
    match job {
        Some(job) if job.status == Status::Failed => Err(ApiError::Conflict(
            "The film of this Idempotency-Key has failed; send another key",
        )),
        job => Ok(job),
    }
}

/// Writes the job and takes its place in the month.
async fn accept(
    state: &State,
    id: JobId,
    caller: &Caller,
    wanted: request::CreateJob,
) -> Result<Job, ApiError> {
    let now = state.clock.now();
    let prices = state.quotes.film(&wanted)?;
    let job = Job {
        quote_nano_usd: total(&prices),
        preset: state.preset,
        ..Job::accepted(id, &caller.user_id, wanted, now, state.time_limit)
    };
    reserve(state, &job, now).await?;
    Ok(job)
}

/// Takes the job's place in the month and its quote from the day.
async fn reserve(state: &State, job: &Job, now: Time) -> Result<(), ApiError> {
    let ceilings = state.ceilings.now().await?;
    let reserved = state.usage.reserve(&state.jobs, job, ceilings).await;
    reserved.map_err(|error| film_refused(error, now))
}

/// Starts the work. When that fails its place is given back, unless an execution has begun
/// it: then it was the answer alone that was lost.
async fn begin(state: &State, job: Job) -> Result<Job, ApiError> {
    let started = start(&state.workflow, &state.jobs, job.latest_run()).await;
    let Err(error) = started else { return Ok(job) };
    match give_back(state, &job).await {
        Ok(()) => Err(ApiError::WorkflowFailed(error)),
        Err(conflict) if conflict.is_conflict() => {
            let begun = state.jobs.get(job.job_id).await?;
            let begun = begun.filter(|job| job.stage != Stage::Queued);
            begun.ok_or(ApiError::WorkflowFailed(error))
        }
        Err(unsettled) => {
            tracing::error!(job = %job.job_id, error = %unsettled, "left to the reconciler");
            Err(ApiError::WorkflowFailed(error))
        }
    }
}

async fn give_back(state: &State, job: &Job) -> Result<(), StoreError> {
    let (ending, now) = (Ending::Unstarted, state.clock.now());
    let settled = state
        .usage
        .settle(&state.jobs, &state.webhooks, job, &ending, 0, now);
    settled.await.map(drop)
}

#[cfg(test)]
mod tests;

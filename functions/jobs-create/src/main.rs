//! `POST /api/v1/jobs`: accepts a film to be made (R6, R40, D9, D12).
//!
//! Writes the job, reserves its place in the month and takes its quote from the
//! installation's day (D49) in one transaction, then
//! starts the execution named by the job. If that fails the place is given back,
//! the job says why, and the answer is 500 `Workflow failed`. With an
//! `Idempotency-Key` a request goes on where an earlier one died (D42).

use std::sync::Arc;
use std::time::Duration;

use accounts::Installation;
use config::Bootstrap;
use contract::{CreateJob, JobAccepted};
use domain::failure::JobError;
use domain::job::{Job, JobId, Status};
use domain::quota::next_month;
use domain::request;
use domain::spending::until_next_day;
use domain::time::{Clock, Time};
use edge::http::{
    ApiError, Authentication, Caller, Creation, Error, Idempotency, Reply, Request, body,
};
use films::Quotes;
use store::{Ceilings, Ending, JobsTable, ReserveError, StoreError, UsageTable, Workflow};

#[derive(Clone)]
struct State {
    jobs: JobsTable,
    usage: UsageTable,
    workflow: Workflow,
    quota: u32,
    /// Films of a user's that may be made at once.
    running: u32,
    installation: Installation,
    quotes: Arc<Quotes>,
    time_limit: Duration,
    clock: Clock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        jobs: JobsTable::connect(&mut bootstrap),
        usage: UsageTable::connect(&mut bootstrap),
        workflow: Workflow::connect(&mut bootstrap),
        quota: bootstrap.environment().quota(),
        running: bootstrap.environment().running_films(),
        installation: Installation::connect(&mut bootstrap),
        quotes: Arc::new(Quotes::connect(&mut bootstrap)?),
        time_limit: bootstrap.environment().job_time_limit(),
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

    let creation = Creation::of(&request);
    let id = JobId(creation.id);
    let job = match earlier(&state, creation).await? {
        Some(job) => job,
        None => accept(&state, id, &caller, wanted).await?,
    };
    if job.status == Status::Pending {
        start(&state, &job).await?;
    }

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
    let quote = state.quotes.quote(&wanted);
    let quote_nano_usd = quote.map_err(|error| ApiError::Internal(Box::new(error)))?;
    let job = Job {
        quote_nano_usd,
        ..Job::accepted(id, &caller.user_id, wanted, now, state.time_limit)
    };
    reserve(state, &job, now).await?;
    Ok(job)
}

async fn reserve(state: &State, job: &Job, now: Time) -> Result<(), ApiError> {
    let settings = state.installation.table.spending_settings().await?;
    if settings.is_stopped {
        return Err(ApiError::SpendingStopped);
    }
    let ceilings = Ceilings {
        quota: state.quota,
        running: state.running,
        daily_nano_usd: state.installation.limit(&settings),
    };
    match state.usage.reserve(&state.jobs, job, ceilings).await {
        Ok(()) => Ok(()),
        Err(ReserveError::QuotaExceeded) => {
            let retry_after = next_month(now).since(now).as_secs() + 1;
            Err(ApiError::QuotaExceeded { retry_after })
        }
        Err(ReserveError::TooManyRunning) => Err(ApiError::TooManyFilms),
        Err(ReserveError::SpendingLimit) => {
            let retry_after = until_next_day(now).as_secs();
            Err(ApiError::SpendingLimit { retry_after })
        }
        Err(ReserveError::Store(error)) => Err(error.into()),
    }
}

/// Starts the work. That its ARN could not be noted harms nothing: the execution
/// has the job's name.
async fn start(state: &State, job: &Job) -> Result<(), ApiError> {
    let arn = match state.workflow.start(job.job_id).await {
        Ok(arn) => arn,
        Err(error) => return Err(give_back(state, job, error).await),
    };
    if let Err(error) = state.jobs.set_execution(job.job_id, &arn).await {
        tracing::warn!(job = %job.job_id, error = %error, "the execution could not be noted");
    }
    Ok(())
}

async fn give_back(state: &State, job: &Job, error: StoreError) -> ApiError {
    let ending = Ending::Failed(JobError::workflow_failed());
    let settled = state
        .usage
        .settle(&state.jobs, job, &ending, 0, state.clock.now())
        .await;
    if let Err(error) = settled {
        tracing::error!(job = %job.job_id, error = %error, "left to the reconciler");
    }
    ApiError::WorkflowFailed(error)
}

#[cfg(test)]
mod tests;

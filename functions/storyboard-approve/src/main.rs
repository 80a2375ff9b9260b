//! `POST /api/v1/jobs/{id}/approve`: the film is made by the storyboard that its owner has
//! read (D44). What it costs more than was reserved is taken from the installation's day in
//! the same write (D49); then another execution is started, which the reconciler does if
//! this fails. Repeated, the answer is the same.

use std::sync::Arc;
use std::time::Duration;

use accounts::{Installation, film_refused};
use config::Bootstrap;
use contract::{ApproveStoryboard, JobAccepted};
use domain::job::Job;
use domain::time::{Clock, Time};
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, body, job_id};
use films::{Quotes, own_job, start_or_leave, storyboard_in_review, total};
use store::{ApproveError, JobsTable, ReserveError, StoreError, UsageTable, Workflow};

#[derive(Clone)]
struct State {
    jobs: JobsTable,
    usage: UsageTable,
    workflow: Workflow,
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
        installation: Installation::connect(&mut bootstrap),
        quotes: Arc::new(Quotes::connect(&mut bootstrap)?),
        time_limit: bootstrap.environment().job_time_limit(),
        clock: bootstrap.clock(),
    };
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected(
        "storyboard-approve",
        authentication,
        move |caller, request| handle(caller, request, state.clone()),
    )
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let wanted = body::<ApproveStoryboard>(&request)?;
    let mut job = own_job(&state.jobs, job_id(&request)?, &caller).await?;

    let now = state.clock.now();
    if !is_approved(&job, wanted.version) {
        job = approve(&state, job, wanted.version, now).await?;
    }
    start_or_leave(&state.workflow, &state.jobs, &job).await;

    Reply::accepted(&JobAccepted {
        job_id: job.job_id,
        status: job.status,
        message: "Video generation started".to_owned(),
    })
}

fn is_approved(job: &Job, version: u32) -> bool {
    job.approved_at.is_some() && job.storyboard_version == version
}

/// The job as it goes on. Of two approvals at once the second finds what the first wrote.
async fn approve(state: &State, job: Job, version: u32, now: Time) -> Result<Job, ApiError> {
    let storyboard = storyboard_in_review(&job, version, now)?;
    let quote = total(&state.quotes.film_by(&job.request, storyboard)?);
    let limit = state.installation.limit_unless_stopped().await?;
    let approved = job.approved(quote, now, state.time_limit);
    let result = state
        .usage
        .approve(&state.jobs, &job, &approved, limit)
        .await;
    match result {
        Ok(()) => Ok(approved),
        Err(ApproveError::Changed) => {
            let there = state.jobs.get(job.job_id).await?;
            let there = there.filter(|job| is_approved(job, version));
            there.ok_or(ApiError::Store(StoreError::Conflict {
                operation: "approve",
            }))
        }
        Err(ApproveError::SpendingLimit) => Err(film_refused(ReserveError::SpendingLimit, now)),
        Err(ApproveError::Store(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;

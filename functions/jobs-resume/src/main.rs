//! `POST /api/v1/jobs/{id}/resume`: a film that failed or was cancelled goes on from what
//! it has (D44).
//!
//! It takes a place in the month and the quote of what is still to be made in one
//! transaction, and has another execution. If that cannot be started, the reconciler
//! starts it. A repeated request finds it going on and has the same answer.

use std::sync::Arc;
use std::time::Duration;

use accounts::{FilmCeilings, film_refused};
use config::Bootstrap;
use contract::JobResumed;
use domain::job::Job;
use domain::time::Clock;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, job_id};
use films::{Quotes, own_record, quote_view, start, total};
use store::{JobRecord, JobsTable, ReserveError, UsageTable, Workflow};

const NOT_ENDED: ApiError =
    ApiError::Conflict("Only a film that failed or was cancelled can go on");

#[derive(Clone)]
struct State {
    jobs: JobsTable,
    usage: UsageTable,
    workflow: Workflow,
    ceilings: FilmCeilings,
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
        ceilings: FilmCeilings::connect(&mut bootstrap),
        quotes: Arc::new(Quotes::connect(&mut bootstrap)?),
        time_limit: bootstrap.environment().job_time_limit(),
        clock: bootstrap.clock(),
    };
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("jobs-resume", authentication, move |caller, request| {
        handle(caller, request, state.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let record = own_record(&state.jobs, job_id(&request)?, &caller).await?;
    let record = match is_resumed(&record.job) {
        true => record,
        false => resume(&state, record, &caller).await?,
    };
    let prices = state.quotes.rest(&record)?;

    Reply::accepted(&JobResumed {
        job_id: record.job.job_id,
        status: record.job.status,
        message: "Video generation goes on".to_owned(),
        kept: quote_view::kept(&record),
        cost: quote_view::cost(&prices),
    })
}

/// Whether it is going on again. A film of which a scene changes was there.
fn is_resumed(job: &Job) -> bool {
    job.status.is_running() && job.run > 1 && job.redo.is_none()
}

/// The job as it goes on.
async fn resume(state: &State, record: JobRecord, caller: &Caller) -> Result<JobRecord, ApiError> {
    let now = state.clock.now();
    let prices = state.quotes.rest(&record)?;
    let resumed = record.job.resumed(total(&prices), now, state.time_limit);
    let resumed = resumed.ok_or(NOT_ENDED)?;
    let ceilings = state.ceilings.now().await?;
    let usage = &state.usage;
    match usage.resume(&state.jobs, &record, &resumed, ceilings).await {
        Ok(()) => {}
        Err(ReserveError::Store(error)) if error.is_conflict() => {
            let record = own_record(&state.jobs, resumed.job_id, caller).await?;
            // Another request was faster.
            return is_resumed(&record.job).then_some(record).ok_or(NOT_ENDED);
        }
        Err(error) => return Err(film_refused(error, now)),
    }
    let started = start(&state.workflow, &state.jobs, resumed.latest_run()).await;
    if let Err(error) = started {
        tracing::warn!(job = %resumed.job_id, error = %error, "left to the reconciler");
    }
    Ok(JobRecord {
        job: resumed,
        ..record
    })
}

#[cfg(test)]
mod tests;

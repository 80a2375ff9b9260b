//! `PUT /api/v1/jobs/{id}/scenes/{index}/take`: the owner of a film chooses which take of a
//! scene is in it (D44).
//!
//! Another execution puts the film together of what is there: nothing is generated, nothing
//! paid for, no place taken. The film that is there is served until the new one is proved.
//! Repeated, the answer is the same.

use std::time::Duration;

use config::Bootstrap;
use contract::ChooseTake;
use domain::job::{Job, Redo};
use domain::time::Clock;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, body, job_id, path_id};
use films::{chosen_take, own_job, own_record, scene_accepted, scene_of_film, start};
use store::{Ceilings, JobRecord, JobsTable, ReserveError, UsageTable, Workflow};

const CHANGING: ApiError = ApiError::Conflict("A scene of this film is being changed");

#[derive(Clone)]
struct State {
    jobs: JobsTable,
    usage: UsageTable,
    workflow: Workflow,
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
        time_limit: bootstrap.environment().job_time_limit(),
        clock: bootstrap.clock(),
    };
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("scenes-take", authentication, move |caller, request| {
        handle(caller, request, state.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let wanted = body::<ChooseTake>(&request)?.take;
    let record = own_record(&state.jobs, job_id(&request)?, &caller).await?;
    let index = path_id(&request, "scenes", "Scene")?;

    let (job, redo) = match under_way(&record.job, index, wanted) {
        Some(redo) => (record.job, redo),
        None => choose(&state, &caller, record, index, wanted).await?,
    };
    if job.status.is_running() && job.execution_arn.is_none() {
        let started = start(&state.workflow, &state.jobs, job.latest_run()).await;
        if let Err(error) = started {
            tracing::warn!(job = %job.job_id, error = %error, "left to the reconciler");
        }
    }

    Reply::accepted(&scene_accepted(&job, &redo, &[]))
}

/// The same choice, when it is being followed.
fn under_way(job: &Job, index: u32, take: u32) -> Option<Redo> {
    let redo = job.redo.clone()?;
    let is_same = !redo.is_new() && (redo.scene.index, redo.scene.take) == (index, take);
    is_same.then_some(redo)
}

/// The job as it goes on, if it must, and what of it changes.
async fn choose(
    state: &State,
    caller: &Caller,
    record: JobRecord,
    index: u32,
    take: u32,
) -> Result<(Job, Redo), ApiError> {
    let (film, now) = (&record.job, state.clock.now());
    let scene = scene_of_film(film, index)?;
    let redo = chosen_take(&record, scene, take)?;
    if scene.take == take {
        return Ok((record.job, redo));
    }
    let redone = film.redone(redo.clone(), None, 0, now, state.time_limit);
    let redone = redone.ok_or(CHANGING)?;
    // Nothing is taken that a ceiling is of.
    let ceilings = Ceilings::of_quota(0);
    match state.usage.redo(&state.jobs, film, &redone, ceilings).await {
        Ok(()) => Ok((redone, redo)),
        Err(ReserveError::Store(error)) if !error.is_conflict() => Err(error.into()),
        Err(_) => {
            // Another request was faster, perhaps with the same choice.
            let job = own_job(&state.jobs, redone.job_id, caller).await?;
            let redo = under_way(&job, index, take).ok_or(CHANGING)?;
            Ok((job, redo))
        }
    }
}

#[cfg(test)]
mod tests;

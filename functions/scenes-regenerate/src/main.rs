//! `POST /api/v1/jobs/{id}/scenes/{index}/regenerate`: a scene of a film is made anew (D44).
//!
//! One transaction takes what that holds of the month and the scene's quote, notes the
//! change, and begins another execution of the job; if that cannot be started, the
//! reconciler starts it. The film that is there is served until the new one is proved, and
//! stays if that does not come. Of two requests at once one is 409; with one
//! `Idempotency-Key` both have the same answer.

use std::sync::Arc;
use std::time::Duration;

use accounts::{FilmCeilings, film_refused};
use config::Bootstrap;
use contract::RegenerateScene;
use domain::job::{Job, Redo};
use domain::take::TakeRequest;
use domain::time::Clock;
use edge::http::{
    ApiError, Authentication, Caller, Creation, Error, Idempotency, Reply, Request, job_id,
    optional_body, path_id,
};
use films::{
    Quotes, another_take, own_record, redo_prices, scene_accepted, scene_of_film, start, total,
};
use store::{JobRecord, JobsTable, UsageTable, Workflow};

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
    let idempotency = Idempotency::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::creating(
        "scenes-regenerate",
        authentication,
        idempotency,
        move |caller, request| handle(caller, request, state.clone()),
    )
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let wanted = optional_body::<RegenerateScene>(&request)?.checked()?;
    let record = own_record(&state.jobs, job_id(&request)?, &caller).await?;
    let index = path_id(&request, "scenes", "Scene")?;

    let creation = Creation::of(&request);
    let (job, redo) = match earlier(&record.job, creation, index) {
        Some(redo) => (record.job, redo),
        None => regenerate(&state, &record, index, wanted, creation).await?,
    };
    if job.status.is_running() && job.execution_arn.is_none() {
        let started = start(&state.workflow, &state.jobs, job.latest_run()).await;
        if let Err(error) = started {
            tracing::warn!(job = %job.job_id, error = %error, "left to the reconciler");
        }
    }

    let prices = redo_prices(&job, &redo, &state.quotes)?;
    Reply::accepted(&scene_accepted(&job, &redo, &prices))
}

/// What an earlier request with the same key began before it died, as it is or has become.
fn earlier(job: &Job, creation: Creation, index: u32) -> Option<Redo> {
    let is_its = creation.is_repeated && job.redo_id == Some(creation.id);
    let scene = job.storyboard_in_work()?.scene(index)?.clone();
    is_its.then(|| {
        let place = job.place();
        job.redo.clone().unwrap_or(Redo { scene, place })
    })
}

/// The job as it goes on, and what of it changes.
async fn regenerate(
    state: &State,
    record: &JobRecord,
    index: u32,
    wanted: TakeRequest,
    creation: Creation,
) -> Result<(Job, Redo), ApiError> {
    let (film, now) = (&record.job, state.clock.now());
    let scene = scene_of_film(film, index)?;
    let redo = another_take(record, scene, wanted);
    let quote = total(&redo_prices(film, &redo, &state.quotes)?);
    let redone = film.redone(
        redo.clone(),
        Some(creation.id),
        quote,
        now,
        state.time_limit,
    );
    let redone = redone.ok_or(ApiError::Conflict("A scene of this film is being changed"))?;
    let ceilings = state.ceilings.now().await?;
    let begun = state.usage.redo(&state.jobs, film, &redone, ceilings);
    begun.await.map_err(|error| film_refused(error, now))?;
    Ok((redone, redo))
}

#[cfg(test)]
mod tests;

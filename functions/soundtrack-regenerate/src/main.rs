//! `POST /api/v1/jobs/{id}/soundtrack/regenerate`: the music of a film is made anew (D44).
//!
//! As a scene is: one transaction takes what that holds of the month and the music's quote,
//! notes the change, and begins another execution of the job. The film that is there is
//! served, with its music, until the new one is proved, and stays if that does not come. Of
//! two requests at once one is 409; with one `Idempotency-Key` both have the same answer.

use std::sync::Arc;

use accounts::{FilmCeilings, film_refused};
use config::Bootstrap;
use contract::RegenerateSoundtrack;
use domain::attempt::Target;
use domain::job::{Job, Redo};
use domain::take::TakeRequest;
use edge::http::{
    ApiError, Authentication, Caller, Creation, Error, Idempotency, Reply, Request, job_id,
    optional_body,
};
use films::{
    FilmChanges, Quotes, another_take, change_accepted, own_record, redo_prices, start_or_leave,
    total,
};
use store::JobRecord;

#[derive(Clone)]
struct State {
    changes: FilmChanges,
    ceilings: FilmCeilings,
    quotes: Arc<Quotes>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        changes: FilmChanges::connect(&mut bootstrap),
        ceilings: FilmCeilings::connect(&mut bootstrap),
        quotes: Arc::new(Quotes::connect(&mut bootstrap)?),
    };
    let authentication = Authentication::connect(&mut bootstrap);
    let idempotency = Idempotency::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::creating(
        "soundtrack-regenerate",
        authentication,
        idempotency,
        move |caller, request| handle(caller, request, state.clone()),
    )
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let wanted = optional_body::<RegenerateSoundtrack>(&request)?.checked()?;
    let FilmChanges { jobs, workflow, .. } = &state.changes;
    let record = own_record(jobs, job_id(&request)?, &caller).await?;

    let creation = Creation::of(&request);
    // What an earlier request with the same key began before it died.
    let name = creation.is_repeated.then_some(creation.id);
    let (job, redo) = match name.and_then(|name| record.job.redo_named(name, Target::Soundtrack)) {
        Some(redo) => (record.job, redo),
        None => regenerate(&state, &record, wanted, creation).await?,
    };
    start_or_leave(workflow, jobs, &job).await;

    let prices = redo_prices(&job, &redo, &state.quotes)?;
    Reply::accepted(&change_accepted(&job, &redo, &prices))
}

/// The job as it goes on, and what of it changes.
async fn regenerate(
    state: &State,
    record: &JobRecord,
    wanted: TakeRequest,
    creation: Creation,
) -> Result<(Job, Redo), ApiError> {
    let (film, changes) = (&record.job, &state.changes);
    let redo = another_take(record, Target::Soundtrack, wanted)?;
    let quote = total(&redo_prices(film, &redo, &state.quotes)?);
    let ceilings = state.ceilings.now().await?;
    let begun = changes.begin(film, &redo, Some(creation.id), quote, ceilings);
    let refused = |error| film_refused(error, changes.clock.now());
    Ok((begun.await.map_err(refused)?, redo))
}

#[cfg(test)]
mod tests;

//! `PUT /api/v1/jobs/{id}/storyboard`: the owner changes a storyboard that waits for approval
//! (D44). The body has all scenes in their new order, and the version of the storyboard
//! that was read: of two editors one gets 409.

use std::sync::Arc;

use config::Bootstrap;
use contract::UpdateStoryboard;
use domain::time::Clock;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, body, job_id};
use films::{Quotes, own_job, storyboard_in_review, storyboard_view};
use store::JobsTable;

#[derive(Clone)]
struct State {
    jobs: JobsTable,
    quotes: Arc<Quotes>,
    clock: Clock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        jobs: JobsTable::connect(&mut bootstrap),
        quotes: Arc::new(Quotes::connect(&mut bootstrap)?),
        clock: bootstrap.clock(),
    };
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected(
        "storyboard-update",
        authentication,
        move |caller, request| handle(caller, request, state.clone()),
    )
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let wanted = body::<UpdateStoryboard>(&request)?;
    let job = own_job(&state.jobs, job_id(&request)?, &caller).await?;

    let now = state.clock.now();
    let present = storyboard_in_review(&job, wanted.version, now)?;
    let edited = wanted.edit(&present.music.description).checked();
    let edited = job.with_edit(edited.map_err(ApiError::Faults)?, now);
    state.jobs.edit_storyboard(&job, &edited).await?;

    Reply::ok(&storyboard_view(&edited, &[], &state.quotes, now)?)
}

#[cfg(test)]
mod tests;

//! `GET /api/v1/jobs/{id}/storyboard`: the plan of a film of the caller's, and what it will
//! cost (D44).

use std::sync::Arc;

use config::Bootstrap;
use domain::time::Clock;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, job_id};
use films::{Quotes, own_record, storyboard_view};
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
    let authentication = Authentication::connect(&mut bootstrap).for_reading();
    bootstrap.finish()?;

    edge::http::protected("storyboard-get", authentication, move |caller, request| {
        handle(caller, request, state.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let record = own_record(&state.jobs, job_id(&request)?, &caller).await?;
    let (job, attempts) = (&record.job, &record.attempts);
    let view = storyboard_view(job, attempts, &state.quotes, state.clock.now())?;
    Reply::ok(&view)
}

//! `GET /api/v1/jobs/{id}`: how a job of the caller is coming along (R7, R42, R43).
//!
//! Another user's job is as unknown as one that never was: 404.

use config::Bootstrap;
use domain::time::Clock;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, job_id};
use films::{FilmClock, JobReader, job_view, own_record, turns_before};
use store::TurnsTable;

#[derive(Clone)]
struct State {
    reader: JobReader,
    times: FilmClock,
    turns: TurnsTable,
    clock: Clock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        reader: JobReader::connect(&mut bootstrap),
        times: FilmClock::connect(&mut bootstrap),
        turns: TurnsTable::connect(&mut bootstrap),
        clock: bootstrap.clock(),
    };
    let authentication = Authentication::connect(&mut bootstrap).for_reading();
    bootstrap.finish()?;

    edge::http::protected("jobs-get", authentication, move |caller, request| {
        handle(caller, request, state.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let id = job_id(&request)?;

    let record = own_record(&state.reader.jobs, id, &caller).await?;

    let thumbnail = state.reader.thumbnail_url(&record.job).await?;
    let links = state.reader.take_links(&record).await?;
    let now = state.clock.now();
    let (times, before) = tokio::try_join!(
        state.times.times(&record, now),
        turns_before(&state.turns, &record.job, now),
    )?;
    let view = job_view::detail(&record, thumbnail, &links, &times, &before);
    Reply::ok(&view)
}

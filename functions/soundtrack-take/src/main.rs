//! `PUT /api/v1/jobs/{id}/soundtrack/take`: the owner of a film chooses which take of its
//! music is in it (D44).
//!
//! Another execution puts the film together of what is there: nothing is generated, nothing
//! paid for, no place taken. The film that is there is served until the new one is proved.
//! Repeated, the answer is the same.

use config::Bootstrap;
use contract::ChooseTake;
use domain::attempt::Target;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, body, job_id};
use films::{FilmChanges, change_accepted, own_record};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let changes = FilmChanges::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("soundtrack-take", authentication, move |caller, request| {
        handle(caller, request, changes.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, changes: FilmChanges) -> Result<Reply, ApiError> {
    let wanted = body::<ChooseTake>(&request)?.take;
    let record = own_record(&changes.jobs, job_id(&request)?, &caller).await?;

    let chosen = changes.choose(&caller, record, Target::Soundtrack, wanted);
    let (job, redo) = chosen.await?;
    Reply::accepted(&change_accepted(&job, &redo, &[]))
}

#[cfg(test)]
mod tests;

//! `DELETE /api/v1/jobs/{id}`: its owner ends a film that is being made (D43).
//!
//! What runs for it is stopped, what that cost is noted, its place is given back. What takes
//! longer than a request may is left to the reconciler: the answer is `cancelling` then.
//! Repeated it answers the same; a film that has ended otherwise is 409, another user's 404.
//! Where a scene of a film changes, that is what ends: the film stays (D44).

use std::sync::Arc;

use config::Bootstrap;
use contract::JobCancelled;
use domain::job::Status;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, job_id};
use films::{CancelError, Finisher, own_job};
use store::JobsTable;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let jobs = JobsTable::connect(&mut bootstrap);
    let finisher = Arc::new(Finisher::connect(&mut bootstrap)?);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("jobs-cancel", authentication, move |caller, request| {
        handle(caller, request, jobs.clone(), finisher.clone())
    })
    .await
}

async fn handle(
    caller: Caller,
    request: Request,
    jobs: JobsTable,
    finisher: Arc<Finisher>,
) -> Result<Reply, ApiError> {
    let id = job_id(&request)?;

    own_job(&jobs, id, &caller).await?;
    let status = finisher.cancel(id).await.map_err(refused)?;

    let message = match status {
        Status::Cancelled => "Video generation cancelled",
        Status::Completed => "The change is cancelled; the film is as it was",
        _ => "Video generation is being cancelled",
    };
    Reply::accepted(&JobCancelled {
        job_id: id,
        status,
        message: message.to_owned(),
    })
}

fn refused(error: CancelError) -> ApiError {
    match error {
        CancelError::Ended => ApiError::Conflict("The job has ended"),
        CancelError::Failed(error) => error.into(),
    }
}

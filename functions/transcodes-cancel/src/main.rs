//! `DELETE /api/jobs/{id}`: its owner ends a transcode (D43).
//!
//! Repeated it answers the same; one that has ended otherwise is 409, another user's 404.

use config::Bootstrap;
use contract::TranscodeJob;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, path_id};
use transcodes::{CancelError, TranscodeCanceller, transcode_view};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let canceller = TranscodeCanceller::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected(
        "transcodes-cancel",
        authentication,
        move |caller, request| handle(caller, request, canceller.clone()),
    )
    .await
}

async fn handle(
    caller: Caller,
    request: Request,
    canceller: TranscodeCanceller,
) -> Result<Reply, ApiError> {
    let id = path_id(&request, "jobs", "Job")?;

    let cancelled = canceller.cancel(id, &caller.user_id).await;
    let transcode = cancelled.map_err(refused)?;

    Reply::ok(&TranscodeJob {
        job: transcode_view(&transcode),
    })
}

fn refused(error: CancelError) -> ApiError {
    match error {
        CancelError::Missing => ApiError::NotFound("Job"),
        CancelError::Ended => ApiError::Conflict("The job has ended"),
        CancelError::Store(error) => error.into(),
    }
}

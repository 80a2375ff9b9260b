//! `GET /api/jobs/{id}`: how a transcode stands (R26, R52).

use config::Bootstrap;
use contract::TranscodeJob;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, path_id};
use store::TranscodesTable;
use transcodes::transcode_view;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let transcodes = TranscodesTable::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("transcodes-get", authentication, move |caller, request| {
        handle(caller, request, transcodes.clone())
    })
    .await
}

async fn handle(
    caller: Caller,
    request: Request,
    transcodes: TranscodesTable,
) -> Result<Reply, ApiError> {
    let id = path_id(&request, "jobs", "Job")?;

    let state = transcodes.get(id).await?;
    let transcode = state
        .map(|state| state.transcode)
        .filter(|transcode| transcode.user_id == caller.user_id)
        .ok_or(ApiError::NotFound("Job"))?;

    Reply::ok(&TranscodeJob {
        job: transcode_view(&transcode),
    })
}

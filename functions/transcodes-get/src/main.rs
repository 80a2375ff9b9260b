//! `GET /api/jobs/{id}`: how a transcode stands (R26, R52).

use edge::http::{ApiError, Error, Reply, Request, Wiring, caller, path_id};
use serde_json::json;
use store::TranscodesTable;
use transcodes::TranscodeView;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    config::logging::start();
    let mut wiring = Wiring::begin().await;
    let transcodes = wiring.transcodes();
    let gate = wiring.gate()?;

    edge::http::protected("transcodes-get", gate, move |request| {
        handle(request, transcodes.clone())
    })
    .await
}

async fn handle(request: Request, transcodes: TranscodesTable) -> Result<Reply, ApiError> {
    let caller = caller(&request)?;
    let id = path_id(&request, "jobs", "Job")?;

    let state = transcodes.get(id).await?;
    let transcode = state
        .map(|state| state.transcode)
        .filter(|transcode| transcode.user_id == caller.user_id)
        .ok_or(ApiError::NotFound("Job"))?;

    Reply::ok(&json!({ "job": TranscodeView::of(&transcode) }))
}

//! `GET /api/jobs/{id}/assets`: what a transcode made (R27). It is told when all
//! of it is there; until then the list is empty.

use edge::http::{ApiError, Error, Reply, Request, Wiring, caller, path_id};
use serde_json::json;
use store::TranscodesTable;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    config::logging::start();
    let mut wiring = Wiring::begin().await;
    let transcodes = wiring.transcodes();
    let gate = wiring.gate()?;

    edge::http::protected("transcodes-assets", gate, move |request| {
        handle(request, transcodes.clone())
    })
    .await
}

async fn handle(request: Request, transcodes: TranscodesTable) -> Result<Reply, ApiError> {
    let caller = caller(&request)?;
    let id = path_id(&request, "jobs", "Job")?;

    let found = transcodes.with_assets(id).await?;
    let (_, assets) = found
        .filter(|(transcode, _)| transcode.user_id == caller.user_id)
        .ok_or(ApiError::NotFound("Job"))?;

    Reply::ok(&json!({ "assets": assets }))
}

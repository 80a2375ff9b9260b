//! `GET /api/jobs/{id}/assets`: what a transcode made (R27). It is told when all
//! of it is there; until then the list is empty.

use config::Bootstrap;
use contract::AssetList;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, path_id};
use store::TranscodesTable;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let transcodes = TranscodesTable::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap).for_reading();
    bootstrap.finish()?;

    edge::http::protected(
        "transcodes-assets",
        authentication,
        move |caller, request| handle(caller, request, transcodes.clone()),
    )
    .await
}

async fn handle(
    caller: Caller,
    request: Request,
    transcodes: TranscodesTable,
) -> Result<Reply, ApiError> {
    let id = path_id(&request, "jobs", "Job")?;

    let found = transcodes.with_assets(id).await?;
    let (_, assets) = found
        .filter(|(transcode, _)| transcode.user_id == caller.user_id)
        .ok_or(ApiError::NotFound("Job"))?;

    Reply::ok(&AssetList { assets })
}

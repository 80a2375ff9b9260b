//! `GET /api/jobs/{id}/assets/{assetId}/download`: the way to a file (R28, R54).
//!
//! 302 to a signed URL; with `Accept: application/json` its text instead.

use config::Bootstrap;
use contract::AssetLink;
use domain::transcode::Asset;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, accepts_json, path_id};
use store::{LINK_LIFE, Links, TranscodesTable};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let (transcodes, links) = (
        TranscodesTable::connect(&mut bootstrap),
        Links::connect(&mut bootstrap),
    );
    let authentication = Authentication::connect(&mut bootstrap).for_reading();
    bootstrap.finish()?;

    edge::http::protected(
        "transcodes-download",
        authentication,
        move |caller, request| handle(caller, request, transcodes.clone(), links.clone()),
    )
    .await
}

async fn handle(
    caller: Caller,
    request: Request,
    transcodes: TranscodesTable,
    links: Links,
) -> Result<Reply, ApiError> {
    let id = path_id(&request, "jobs", "Job")?;
    let asset = path_id(&request, "assets", "Asset")?;

    let found = transcodes.asset(id, asset).await?;
    let (_, asset) = found
        .filter(|(transcode, _)| transcode.user_id == caller.user_id)
        .ok_or(ApiError::NotFound("Asset"))?;

    let content_type = asset.asset_type.content_type();
    let name = format!("omnigen-{id}-{}", file_name(&asset));
    let url = links
        .link_as(&asset.s3_key, content_type, Some(&name))
        .await?;
    if accepts_json(&request) {
        return Reply::ok(&AssetLink {
            url,
            expires_in: LINK_LIFE.as_secs(),
        });
    }
    Ok(Reply::found(url))
}

/// `high.mp4`, `thumbnail.jpg`, …
fn file_name(asset: &Asset) -> &str {
    asset.s3_key.rsplit('/').next().unwrap_or_default()
}

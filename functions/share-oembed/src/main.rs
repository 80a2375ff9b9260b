//! `GET /api/v1/oembed?url=…`: how another site shows a video of this one (oembed.com).

use config::Bootstrap;
use domain::request::InvalidField;
use edge::http::{ApiError, Error, Reply, Request, query};
use gallery::share::Sharing;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let sharing = Sharing::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::public("share-oembed", move |request| {
        handle(request, sharing.clone())
    })
    .await
}

async fn handle(request: Request, sharing: Sharing) -> Result<Reply, ApiError> {
    let url = query(&request, "url");
    let id = url.and_then(|url| sharing.video_of(&url));
    let id = id.ok_or_else(|| InvalidField::new("url", "the address of a video of this site"))?;

    let shared = sharing.find_shared(id).await?;

    Reply::ok(&shared.ok_or(ApiError::NotFound("Video"))?.oembed())
}

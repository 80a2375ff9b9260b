//! `GET /api/v1/oembed?url=…`: how another site shows a video of this one (oembed.com).

use config::Bootstrap;
use domain::request::InvalidField;
use edge::http::{ApiError, Error, Reply, Request, query};
use gallery::Gallery;
use gallery::share::video_of_url;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let gallery = Gallery::connect(&mut bootstrap);
    let site = bootstrap.environment().required("SITE_URL");
    bootstrap.finish()?;

    edge::http::public("share-oembed", move |request| {
        handle(request, gallery.clone(), site.clone())
    })
    .await
}

async fn handle(request: Request, gallery: Gallery, site: String) -> Result<Reply, ApiError> {
    let url = query(&request, "url");
    let id = url.and_then(|url| video_of_url(&url, &site));
    let id = id.ok_or_else(|| InvalidField::new("url", "the address of a video of this site"))?;

    let shared = gallery.shared(id, &site).await?;

    Reply::ok(&shared.ok_or(ApiError::NotFound("Video"))?.oembed())
}

//! `GET /v/{id}`: a video's page for other sites and search engines; people are led on to
//! where they watch it. What not everybody may see, and what is not there, leads on at once.

use config::Bootstrap;
use domain::ids::VideoId;
use edge::http::{ApiError, Error, Reply, Request, path_id};
use gallery::Gallery;
use gallery::share::{PAGE_POLICY, watch_url};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let gallery = Gallery::connect(&mut bootstrap);
    let site = bootstrap.environment().required("SITE_URL");
    bootstrap.finish()?;

    edge::http::public("share-page", move |request| {
        handle(request, gallery.clone(), site.clone())
    })
    .await
}

async fn handle(request: Request, gallery: Gallery, site: String) -> Result<Reply, ApiError> {
    let id: VideoId = path_id(&request, "v", "Video")?;

    let page = match gallery.shared(id, &site).await? {
        Some(shared) => Reply::text("text/html; charset=utf-8", shared.page()),
        None => return Ok(Reply::found(watch_url(&site, &id.to_string()))),
    };
    Ok(page.with_header("content-security-policy", PAGE_POLICY))
}

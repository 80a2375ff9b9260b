//! `GET /v/{id}`: a video's page for other sites and search engines; people are led on to
//! where they watch it. What not everybody may see, and what is not there, leads on at once.

use config::Bootstrap;
use domain::ids::VideoId;
use edge::http::{ApiError, Error, Reply, Request, path_id};
use gallery::share::{PAGE_POLICY, Sharing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let sharing = Sharing::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::public("share-page", move |request| {
        handle(request, sharing.clone())
    })
    .await
}

async fn handle(request: Request, sharing: Sharing) -> Result<Reply, ApiError> {
    let id: VideoId = path_id(&request, "v", "Video")?;

    let Some(shared) = sharing.find_shared(id).await? else {
        return Ok(Reply::found(sharing.watch_url(id)));
    };
    let page = Reply::text("text/html; charset=utf-8", shared.page());
    Ok(page.with_header("content-security-policy", PAGE_POLICY))
}

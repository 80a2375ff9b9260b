//! `GET /api/gallery/videos/{id}`: a video's details; reading them counts a view,
//! and the answer counts it too (R21, D26).

use config::Bootstrap;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, is_head};
use gallery::{Gallery, video_id};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let gallery = Gallery::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::optional("gallery-get", authentication, move |viewer, request| {
        handle(viewer, request, gallery.clone())
    })
    .await
}

async fn handle(
    viewer: Option<Caller>,
    request: Request,
    gallery: Gallery,
) -> Result<Reply, ApiError> {
    let id = video_id(&request)?;

    let viewer = viewer.as_ref();
    let user_id = viewer.map(|caller| caller.user_id.as_str());
    // A HEAD request counts no view.
    let video = match is_head(&request) {
        true => gallery.seen(id, viewer).await?,
        false => gallery.videos.view(id, user_id).await?,
    };

    Reply::ok(&gallery.view(&video, viewer).await?)
}

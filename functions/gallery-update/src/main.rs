//! `PUT /api/gallery/videos/{id}`: its owner changes a video's title, description
//! or visibility; what is not named stays (R23).

use config::Bootstrap;
use contract::UpdateVideo;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, body};
use gallery::{Gallery, video_id};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let gallery = Gallery::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("gallery-update", authentication, move |caller, request| {
        handle(caller, request, gallery.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, gallery: Gallery) -> Result<Reply, ApiError> {
    let id = video_id(&request)?;
    let update = body::<UpdateVideo>(&request)?.checked()?;

    let video = gallery.own(id, &caller).await?;
    let updated = gallery
        .videos
        .update(video, &update, gallery.clock.now())
        .await?;
    let updated = updated.ok_or(ApiError::NotFound("Video"))?;

    Reply::ok(&gallery.view(&updated, Some(&caller)).await?)
}

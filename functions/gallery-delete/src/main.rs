//! `DELETE /api/gallery/videos/{id}`: its owner takes a video out of the gallery
//! (R24, D25). It is gone at once, for everybody; its files are reclaimed by the
//! storage janitor after a grace period.

use config::Bootstrap;
use contract::Message;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request};
use gallery::{Gallery, video_id};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let gallery = Gallery::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("gallery-delete", authentication, move |caller, request| {
        handle(caller, request, gallery.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, gallery: Gallery) -> Result<Reply, ApiError> {
    let id = video_id(&request)?;

    let video = gallery.own(id, &caller).await?;
    if !gallery.videos.delete(video, gallery.clock.now()).await? {
        return Err(ApiError::NotFound("Video"));
    }

    Reply::ok(&Message {
        message: "Video deleted successfully".to_owned(),
    })
}

#[cfg(test)]
mod tests;

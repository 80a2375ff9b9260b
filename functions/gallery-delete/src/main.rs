//! `DELETE /api/gallery/videos/{id}`: its owner takes a video out of the gallery
//! (R24, D25). It is gone at once, for everybody; its files are reclaimed by the
//! storage janitor after a grace period.

use config::Bootstrap;
use contract::Message;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request};
use gallery::{Gallery, video_id};
use store::UsageTable;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let gallery = Gallery::connect(&mut bootstrap);
    let usage = UsageTable::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("gallery-delete", authentication, move |caller, request| {
        handle(caller, request, gallery.clone(), usage.clone())
    })
    .await
}

async fn handle(
    caller: Caller,
    request: Request,
    gallery: Gallery,
    usage: UsageTable,
) -> Result<Reply, ApiError> {
    let id = video_id(&request)?;

    let video = gallery.own(id, &caller).await?;
    let now = gallery.clock.now();
    if !gallery.videos.delete(&usage, video, now).await? {
        return Err(ApiError::NotFound("Video"));
    }

    Reply::ok(&Message {
        message: "Video deleted successfully".to_owned(),
    })
}

#[cfg(test)]
mod tests;

//! `GET /api/gallery/videos/{id}/stream`: signed links to a video's file and to
//! its renditions, and where its HLS playlist is (R22).

use config::Bootstrap;
use contract::{Rendition, Stream};
use domain::video::{RenditionFile, Video};
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, origin};
use gallery::{Gallery, video_id};
use store::LINK_LIFE;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let gallery = Gallery::connect(&mut bootstrap);
    let public_url = bootstrap.environment().public_api_url();
    let authentication = Authentication::connect(&mut bootstrap).for_reading();
    bootstrap.finish()?;

    edge::http::optional("gallery-stream", authentication, move |viewer, request| {
        handle(viewer, request, gallery.clone(), public_url.clone())
    })
    .await
}

async fn handle(
    viewer: Option<Caller>,
    request: Request,
    gallery: Gallery,
    public_url: Option<String>,
) -> Result<Reply, ApiError> {
    let id = video_id(&request)?;
    let video = gallery.seen(id, viewer.as_ref()).await?;

    let made = video.renditions.as_ref();
    let has_playlist = made.is_some_and(|made| made.playlist_key.is_some());
    let hls_url = has_playlist.then(|| {
        let api = public_url.unwrap_or_else(|| origin(&request));
        format!("{api}/api/gallery/videos/{id}/hls/master.m3u8")
    });
    Reply::ok(&Stream {
        stream_url: gallery.link(&video.s3_key).await?,
        expires_in: LINK_LIFE.as_secs(),
        renditions: renditions(&gallery, &video).await?,
        hls_url,
    })
}

async fn renditions(gallery: &Gallery, video: &Video) -> Result<Vec<Rendition>, ApiError> {
    let files: &[RenditionFile] = video.renditions.as_ref().map_or(&[], |made| &made.files);
    let mut renditions = Vec::new();
    for file in files {
        renditions.push(Rendition {
            quality: file.quality,
            width: file.width,
            height: file.height,
            url: gallery.link(&file.s3_key).await?,
            file_size: file.file_size,
        });
    }
    Ok(renditions)
}

//! `GET /api/gallery/videos/{id}/hls/{playlist}`: the HLS playlists of a video.
//!
//! The master names its variants' playlists, which are read here too; theirs name
//! the media, whose every URI becomes a signed link.

use domain::playlist;
use domain::video::Video;
use edge::http::{ApiError, Error, Reply, Request, path_after, viewer};
use library::{Gallery, video_id};
use store::StoreError;

const CONTENT_TYPE: &str = "application/vnd.apple.mpegurl";
const ENDING: &str = ".m3u8";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    config::logging::start();
    let (gate, gallery) = Gallery::connect().await?;

    edge::http::optional("gallery-playlist", gate, move |request| {
        handle(request, gallery.clone())
    })
    .await
}

async fn handle(request: Request, gallery: Gallery) -> Result<Reply, ApiError> {
    let id = video_id(&request)?;
    let video = gallery.seen(id, viewer(&request)).await?;
    let (folder, name) = place(&video, &request).ok_or(ApiError::NotFound("Playlist"))?;

    let stored = gallery.objects.read(&format!("{folder}{name}")).await;
    let stored = match stored {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(StoreError::NotFound { .. }) => return Err(ApiError::NotFound("Playlist")),
        Err(error) => return Err(error.into()),
    };

    let media = playlist::uris(&stored).into_iter();
    let media = media.filter(|uri| is_plain(uri) && !uri.ends_with(ENDING));
    let links = gallery.links(folder, media).await?;
    let signed = playlist::rewrite(&stored, |uri| {
        links.get(uri).map_or_else(|| uri.to_owned(), Clone::clone)
    });
    Ok(Reply::text(CONTENT_TYPE, signed))
}

/// The folder of the video's playlists, and the name of the one that is asked for.
fn place<'a>(video: &'a Video, request: &'a Request) -> Option<(&'a str, &'a str)> {
    let master = video.renditions.as_ref()?.playlist_key.as_deref()?;
    let (folder, _) = master.split_at(master.rfind('/')? + 1);
    let name = path_after(request, "hls")?;
    (is_plain(name) && name.ends_with(ENDING)).then_some((folder, name))
}

/// Whether a name can only be one of a file in the folder.
fn is_plain(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    !name.starts_with('.') && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_files_in_the_folder_are_plain() {
        assert!(is_plain("master.m3u8") && is_plain("high-1.m4s"));
        for name in ["../x.m3u8", "..", "a/b.m3u8", "%2e%2e", "https://x", "a b"] {
            assert!(!is_plain(name), "{name}");
        }
    }
}

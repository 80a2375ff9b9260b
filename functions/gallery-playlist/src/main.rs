//! `GET /api/gallery/videos/{id}/hls/{playlist}`: the HLS playlists of a video.
//!
//! The master names its variants' playlists, which are read here too; theirs name
//! the media, whose every URI becomes a signed link.

use std::collections::HashMap;

use config::Bootstrap;
use domain::playlist;
use domain::video::Video;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, path_after};
use gallery::{Gallery, video_id};
use store::StoreError;

const ENDING: &str = ".m3u8";
/// Of the one file that holds a rendition's stream.
const MEDIA_TYPE: &str = "video/mp4";

/// By the names of files.
type Links = HashMap<String, [String; 2]>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let gallery = Gallery::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap).for_reading();
    bootstrap.finish()?;

    edge::http::optional(
        "gallery-playlist",
        authentication,
        move |viewer, request| handle(viewer, request, gallery.clone()),
    )
    .await
}

async fn handle(
    viewer: Option<Caller>,
    request: Request,
    gallery: Gallery,
) -> Result<Reply, ApiError> {
    let id = video_id(&request)?;
    let video = gallery.seen(id, viewer.as_ref()).await?;
    let (folder, name) = place(&video, &request).ok_or(ApiError::NotFound("Playlist"))?;

    let stored = gallery.objects.read(&format!("{folder}{name}")).await;
    let stored = match stored {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(StoreError::NotFound { .. }) => return Err(ApiError::NotFound("Playlist")),
        Err(error) => return Err(error.into()),
    };

    let links = links(&gallery, folder, &stored).await?;
    Ok(Reply::text(playlist::CONTENT_TYPE, signed(&stored, &links)))
}

/// Two signed links to each file that a playlist names.
async fn links(gallery: &Gallery, folder: &str, stored: &str) -> Result<Links, ApiError> {
    let mut links = Links::new();
    for name in playlist::uris(stored) {
        if is_plain(&name) && !name.ends_with(ENDING) {
            let key = format!("{folder}{name}");
            let typed = gallery.links.link_as(&key, MEDIA_TYPE, None);
            let pair = [gallery.link(&key).await?, typed.await?];
            links.insert(name, pair);
        }
    }
    Ok(links)
}

/// The playlist with links in place of names; neighbours have different ones.
///
/// FFmpeg 9 asks for the ranges of neighbours under one URL at once, and then ends
/// after the first of them, whatever server it is.
fn signed(stored: &str, links: &Links) -> String {
    let mut turns = [0, 1].into_iter().cycle();
    playlist::rewrite(stored, |uri| {
        let turn = turns.next().unwrap_or_default();
        let link = links.get(uri).map(|pair| pair[turn].clone());
        link.unwrap_or_else(|| uri.to_owned())
    })
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
    fn neighbours_have_different_links_to_one_file() {
        let stored = "#EXT-X-MAP:URI=\"low.m4s\"\nlow.m4s\nlow.m4s\nother.m3u8\n";
        let pair = ["https://one".to_owned(), "https://two".to_owned()];
        let links = Links::from([("low.m4s".to_owned(), pair)]);
        assert_eq!(
            signed(stored, &links),
            "#EXT-X-MAP:URI=\"https://one\"\nhttps://two\nhttps://one\nother.m3u8\n"
        );
    }

    #[test]
    fn a_signed_playlist_keeps_the_rules_of_hls() {
        let stored = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n\
            #EXT-X-MAP:URI=\"low.m4s\",BYTERANGE=\"100@0\"\n\
            #EXTINF:6.0,\n#EXT-X-BYTERANGE:600@100\nlow.m4s\n\
            #EXTINF:0.4,\n#EXT-X-BYTERANGE:90@700\nlow.m4s\n#EXT-X-ENDLIST\n";
        let pair = ["https://one?a=1".to_owned(), "https://two?b=2".to_owned()];
        let links = Links::from([("low.m4s".to_owned(), pair)]);
        let before = testkit::hls::MediaPlaylist::read(stored).unwrap();
        let after = testkit::hls::MediaPlaylist::read(&signed(stored, &links)).unwrap();
        assert_eq!(before, after);
    }

    #[test]
    fn only_names_of_files_in_the_folder_are_plain() {
        assert!(is_plain("master.m3u8") && is_plain("high-1.m4s"));
        for name in ["../x.m3u8", "..", "a/b.m3u8", "%2e%2e", "https://x", "a b"] {
            assert!(!is_plain(name), "{name}");
        }
    }
}

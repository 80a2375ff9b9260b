//! `GET /embed/{id}`: a player of a video that everybody may see, for a frame on any site.

use config::Bootstrap;
use domain::ids::VideoId;
use edge::http::{ApiError, Error, Reply, Request, path_id};
use gallery::Gallery;
use gallery::share::{no_player, player_policy};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let gallery = Gallery::connect(&mut bootstrap);
    let site = bootstrap.environment().required("SITE_URL");
    bootstrap.finish()?;

    edge::http::public("share-embed", move |request| {
        handle(request, gallery.clone(), site.clone())
    })
    .await
}

async fn handle(request: Request, gallery: Gallery, site: String) -> Result<Reply, ApiError> {
    let id: VideoId = path_id(&request, "embed", "Video")?;

    let shared = gallery.shared(id, &site).await?;

    let (page, policy) = match &shared {
        None => (no_player(&site), player_policy("'none'")),
        Some(shared) => {
            let file = gallery.link(shared.file_key()).await?;
            (shared.player(&file), player_policy(origin_of(&file)))
        }
    };
    let reply = Reply::text("text/html; charset=utf-8", page);
    Ok(reply.with_header("content-security-policy", &policy))
}

/// The scheme and the host of a link.
fn origin_of(link: &str) -> &str {
    let host = link.find("://").map_or(0, |at| at + 3);
    let path = link[host..].find('/').map_or(link.len(), |at| host + at);
    &link[..path]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_links_origin_is_its_scheme_and_host() {
        assert_eq!(origin_of("https://b.test/a/b?c=/d"), "https://b.test");
        assert_eq!(origin_of("http://127.0.0.1:80/a"), "http://127.0.0.1:80");
        assert_eq!(origin_of("https://b.test"), "https://b.test");
    }
}

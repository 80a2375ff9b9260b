//! A video as other sites show it: a page with what crawlers read, and a player to embed.
//!
//! Only what everybody may see is shown. What is private looks the same as what is not there.

use config::Bootstrap;
use contract::OembedVideo;
use domain::ids::VideoId;
use domain::video::Video;
use edge::http::ApiError;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::json;
use url::{Url, form_urlencoded};

use crate::Gallery;

/// What a share page may load: nothing. What it says is read by programs.
pub const PAGE_POLICY: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";
/// The name that other sites show beside a video's.
const PROVIDER: &str = "OmniGen";

/// Finds the videos that everybody may see, and knows where the site shows them.
#[derive(Debug, Clone)]
pub struct Sharing {
    gallery: Gallery,
    site: String,
}

/// A video that everybody may see, with links that are good for an hour.
#[derive(Debug, Clone)]
pub struct Shared {
    video: Video,
    site: String,
    poster: Option<String>,
}

impl Sharing {
    /// Of the site that `SITE_URL` names.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            gallery: Gallery::connect(bootstrap),
            site: bootstrap.environment().required("SITE_URL"),
        }
    }

    /// The video, if everybody may see it.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub async fn find_shared(&self, id: VideoId) -> Result<Option<Shared>, ApiError> {
        let video = match self.gallery.seen(id, None).await {
            Ok(video) => video,
            Err(ApiError::NotFound(_) | ApiError::Forbidden) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(Shared {
            poster: self.gallery.picture_url(&video).await?,
            site: self.site.clone(),
            video,
        }))
    }

    /// A signed link to the file that a player plays: the tallest rendition, else what was
    /// uploaded.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub async fn player_file(&self, shared: &Shared) -> Result<String, ApiError> {
        let made = shared.video.renditions.as_ref();
        let tallest = made.and_then(|made| made.files.first());
        let key = tallest.map_or(&shared.video.s3_key, |file| &file.s3_key);
        self.gallery.link(key).await
    }

    /// Where a person watches a video, or is told that it is not to be seen.
    pub fn watch_url(&self, id: VideoId) -> String {
        watch_url(&self.site, id)
    }

    /// The video that an address of a share page or of a screen of the site names.
    pub fn video_of(&self, url: &str) -> Option<VideoId> {
        video_of(url, &self.site)
    }

    /// What stands in the place of a player for a video that is not to be seen.
    pub fn no_player(&self) -> String {
        frame(
            "Not to be seen",
            &html! {
                p { "This video is not here, or its owner keeps it private." }
                a href=(self.site) target="_blank" rel="noopener" { (PROVIDER) }
            },
        )
    }
}

fn watch_url(site: &str, id: VideoId) -> String {
    format!("{site}/watch/{id}")
}

fn video_of(url: &str, site: &str) -> Option<VideoId> {
    let path = url.strip_prefix(site)?;
    let ways = ["/v/", "/watch/", "/embed/"];
    let id = ways.iter().find_map(|way| path.strip_prefix(way))?;
    id.split(['?', '#', '/']).next()?.parse().ok()
}

impl Shared {
    fn page_url(&self) -> String {
        format!("{}/v/{}", self.site, self.video.id)
    }

    fn embed_url(&self) -> String {
        format!("{}/embed/{}", self.site, self.video.id)
    }

    /// A page that programs read and that leads people on.
    pub fn page(&self) -> String {
        let (video, facts) = (&self.video, &self.video.facts);
        let watch = watch_url(&self.site, video.id);
        let named = |name: &str, content: &str| html! { meta property=(name) content=(content); };
        let card = |name: &str, content: &str| html! { meta name=(name) content=(content); };
        let (width, height) = (facts.width.to_string(), facts.height.to_string());
        let oembed = format!(
            "{}/api/v1/oembed?url={}",
            self.site,
            form_urlencoded::byte_serialize(self.page_url().as_bytes()).collect::<String>()
        );
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    title { (video.title) }
                    meta http-equiv="refresh" content={ "0; url=" (watch) };
                    link rel="canonical" href=(self.page_url());
                    link rel="alternate" type="application/json+oembed" href=(oembed) title=(video.title);
                    (card("description", &video.description))
                    (named("og:type", "video.other"))
                    (named("og:site_name", PROVIDER))
                    (named("og:title", &video.title))
                    (named("og:description", &video.description))
                    (named("og:url", &self.page_url()))
                    @if let Some(poster) = &self.poster {
                        (named("og:image", poster))
                        (card("twitter:image", poster))
                    }
                    (named("og:video", &self.embed_url()))
                    (named("og:video:type", "text/html"))
                    (named("og:video:width", &width))
                    (named("og:video:height", &height))
                    (card("twitter:card", "player"))
                    (card("twitter:title", &video.title))
                    (card("twitter:player", &self.embed_url()))
                    (card("twitter:player:width", &width))
                    (card("twitter:player:height", &height))
                    script type="application/ld+json" { (PreEscaped(self.linked_data())) }
                }
                body {
                    h1 { (video.title) }
                    p { (video.description) }
                    a href=(watch) { "Watch it" }
                }
            }
        };
        page.into_string()
    }

    /// What search engines read. No text in it ends the script that it stands in.
    fn linked_data(&self) -> String {
        let video = &self.video;
        let data = json!({
            "@context": "https://schema.org",
            "@type": "VideoObject",
            "name": video.title,
            "description": video.description,
            "uploadDate": video.created_at,
            "duration": video.facts.duration.map(|seconds| format!("PT{seconds:.0}S")),
            "thumbnailUrl": self.poster,
            "embedUrl": self.embed_url(),
        });
        data.to_string().replace('<', "\\u003c")
    }

    /// A player and nothing else, of the file behind the link.
    pub fn player(&self, file: &str) -> String {
        let video = &self.video;
        frame(
            &video.title,
            &html! {
                video controls playsinline preload="metadata" src=(file) poster=[&self.poster]
                    title=(video.title) {}
            },
        )
    }

    /// How another site shows it.
    pub fn oembed(&self) -> OembedVideo {
        let facts = &self.video.facts;
        let player = html! {
            iframe src=(self.embed_url()) width=(facts.width) height=(facts.height)
                title=(self.video.title) allow="fullscreen" frameborder="0" {}
        };
        OembedVideo {
            r#type: "video".to_owned(),
            version: "1.0".to_owned(),
            title: self.video.title.clone(),
            provider_name: PROVIDER.to_owned(),
            html: player.into_string(),
            width: facts.width,
            height: facts.height,
            thumbnail_url: self.poster.clone(),
        }
    }
}

/// What a player's page may load: what lies where its file does, to be shown on any site.
pub fn player_policy(file: Option<&str>) -> String {
    let file = file.and_then(|file| Url::parse(file).ok());
    let files = file.map_or_else(
        || "'none'".to_owned(),
        |file| file.origin().ascii_serialization(),
    );
    format!(
        "default-src 'none'; media-src {files}; img-src {files}; style-src 'unsafe-inline'; \
         base-uri 'none'; frame-ancestors *"
    )
}

fn frame(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                meta name="robots" content="noindex";
                title { (title) }
                style {
                    "html,body{margin:0;height:100%;background:#000;color:#fff;font:1rem sans-serif}"
                    "body{display:grid;place-content:center}"
                    "video{width:100vw;height:100vh}a{color:inherit}"
                }
            }
            body { (body) }
        }
    };
    page.into_string()
}

#[cfg(test)]
mod tests {
    use domain::video::{Details, Visibility};
    use store::testing::facts;

    use super::*;

    const SITE: &str = "https://films.test";

    fn shared(title: &str) -> Shared {
        let id: VideoId = "0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let details = Details {
            title: title.to_owned(),
            description: "Dawn & after".to_owned(),
            visibility: Visibility::Unlisted,
        };
        let now = store::testing::now();
        Shared {
            video: Video::uploaded(id, "u", "gallery/u/1-a.mp4", details, facts(), now),
            site: SITE.to_owned(),
            poster: Some("https://bucket.test/a.jpg?a=1&b=2".to_owned()),
        }
    }

    #[test]
    fn a_page_says_what_crawlers_read_and_leads_people_on() {
        let page = shared("A paper boat").page();
        for said in [
            r#"<meta property="og:title" content="A paper boat">"#,
            r#"<meta property="og:image" content="https://bucket.test/a.jpg?a=1&amp;b=2">"#,
            r#"<meta name="twitter:card" content="player">"#,
            r#"content="0; url=https://films.test/watch/0198c0de-0000-7000-8000-000000000001""#,
            r#"type="application/json+oembed""#,
            r#""@type":"VideoObject""#,
        ] {
            assert!(page.contains(said), "{said} is not in {page}");
        }
    }

    #[test]
    fn no_title_becomes_part_of_the_page() {
        let title = "</title></script><script>alert(1)</script>\"onload=x";
        let shared = shared(title);
        let file = "https://bucket.test/a.mp4";
        for page in [shared.page(), shared.player(file), shared.oembed().html] {
            assert!(!page.contains("<script>"), "{page}");
            // In the data for search engines a quote is escaped.
            let rest = page.replace("\\\"onload", "");
            assert!(!rest.contains("\"onload"), "{page}");
        }
    }

    #[test]
    fn an_embedded_player_plays_the_file_anywhere() {
        let player = shared("A").player("https://bucket.test/a.mp4");
        assert!(player.contains(
            r#"<video controls playsinline preload="metadata" src="https://bucket.test/a.mp4""#
        ));
        let policy = player_policy(Some("https://bucket.test/a.mp4?b=/c"));
        assert!(policy.contains("media-src https://bucket.test; img-src https://bucket.test;"));
        assert!(policy.ends_with("frame-ancestors *"));
        assert!(
            player_policy(Some("http://127.0.0.1:81/a")).contains("media-src http://127.0.0.1:81;")
        );
        assert!(player_policy(None).contains("media-src 'none'"));
    }

    #[test]
    fn an_address_of_the_site_names_its_video_and_no_other_does() {
        let id = "0198c0de-0000-7000-8000-000000000001";
        let named = |url: String| video_of(&url, SITE).map(|id| id.to_string());
        for way in ["v", "watch", "embed"] {
            let found = named(format!("{SITE}/{way}/{id}?t=3"));
            assert_eq!(found.as_deref(), Some(id));
        }
        for other in [
            format!("https://other.test/v/{id}"),
            format!("{SITE}.evil/v/{id}"),
            format!("{SITE}/films/{id}"),
            format!("{SITE}/v/../{id}"),
        ] {
            assert_eq!(named(other.clone()), None, "{other}");
        }
    }
}

//! The site, and films, as the distribution serves them.

use std::time::Duration;

use anyhow::{Context, Result};
use devcloud::addresses::MEDIA_KEY;
use devcloud::{Answer, aws};
use domain::time::{Clock, Time};
use end_to_end::{Stack, stack, unique_word};
use reqwest::{Method, RequestBuilder, Url};
use serde_json::json;
use store::{Distribution, Links, Objects, S3, Secret, testing};

/// A key of nobody's.
const FOREIGN_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8VhqvxggfvTw89RS
pPZ4EsxAJrz3AW85wQ0uJdXFMoChRANCAAS3ezc4DIBI0bmap2UG2z8nMf6lLCRQ
zXr0coKB57SGUH+Hi3MV6sAICeG1e1Tc11Hc4UhKkFpr48zigM85ktDo
-----END PRIVATE KEY-----";

/// A request to the distribution: its name is known to browsers only.
fn ask(stack: &Stack, method: Method, path: &str) -> RequestBuilder {
    let url = format!("{}{path}", stack.endpoint_url);
    let http = reqwest::Client::new().request(method, url);
    http.header("host", &stack.distribution_host)
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn every_screen_is_the_app_and_every_file_is_itself() -> Result<()> {
    let stack = stack()?;
    let (app, first) = Answer::with_text(ask(&stack, Method::GET, "/")).await?;
    assert_eq!(app.status, 200);
    assert!(app.header("content-type").starts_with("text/html"));
    assert_eq!(app.header("cache-control"), "no-cache");
    for screen in ["/films/0198c0de-0000-7000-8000-000000000001", "/gallery"] {
        let (answer, text) = Answer::with_text(ask(&stack, Method::GET, screen)).await?;
        assert_eq!((answer.status, text), (200, first.clone()), "{screen}");
    }
    let script = first.split('"').find(|text| text.ends_with(".js"));
    let script = script.context("the page names no script")?;
    let file = Answer::of(ask(&stack, Method::GET, script)).await?;
    assert_eq!(file.status, 200, "{script}");
    assert!(file.header("content-type").contains("javascript"));
    assert!(file.header("cache-control").contains("immutable"));
    let missing = Answer::of(ask(&stack, Method::GET, "/static/nothing.js")).await?;
    assert_eq!(missing.status, 403);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn the_api_answers_by_the_distribution_as_by_itself() -> Result<()> {
    let stack = stack()?;
    let health = Answer::of(ask(&stack, Method::GET, "/api/v1/health")).await?;
    assert_eq!(health.status, 200, "{}", health.body);
    let missing = Answer::of(ask(&stack, Method::GET, "/api/v1/nothing")).await?;
    assert_eq!(
        (missing.status, &missing.body["code"]),
        (404, &json!("NOT_FOUND"))
    );
    // A sign-in that began: its cookie reaches the function, and the query.
    let login = Answer::of(ask(&stack, Method::POST, "/api/v1/auth/login?returnTo=//x")).await?;
    assert_eq!(login.body["details"]["field"], "returnTo", "{}", login.body);
    let stranger = Answer::of(ask(&stack, Method::GET, "/api/v1/me")).await?;
    assert_eq!(stranger.status, 401);
    let refused = Answer::of(ask(&stack, Method::POST, "/index.html")).await?;
    assert_eq!(refused.status, 403);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn answers_say_what_their_pages_may_do() -> Result<()> {
    let stack = stack()?;
    for path in ["/", "/static/nothing.js", "/api/v1/health"] {
        let answer = Answer::of(ask(&stack, Method::GET, path)).await?;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self';"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        let hsts = answer.header("strict-transport-security");
        assert!(hsts.starts_with("max-age=31536000"), "{path}: {hsts}");
    }
    Ok(())
}

/// What a person opens leads to the same distribution.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn the_address_for_a_person_is_the_distributions() -> Result<()> {
    let stack = stack()?;
    let page = reqwest::Client::new().get(format!("{}/create", stack.site()?));
    let page = Answer::of(page).await?;
    assert_eq!(page.status, 200);
    assert!(page.header("via").contains("CloudFront"));
    Ok(())
}

/// Links to films through the distribution, signed at that time.
async fn links(stack: &Stack, key: &'static str, clock: Clock) -> Result<Links> {
    let listed = aws::public_keys(stack).await?;
    let id = listed
        .split_once("<Id>")
        .and_then(|(_, rest)| rest.split_once("</Id>"));
    let (id, _) = id.with_context(|| format!("no key is known: {listed}"))?;
    let url = Url::parse(&format!("http://{}", stack.distribution_host))?;
    let secret = Secret::new(testing::secret(key), "media-key");
    let distribution = Distribution::new(url, id, secret, clock);
    let s3 = S3::new(&crate::sdk(stack));
    Ok(Links::new(s3, stack.bucket("assets")?, Some(distribution)))
}

/// The key of a film that is in the bucket.
async fn stored_film(stack: &Stack) -> Result<String> {
    let key = format!("{}/final.mp4", unique_word("film"));
    let objects = Objects::new(S3::new(&crate::sdk(stack)), stack.bucket("assets")?);
    objects
        .put_bytes(&key, b"a film".to_vec(), "video/mp4")
        .await?;
    Ok(key)
}

/// A link to it, signed at that time.
async fn link_signed(stack: &Stack, by: &'static str, at: Time, film: &str) -> Result<String> {
    let links = links(stack, by, Clock::fixed(at)).await?;
    Ok(links.link(film).await?)
}

/// A request by a link, or by what was made of one.
fn follow(stack: &Stack, link: &str) -> Result<RequestBuilder> {
    let url = Url::parse(link)?;
    let query = url.query().map(|query| format!("?{query}"));
    let path = format!("{}{}", url.path(), query.unwrap_or_default());
    Ok(ask(stack, Method::GET, &path))
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn who_brings_a_signed_link_reads_a_film_through_the_distribution() -> Result<()> {
    let stack = stack()?;
    let key = stored_film(&stack).await?;
    let links = links(&stack, MEDIA_KEY, config::clock::system()).await?;

    let link = links.link(&key).await?;
    let (film, text) = Answer::with_text(follow(&stack, &link)?).await?;
    assert_eq!((film.status, text.as_str()), (200, "a film"), "{link}");
    assert_eq!(film.header("content-type"), "video/mp4");
    assert_eq!(film.header("x-content-type-options"), "nosniff");
    assert!(film.header("content-security-policy").contains("sandbox"));
    let part = follow(&stack, &link)?.header("range", "bytes=2-3");
    let (part, text) = Answer::with_text(part).await?;
    assert_eq!((part.status, text.as_str()), (206, "fi"));

    let saved = links.link_as(&key, "video/mp4", Some("a.mp4")).await?;
    let saved = Answer::with_text(follow(&stack, &saved)?).await?.0;
    let disposition = saved.header("content-disposition");
    assert_eq!(disposition, "attachment; filename=\"a.mp4\"");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn who_brings_none_or_another_reads_no_film() -> Result<()> {
    let stack = stack()?;
    let key = stored_film(&stack).await?;
    let now = config::clock::now();
    let link = link_signed(&stack, MEDIA_KEY, now, &key).await?;
    let allowed = Answer::with_text(follow(&stack, &link)?).await?.0;
    assert_eq!(allowed.status, 200);

    let (address, _) = link.split_once('?').context("the link has no signature")?;
    let long_ago = now.before(Duration::from_secs(3601));
    let expired = link_signed(&stack, MEDIA_KEY, long_ago, &key).await?;
    let foreign = link_signed(&stack, FOREIGN_KEY, now, &key).await?;
    let refused = [
        address.to_owned(),
        expired,
        foreign,
        link.replace("final.mp4", "other.mp4"),
        link.replace("Expires=", "Expires=9"),
        link.replace("?Expires", "?response-content-type=text%2Fhtml&Expires"),
        link.replace("Key-Pair-Id=", "Key-Pair-Id=K"),
    ];
    for link in refused {
        let answer = Answer::of(follow(&stack, &link)?).await?;
        assert_eq!(answer.status, 403, "{link}");
    }
    Ok(())
}

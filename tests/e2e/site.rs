//! The site as its distribution serves it.

use anyhow::{Context, Result};
use devcloud::Answer;
use end_to_end::{Stack, stack};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

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
    let missing = Answer::of(ask(&stack, Method::GET, "/assets/nothing.js")).await?;
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
    for path in ["/", "/assets/nothing.js", "/api/v1/health"] {
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

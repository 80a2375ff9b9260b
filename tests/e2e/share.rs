//! A video on other sites: its page, its player, and what they are told of it.

use anyhow::{Context, Result, ensure};
use end_to_end::{Answer, Person, Stack, stack, unique_word};
use reqwest::{Client, Method, redirect::Policy};
use serde_json::json;

use crate::refusals::check_error;
use crate::uploads::{publish, small_film};

struct Page {
    status: u16,
    policy: String,
    location: String,
    text: String,
}

async fn page(stack: &Stack, path: &str) -> Result<Page> {
    let client = Client::builder().redirect(Policy::none()).build()?;
    let answer = client
        .get(format!("{}{path}", stack.api_url))
        .send()
        .await?;
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    Ok(Page {
        status: answer.status().as_u16(),
        policy: header("content-security-policy"),
        location: header("location"),
        text: answer.text().await?,
    })
}

/// What stands in quotes behind a mark.
fn quoted<'a>(text: &'a str, mark: &str) -> Result<&'a str> {
    let (_, rest) = text
        .split_once(mark)
        .with_context(|| format!("no {mark} in {text}"))?;
    rest.split('"').next().context("cut off")
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_video_is_shown_on_other_sites_unless_it_is_private() -> Result<()> {
    let stack = stack()?;
    let (owner, film) = (Person::sign_up(&stack).await?, small_film()?);
    let word = unique_word("shared");
    let title = format!("{word} <b>&\"");
    let details = |visibility: &str| json!({"title": title, "visibility": visibility});
    let unlisted = publish(&owner, &film, details("unlisted")).await?;
    let private = publish(&owner, &film, details("private")).await?;

    let shown = page(&stack, &format!("/v/{unlisted}")).await?;
    ensure!(shown.status == 200 && shown.policy.contains("default-src 'none'"));
    ensure!(
        shown.text.contains(&format!("{word} &lt;b&gt;")),
        "{}",
        shown.text
    );
    ensure!(!shown.text.contains("<b>"), "{}", shown.text);
    let canonical = quoted(&shown.text, "rel=\"canonical\" href=\"")?;
    ensure!(
        canonical.ends_with(&format!("/v/{unlisted}")),
        "{canonical}"
    );

    let player = page(&stack, &format!("/embed/{unlisted}")).await?;
    ensure!(
        player.policy.contains("frame-ancestors *"),
        "{}",
        player.policy
    );
    let file = quoted(&player.text, " src=\"")?.replace("&amp;", "&");
    let bytes = reqwest::get(&file)
        .await?
        .error_for_status()?
        .bytes()
        .await?;
    ensure!(bytes == film, "another file is played");
    let host = reqwest::Url::parse(&file)?.origin().ascii_serialization();
    ensure!(
        player.policy.contains(&format!("media-src {host};")),
        "{}",
        player.policy
    );

    let told = oembed(&owner, canonical).await?;
    ensure!(
        told.status == 200 && told.body["title"] == title,
        "{}",
        told.body
    );
    let html = told.body["html"].as_str().context("no frame")?;
    ensure!(html.contains(&format!("/embed/{unlisted}\"")), "{html}");

    let nothing = "0198c0de-0000-7000-8000-00000000dead";
    for id in [private.as_str(), nothing] {
        let hidden = page(&stack, &format!("/v/{id}")).await?;
        ensure!(hidden.status == 302 && hidden.location.ends_with(&format!("/watch/{id}")));
        let player = page(&stack, &format!("/embed/{id}")).await?;
        ensure!(player.text.contains("private") && !player.text.contains(&word));
        let address = canonical.replace(&unlisted, id);
        check_error(&oembed(&owner, &address).await?, 404, "NOT_FOUND");
    }
    let foreign = oembed(&owner, "https://other.example/v/1").await?;
    check_error(&foreign, 400, "VALIDATION_ERROR");
    Ok(())
}

async fn oembed(person: &Person, url: &str) -> Result<Answer> {
    let request = person.anonymous(Method::GET, "/api/v1/oembed");
    Answer::of(request.query(&[("url", url)])).await
}

//! What a user may hold at once: open uploads, open transcodes, stored bytes (fault S3).

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use domain::rendition::Quality;
use end_to_end::{Answer, Person, stack};
use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};

use crate::refusals::check_error;
use crate::transcode_fixture::TranscodeFixture;

/// As the template has them by default.
const AT_ONCE: u64 = 20;
const STORED_BYTES: u64 = 100_000_000_000;
const UPLOADS: &str = "/api/upload/generate-url";

/// How much the caller holds of it, as `me` tells.
async fn held(person: &Person, name: &str) -> Result<u64> {
    let me = person.get("/api/v1/me").await?;
    let level = &me.body["holding"][name];
    level["held"].as_u64().with_context(|| me.body.to_string())
}

fn file(size: u64) -> Value {
    json!({"filename": "film.mp4", "contentType": "video/mp4", "size": size})
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn of_sixty_parallel_uploads_twenty_are_handed_out() -> Result<()> {
    let person = Person::sign_up(&stack()?).await?;
    let first = person
        .post("/api/upload/multipart", &file(6_000_000))
        .await?;
    assert_eq!(first.status, 200, "{}", first.body);

    let answers: Vec<Result<Answer>> = stream::iter(0..60)
        .map(|_| async { person.post(UPLOADS, &file(1_000_000)).await })
        .buffer_unordered(30)
        .collect()
        .await;
    let mut outcomes: BTreeMap<u16, u64> = BTreeMap::new();
    for answer in answers {
        let answer = answer?;
        *outcomes.entry(answer.status).or_default() += 1;
        if answer.status != 200 {
            check_error(&answer, 429, "TOO_MANY_UPLOADS");
            assert_eq!(answer.header("retry-after"), "60");
        }
    }
    assert_eq!(outcomes, BTreeMap::from([(200, AT_ONCE - 1), (429, 41)]));
    assert_eq!(held(&person, "openUploads").await?, AT_ONCE);

    let id = first.body["uploadId"].as_str().context("no id")?;
    let path = format!("/api/upload/multipart/{id}");
    let aborted = Answer::of(person.request(Method::DELETE, &path)).await?;
    assert_eq!(aborted.status, 200, "{}", aborted.body);
    assert_eq!(person.post(UPLOADS, &file(1_000_000)).await?.status, 200);
    check_error(
        &person.post(UPLOADS, &file(1_000_000)).await?,
        429,
        "TOO_MANY_UPLOADS",
    );
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_user_who_has_twenty_open_transcodes_waits() -> Result<()> {
    let fixture = TranscodeFixture::new(&stack()?).await?;
    let key = fixture.source(b"no film".to_vec()).await?;
    let mut open = Vec::new();
    for _ in 0..AT_ONCE {
        let now = config::clock::now();
        open.push(fixture.silent(&key, &[Quality::Low], now).await?.id);
    }
    let wanted = json!({"inputSource": key, "outputFormats": ["low"]});
    let refused = fixture.person.post("/api/jobs", &wanted).await?;
    check_error(&refused, 429, "TOO_MANY_TRANSCODES");
    assert_eq!(held(&fixture.person, "transcodes").await?, AT_ONCE);

    for id in open {
        fixture.withdraw(id).await?;
    }
    assert_eq!(held(&fixture.person, "transcodes").await?, 0);
    // What is no film fails, and gives its place back.
    let accepted = fixture.create(&key, &json!(["low"])).await?;
    let course = fixture.person.watch_transcode(&accepted).await?;
    assert_eq!(course.last().context("no end")?["status"], "FAILED");
    assert_eq!(held(&fixture.person, "transcodes").await?, 0);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_user_whose_storage_is_full_makes_room_by_deleting() -> Result<()> {
    let fixture = TranscodeFixture::new(&stack()?).await?;
    let person = &fixture.person;
    let key = fixture.source_of(STORED_BYTES - 10).await?;
    assert_eq!(held(person, "storedBytes").await?, STORED_BYTES - 10);

    check_error(&person.post(UPLOADS, &file(11)).await?, 409, "STORAGE_FULL");
    assert_eq!(person.post(UPLOADS, &file(10)).await?.status, 200);
    fixture.source_of(10).await?;
    let wanted = json!({"inputSource": key, "outputFormats": ["low"]});
    let refused = person.post("/api/jobs", &wanted).await?;
    check_error(&refused, 409, "STORAGE_FULL");

    let mine = person.get("/api/gallery/videos?owner=me").await?;
    for video in mine.body["videos"].as_array().context("no list")? {
        let path = format!(
            "/api/gallery/videos/{}",
            video["id"].as_str().context("no id")?
        );
        let deleted = Answer::of(person.request(Method::DELETE, &path)).await?;
        assert_eq!(deleted.status, 200, "{}", deleted.body);
    }
    assert_eq!(held(person, "storedBytes").await?, 0);
    assert_eq!(person.post(UPLOADS, &file(11)).await?.status, 200);
    Ok(())
}

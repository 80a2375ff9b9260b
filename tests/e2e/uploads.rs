//! From a file to a video: in one piece, in parts, twice, and what is refused.

mod parts;

use anyhow::{Context, Result, ensure};
use end_to_end::{Answer, Person, stack};
use futures_util::future::try_join_all;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::refusals::check_error;
use crate::transcode_fixture::{drawn, run_ffmpeg};

const MEBIBYTE: usize = 1024 * 1024;

/// Puts a file where it was told; the key.
pub(crate) async fn put(person: &Person, bytes: &[u8]) -> Result<String> {
    let place = announce(person, json!(bytes.len())).await?;
    let status = send(&place, bytes).await?;
    ensure!(status == 200, "the upload was refused: {status}");
    Ok(place["s3Key"].as_str().context("no key")?.to_owned())
}

/// A place for a file of this size; any size for `null`.
async fn announce(person: &Person, size: Value) -> Result<Value> {
    let wanted = json!({"filename": "My film (1).mp4", "contentType": "video/mp4", "size": size});
    let answer = person.post("/api/upload/generate-url", &wanted).await?;
    ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
    Ok(answer.body)
}

/// Writes to a place with the headers it asks for; the status.
pub(crate) async fn send(place: &Value, bytes: &[u8]) -> Result<u16> {
    let url = place["uploadUrl"].as_str().context("no URL")?;
    let mut request = Client::new().put(url);
    for (name, value) in place["headers"].as_object().context("no headers")? {
        if name != "content-length" {
            request = request.header(name, value.as_str().context("no text")?);
        }
    }
    let response = request.body(bytes.to_vec()).send().await?;
    Ok(response.status().as_u16())
}

pub(crate) async fn confirm(person: &Person, key: &str, details: Value) -> Result<Answer> {
    let mut body = details;
    body["s3Key"] = json!(key);
    person.post("/api/upload/confirm", &body).await
}

/// A film that became a video; its id.
pub(crate) async fn publish(person: &Person, bytes: &[u8], details: Value) -> Result<String> {
    let key = put(person, bytes).await?;
    let answer = confirm(person, &key, details).await?;
    ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
    let id = answer.body["id"].as_str().context("no id")?;
    Ok(id.to_owned())
}

/// The smallest film there is.
pub(crate) fn small_film() -> Result<Vec<u8>> {
    drawn("320x240", 25, 1)
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_file_becomes_a_video_with_its_facts() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let film = drawn("640x360", 25, 2)?;
    let key = put(&person, &film).await?;
    let folder = format!("gallery/{}/", person.user_id);
    assert!(
        key.starts_with(&folder) && key.ends_with("-My-film-1-.mp4"),
        "{key}"
    );

    let details = json!({"title": " My film ", "description": "About it"});
    let answer = confirm(&person, &key, details).await?;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let expected = json!({
        "id": answer.body["id"], "userId": person.user_id, "s3Key": key,
        "title": "My film", "description": "About it",
        "status": "uploaded", "visibility": "private", "duration": answer.body["duration"],
        "resolution": "640x360", "width": 640, "height": 360,
        "videoCodec": "h264", "audioCodec": "aac", "fileSize": film.len(), "views": 0,
        "thumbnailUrl": null, "createdAt": answer.body["createdAt"],
        "updatedAt": answer.body["createdAt"],
    });
    assert_eq!(answer.body, expected);
    let duration = answer.body["duration"].as_f64().context("no duration")?;
    assert!((1.9..2.2).contains(&duration), "{duration}");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn confirming_again_is_the_same_video() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let key = put(&person, &small_film()?).await?;
    let titled =
        |number: usize| json!({"title": format!("Number {number}"), "visibility": "public"});
    let at_once = (0..6).map(|number| confirm(&person, &key, titled(number)));
    let answers = try_join_all(at_once).await?;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body, answers[0].body);
    }
    let again = confirm(&person, &key, titled(9)).await?;
    assert_eq!((again.status, &again.body), (200, &answers[0].body));
    let own = person.get("/api/gallery/videos?owner=me").await?;
    assert_eq!(own.body["pagination"]["total"], 1);
    assert_eq!(own.body["videos"].as_array().map(Vec::len), Some(1));
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_place_is_good_for_what_was_announced_and_once() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let film = small_film()?;
    let place = announce(&person, json!(film.len())).await?;
    assert_eq!(place["expiresIn"], 3600);
    assert_eq!(place["headers"]["if-none-match"], "*");

    let longer = [film.as_slice(), b"x"].concat();
    assert_eq!(send(&place, &longer).await?, 403, "one byte more");
    let mut of_another_type = place.clone();
    of_another_type["headers"]["content-type"] = json!("text/html");
    assert_eq!(send(&of_another_type, &film).await?, 403, "another type");
    assert_eq!(send(&place, &film).await?, 200);
    assert_eq!(send(&place, &film).await?, 412, "written twice");

    // The documented call sends the type and nothing else.
    let plain = announce(&person, Value::Null).await?;
    assert_eq!(plain["headers"], json!({"content-type": "video/mp4"}));
    assert_eq!(send(&plain, &film).await?, 200);
    Ok(())
}

/// Fault S1: a link without a size writes again until it expires.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn what_was_confirmed_is_what_is_served_though_its_link_writes_again() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let film = small_film()?;
    let place = announce(&person, Value::Null).await?;
    assert_eq!(send(&place, &film).await?, 200);
    let key = place["s3Key"].as_str().context("no key")?;
    let details = || json!({"title": "Film", "visibility": "public"});
    let at_once = (0..4).map(|_| confirm(&person, key, details()));
    let answers = try_join_all(at_once).await?;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body, answers[0].body);
    }

    let other = drawn("640x360", 25, 2)?;
    assert_eq!(send(&place, &other).await?, 200);
    let again = confirm(&person, key, details()).await?;
    assert_eq!((again.status, &again.body), (200, &answers[0].body));
    let id = answers[0].body["id"].as_str().context("no id")?;
    let stream = person
        .get(&format!("/api/gallery/videos/{id}/stream"))
        .await?;
    let url = stream.body["streamUrl"].as_str().context("no link")?;
    let served = Client::new().get(url).send().await?.bytes().await?;
    assert!(served == film, "{} bytes", served.len());
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn only_what_was_handed_out_to_oneself_can_be_confirmed() -> Result<()> {
    let stack = stack()?;
    let (person, other) = tokio::try_join!(Person::sign_up(&stack), Person::sign_up(&stack))?;
    let key = put(&person, &small_film()?).await?;
    let titled = || json!({"title": "Film"});

    let announced = announce(&person, Value::Null).await?;
    let nothing_there = announced["s3Key"].as_str().context("no key")?;
    let made_up = format!("gallery/{}/1-made-up.mp4", person.user_id);
    for (who, key) in [
        (&other, key.as_str()),
        (&person, nothing_there),
        (&person, &made_up),
        (&person, "../secret"),
        (&person, "videos/output/x/high.mp4"),
        (&person, &"漢".repeat(1000)),
    ] {
        let answer = confirm(who, key, titled()).await?;
        check_error(&answer, 404, "NOT_FOUND");
        assert_eq!(answer.body["error"], "Upload not found", "{key}");
    }
    let mine = confirm(&person, &key, titled()).await?;
    assert_eq!(mine.status, 200, "{}", mine.body);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn what_is_no_video_is_refused_by_name() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let film = small_film()?;
    let folder = tempfile::tempdir()?;
    let song = folder.path().join("song.mp4");
    run_ffmpeg(&["-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac"], &song)?;
    let files = [
        (
            b"#EXTM3U\nfile:///etc/passwd\n".to_vec(),
            "UNSUPPORTED_MEDIA",
        ),
        (b"<html></html>".to_vec(), "UNSUPPORTED_MEDIA"),
        (std::fs::read(&song)?, "UNSUPPORTED_MEDIA"),
        (film[..film.len() / 3].to_vec(), "CORRUPT_MEDIA"),
    ];
    for (bytes, code) in files {
        let key = put(&person, &bytes).await?;
        let refused = confirm(&person, &key, json!({"title": "Film"})).await?;
        check_error(&refused, 422, code);
    }
    // Of another size than was announced: only a link without a size lets it in.
    let place = announce(&person, Value::Null).await?;
    assert_eq!(send(&place, b"").await?, 200);
    let key = place["s3Key"].as_str().context("no key")?;
    let empty = confirm(&person, key, json!({"title": "Film"})).await?;
    check_error(&empty, 422, "UNSUPPORTED_MEDIA");

    let own = person.get("/api/gallery/videos?owner=me").await?;
    assert_eq!(own.body["videos"], json!([]));
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn requests_that_break_a_rule_name_it() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let refused = person
        .post(
            "/api/upload/generate-url",
            &json!({"contentType": "video/mp4"}),
        )
        .await?;
    check_error(&refused, 400, "VALIDATION_ERROR");
    assert_eq!(refused.body["error"], "Filename is required");

    for path in [
        "/api/upload/generate-url",
        "/api/upload/confirm",
        "/api/upload/multipart",
    ] {
        let anonymous = person.anonymous(Method::POST, path).json(&json!({}));
        check_error(&Answer::of(anonymous).await?, 401, "UNAUTHORIZED");
        let empty = person.post(path, &json!({})).await?;
        check_error(&empty, 400, "VALIDATION_ERROR");
    }
    let small = json!({"filename": "a.mp4", "contentType": "video/mp4", "size": 1000});
    let small = person.post("/api/upload/multipart", &small).await?;
    check_error(&small, 400, "VALIDATION_ERROR");
    assert_eq!(small.body["details"]["field"], "size");
    Ok(())
}

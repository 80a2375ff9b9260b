//! From a file to a video: in one piece, in parts, twice, and what is refused.

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

/// A film of more than two parts: what it lacks is filled up with bytes that a
/// player skips.
fn large_film() -> Result<Vec<u8>> {
    let mut film = small_film()?;
    let filling = 18 * MEBIBYTE;
    film.extend(u32::try_from(filling)?.to_be_bytes());
    film.extend(b"free");
    film.resize(film.len() + filling - 8, 7);
    Ok(film)
}

struct Parts<'a> {
    person: &'a Person,
    file: Vec<u8>,
    begun: Value,
}

impl<'a> Parts<'a> {
    async fn begin(person: &'a Person, file: Vec<u8>) -> Result<Self> {
        let wanted = json!({
            "filename": "large.mp4", "contentType": "video/mp4", "size": file.len(),
        });
        let begun = person.post("/api/upload/multipart", &wanted).await?;
        ensure!(begun.status == 200, "{} {}", begun.status, begun.body);
        Ok(Self {
            person,
            file,
            begun: begun.body,
        })
    }

    fn path(&self, rest: &str) -> String {
        let id = self.begun["uploadId"].as_str().unwrap_or_default();
        format!("/api/upload/multipart/{id}{rest}")
    }

    /// Writes these parts by the links for them; the status of each.
    async fn send(&self, numbers: &[usize]) -> Result<Vec<u16>> {
        let wanted = json!({"partNumbers": numbers});
        let links = self.person.post(&self.path("/parts"), &wanted).await?;
        ensure!(links.status == 200, "{} {}", links.status, links.body);
        let size = usize::try_from(self.begun["partSize"].as_u64().context("no size")?)?;
        let mut statuses = Vec::new();
        for link in links.body["parts"].as_array().context("no links")? {
            let number = usize::try_from(link["partNumber"].as_u64().context("no number")?)?;
            let start = (number - 1) * size;
            let part = &self.file[start..self.file.len().min(start + size)];
            assert_eq!(link["size"], part.len());
            let url = link["uploadUrl"].as_str().context("no URL")?;
            let sent = Client::new().put(url).body(part.to_vec()).send().await?;
            statuses.push(sent.status().as_u16());
        }
        Ok(statuses)
    }

    async fn complete(&self) -> Result<Answer> {
        self.person.post(&self.path("/complete"), &json!({})).await
    }
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_broken_upload_goes_on_where_it_stopped() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let upload = Parts::begin(&person, large_film()?).await?;
    assert_eq!(upload.begun["partCount"], 3);
    assert_eq!(upload.begun["expiresIn"], 3600);

    assert_eq!(upload.send(&[1, 3]).await?, [200, 200]);
    let early = upload.complete().await?;
    check_error(&early, 409, "UPLOAD_INCOMPLETE");
    assert_eq!(early.body["details"]["missing"], json!([2]));

    // The client comes back and asks what is there.
    let stored = person.get(&upload.path("/parts")).await?;
    assert_eq!(stored.status, 200, "{}", stored.body);
    assert_eq!(stored.body["missing"], json!([2]));
    assert_eq!(stored.body["parts"][0]["partNumber"], 1);
    assert_eq!(stored.body["parts"][1]["partNumber"], 3);
    assert!(stored.body["parts"][0]["etag"].is_string());
    assert_eq!(upload.send(&[2]).await?, [200]);

    for _ in 0..2 {
        let whole = upload.complete().await?;
        assert_eq!(whole.status, 200, "{}", whole.body);
        assert_eq!(whole.body["fileSize"], upload.file.len());
        assert_eq!(whole.body["s3Key"], upload.begun["s3Key"]);
    }
    // What is completed cannot be given up any more, confirmed or not.
    let late = Answer::of(person.request(Method::DELETE, &upload.path(""))).await?;
    check_error(&late, 409, "CONFLICT");
    let key = upload.begun["s3Key"].as_str().context("no key")?;
    let video = confirm(&person, key, json!({"title": "Large"})).await?;
    assert_eq!(video.status, 200, "{}", video.body);
    assert_eq!(video.body["fileSize"], upload.file.len());

    let late = Answer::of(person.request(Method::DELETE, &upload.path(""))).await?;
    check_error(&late, 409, "CONFLICT");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn an_upload_in_parts_is_its_owners_and_can_be_given_up() -> Result<()> {
    let stack = stack()?;
    let (person, other) = tokio::try_join!(Person::sign_up(&stack), Person::sign_up(&stack))?;
    let upload = Parts::begin(&person, large_film()?).await?;
    assert_eq!(upload.send(&[1]).await?, [200]);

    let parts = upload.path("/parts");
    check_error(&other.get(&parts).await?, 404, "NOT_FOUND");
    check_error(
        &other.post(&parts, &json!({"partNumbers": [1]})).await?,
        404,
        "NOT_FOUND",
    );
    check_error(
        &other.post(&upload.path("/complete"), &json!({})).await?,
        404,
        "NOT_FOUND",
    );
    let theirs = other.request(Method::DELETE, &upload.path(""));
    check_error(&Answer::of(theirs).await?, 404, "NOT_FOUND");
    for wrong in [json!([]), json!([0]), json!([4]), json!(["1"]), json!(1)] {
        let refused = person.post(&parts, &json!({"partNumbers": wrong})).await?;
        check_error(&refused, 400, "VALIDATION_ERROR");
    }

    let aborted = Answer::of(person.request(Method::DELETE, &upload.path(""))).await?;
    assert_eq!(aborted.status, 200, "{}", aborted.body);
    check_error(&person.get(&parts).await?, 404, "NOT_FOUND");
    let key = upload.begun["s3Key"].as_str().context("no key")?;
    let gone = confirm(&person, key, json!({"title": "Gone"})).await?;
    check_error(&gone, 404, "NOT_FOUND");
    Ok(())
}

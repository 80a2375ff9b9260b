//! Uploads in parts.

use super::*;

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

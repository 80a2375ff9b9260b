//! What owners do with their videos.

use super::*;

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn an_owner_changes_what_is_named_and_others_nothing() -> Result<()> {
    let stack = stack()?;
    let fixture = GalleryFixture::new(&stack).await?;
    let path = format!("/api/gallery/videos/{}", fixture.public);
    let put =
        |person: &Person, body: Value| Answer::of(person.request(Method::PUT, &path).json(&body));
    check_error(
        &put(&fixture.other, json!({"title": "Stolen"})).await?,
        403,
        "FORBIDDEN",
    );
    let anonymous = fixture
        .owner
        .anonymous(Method::PUT, &path)
        .json(&json!({"title": "x"}));
    check_error(&Answer::of(anonymous).await?, 401, "UNAUTHORIZED");
    for wrong in [
        json!({}),
        json!({"title": ""}),
        json!({"userId": "me"}),
        json!({"views": 7}),
    ] {
        check_error(&put(&fixture.owner, wrong).await?, 400, "VALIDATION_ERROR");
    }

    let described = put(&fixture.owner, json!({"description": "Zanzibar"})).await?;
    assert_eq!(described.status, 200, "{}", described.body);
    assert_eq!(described.body["visibility"], "public");
    assert_eq!(
        fixture.found(Reader::Nobody, "zanzi").await?,
        set(&[&fixture.public])
    );
    let hidden = put(
        &fixture.owner,
        json!({"visibility": "private", "title": fixture.word}),
    )
    .await?;
    assert_eq!(hidden.body["description"], "Zanzibar");
    assert_eq!(
        fixture.found(Reader::Nobody, "zanzi").await?,
        BTreeSet::new()
    );
    assert_eq!(
        fixture.found(Reader::Owner, "zanzi").await?,
        set(&[&fixture.public])
    );
    // It was found by the word that its title has no more.
    assert!(
        !fixture
            .found(Reader::Owner, "creme")
            .await?
            .contains(&fixture.public)
    );
    let read = fixture.read(Reader::Other, Method::GET, &path).await?;
    check_error(&read, 403, "FORBIDDEN");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_deleted_video_is_gone_for_everybody() -> Result<()> {
    let stack = stack()?;
    let fixture = GalleryFixture::new(&stack).await?;
    let path = format!("/api/gallery/videos/{}", fixture.public);
    let stream = fixture
        .read(Reader::Nobody, Method::GET, &format!("{path}/stream"))
        .await?;
    let link = stream.body["streamUrl"]
        .as_str()
        .context("no link")?
        .to_owned();

    let theirs = fixture.read(Reader::Other, Method::DELETE, &path).await?;
    check_error(&theirs, 403, "FORBIDDEN");
    let deleted = fixture.read(Reader::Owner, Method::DELETE, &path).await?;
    assert_eq!(deleted.status, 200, "{}", deleted.body);
    assert_eq!(
        deleted.body,
        json!({"message": "Video deleted successfully"})
    );

    for reader in READERS {
        for rest in ["", "/stream"] {
            let answer = fixture
                .read(reader, Method::GET, &format!("{path}{rest}"))
                .await?;
            check_error(&answer, 404, "NOT_FOUND");
        }
        assert!(
            !fixture
                .found(reader, "creme")
                .await?
                .contains(&fixture.public)
        );
        assert!(!fixture.list(reader, "").await?.contains(&fixture.public));
    }
    let again = fixture.read(Reader::Owner, Method::DELETE, &path).await?;
    check_error(&again, 404, "NOT_FOUND");
    // The file stays for its grace (D25): a link that was handed out still works.
    assert_eq!(Client::new().get(link).send().await?.status().as_u16(), 200);
    Ok(())
}

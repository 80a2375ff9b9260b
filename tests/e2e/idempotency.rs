//! A creation that is repeated with one `Idempotency-Key` happens once (D42).

use anyhow::{Context, Result, ensure};
use end_to_end::{Answer, Person, Provider, stack, unique_word};
use futures_util::future::try_join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::refusals::check_error;
use crate::short_film;

const FILMS: &str = "/api/v1/jobs";

async fn create(person: &Person, key: &str, film: &Value) -> Result<Answer> {
    let request = person.request(Method::POST, FILMS);
    Answer::of(request.header("Idempotency-Key", key).json(film)).await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn of_fifty_parallel_creations_with_one_key_one_film_is_made() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let word = unique_word("key");
    let film = short_film(&word);

    let creations = (0..50).map(|_| create(&person, &word, &film));
    let answers = try_join_all(creations).await?;
    let accepted: Vec<&Answer> = answers.iter().filter(|one| one.status == 202).collect();
    let first = accepted.first().context("none was accepted")?;
    for answer in &answers {
        if answer.status == 202 {
            ensure!(answer.body == first.body, "{}", answer.body);
        } else {
            check_error(answer, 409, "IDEMPOTENCY_IN_FLIGHT");
            ensure!(answer.header("retry-after") == "1");
        }
    }
    let is_replayed = |answer: &Answer| answer.header("idempotency-replayed") == "true";
    let originals = accepted.iter().filter(|answer| !is_replayed(answer));
    assert_eq!(originals.count(), 1);

    let job = first.body["jobId"].as_str().context("no job")?;
    let course = person.watch(job).await?;
    assert_eq!(course.status(), "completed");
    assert_eq!(Provider::new(&stack).creates(&word).await?.paid, 1);
    assert_eq!(person.usage().await?, (1, 0, 9));
    let listed = person.get(FILMS).await?;
    assert_eq!(listed.body["jobs"].as_array().map(Vec::len), Some(1));

    let late = create(&person, &word, &film).await?;
    assert_eq!(late.status, 202);
    ensure!(is_replayed(&late) && late.body == first.body);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_key_is_one_body_of_one_user_and_a_refusal_consumes_nothing() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let other = Person::sign_up(&stack).await?;
    let word = unique_word("scope");
    // Nothing is to be made: only what is accepted is of interest.
    let provider = Provider::new(&stack);
    provider.misbehave(&word, "hang", &Value::Null).await?;
    let film = short_film(&word);

    let refused = create(&person, &word, &json!({ "prompt": "short" })).await?;
    check_error(
        &refused,
        400,
        refused.body["code"].as_str().unwrap_or_default(),
    );
    assert_eq!(create(&person, &word, &film).await?.status, 202);
    assert_eq!(person.usage().await?, (0, 1, 9));

    let mismatch = create(&person, &word, &short_film("another")).await?;
    check_error(&mismatch, 422, "IDEMPOTENCY_MISMATCH");
    let malformed = create(&person, "two words", &film).await?;
    check_error(&malformed, 400, "VALIDATION_ERROR");
    let theirs = create(&other, &word, &film).await?;
    assert_eq!(
        (theirs.status, theirs.header("idempotency-replayed")),
        (202, "")
    );
    Ok(())
}

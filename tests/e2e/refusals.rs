//! Bad requests: each gets its status, its code and the contract's body, and
//! leaves nothing behind (R57-R70, D6).

use anyhow::{Context, Result};
use end_to_end::{Answer, Person, stack};
use reqwest::Method;
use serde_json::{Value, json};

/// Every failure's body: text, code, details, time.
pub(crate) fn check_error(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.body["code"], code, "{}", answer.body);
    assert!(
        answer.body["error"]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    );
    assert!(answer.body["details"].is_object(), "{}", answer.body);
    let time = answer.body["timestamp"].as_str().unwrap_or_default();
    assert!(time.len() == 24 && time.ends_with('Z'), "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store, must-revalidate");
}

/// A body that is a film but for one field.
fn with(field: &str, value: Value) -> Value {
    let mut film =
        json!({"prompt": "A lantern drifts over quiet water", "category": "ad-creative"});
    film[field] = value;
    film
}

fn without(field: &str) -> Value {
    let mut film = with(field, Value::Null);
    if let Some(fields) = film.as_object_mut() {
        fields.remove(field);
    }
    film
}

/// The body, and the field that is named.
fn invalid_films() -> Vec<(Value, &'static str)> {
    vec![
        (without("prompt"), "prompt"),
        (with("prompt", Value::Null), "prompt"),
        (with("prompt", json!("")), "prompt"),
        (with("prompt", json!("         x         ")), "prompt"),
        (with("prompt", json!("too short")), "prompt"),
        (with("prompt", json!("long ".repeat(101))), "prompt"),
        (with("prompt", json!(7)), "prompt"),
        (with("prompt", json!(["a prompt in a list"])), "prompt"),
        (
            with("prompt", json!("a bell \u{7} in the prompt")),
            "prompt",
        ),
        (without("category"), "category"),
        (with("category", json!("documentary")), "category"),
        (with("category", json!(1)), "category"),
        (with("scenes", json!(0)), "scenes"),
        (with("scenes", json!(13)), "scenes"),
        (with("scenes", json!(2.5)), "scenes"),
        (with("scenes", json!("5")), "scenes"),
        (with("durationSeconds", json!(5)), "durationSeconds"),
        (with("durationSeconds", json!(61)), "durationSeconds"),
        (with("durationSeconds", json!(-30)), "durationSeconds"),
        (with("aspectRatio", json!("4:3")), "aspectRatio"),
        (with("transition", json!("explode")), "transition"),
        (with("transition", json!("fade:offset=0")), "transition"),
        (with("audio", json!("silence")), "audio"),
        (with("seed", json!(-1)), "seed"),
        (with("seed", json!(u64::MAX)), "seed"),
        (with("quota", json!(1000)), "quota"),
    ]
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn invalid_films_are_refused_and_leave_nothing() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let before = person.usage().await?;

    for (film, field) in invalid_films() {
        let answer = person.post("/api/v1/jobs", &film).await?;
        check_error(&answer, 400, "VALIDATION_ERROR");
        assert_eq!(answer.body["details"]["field"], field, "{film}");
        let constraint = answer.body["details"]["constraint"].as_str();
        assert!(constraint.is_some_and(|text| !text.is_empty()), "{film}");
    }

    check_nothing_left(&person, before).await
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn bodies_that_are_no_film_are_refused_and_leave_nothing() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let before = person.usage().await?;
    let film = with("scenes", json!(1)).to_string();
    let padded = |length: usize| format!("{film}{}", " ".repeat(length - film.len()));
    let json_type = "application/json";
    let bodies = [
        (String::new(), json_type, 400, "INVALID_REQUEST"),
        ("{\"prompt\":".to_owned(), json_type, 400, "INVALID_REQUEST"),
        ("[]".to_owned(), json_type, 400, "INVALID_REQUEST"),
        (
            "\"a film, please\"".to_owned(),
            json_type,
            400,
            "INVALID_REQUEST",
        ),
        (film.clone(), "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (
            film.clone(),
            "application/x-www-form-urlencoded",
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        (padded(64 * 1024 + 1), json_type, 413, "PAYLOAD_TOO_LARGE"),
        (padded(200 * 1024), json_type, 413, "PAYLOAD_TOO_LARGE"),
    ];
    for (body, content_type, status, code) in bodies {
        let length = body.len();
        let request = person.request(Method::POST, "/api/v1/jobs");
        let request = request.header("content-type", content_type).body(body);
        let answer = Answer::of(request).await?;
        check_error(&answer, status, code);
        let details = &answer.body["details"];
        assert!(details["field"].is_string(), "{length} bytes: {details}");
    }
    check_nothing_left(&person, before).await
}

async fn check_nothing_left(person: &Person, before: (u64, u64, u64)) -> Result<()> {
    assert_eq!(person.usage().await?, before);
    assert_eq!(before, (0, 0, 10));
    let list = person.get("/api/v1/jobs").await?;
    assert_eq!(list.body["jobs"], json!([]));
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn unknown_routes_and_methods_are_told_apart() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    for path in [
        "/",
        "/api/v1",
        "/api/v2/jobs",
        "/api/v1/jobs/a/b",
        "/api/v1/healthy",
    ] {
        let answer = Answer::of(person.anonymous(Method::GET, path)).await?;
        check_error(&answer, 404, "NOT_FOUND");
    }
    for (method, path, allow) in [
        (Method::DELETE, "/api/v1/jobs", "GET, HEAD, POST"),
        (Method::PATCH, "/api/v1/jobs/some-id", "DELETE, GET, HEAD"),
        (Method::POST, "/api/v1/health", "GET, HEAD"),
        (Method::GET, "/api/v1/webhooks/replicate", "POST"),
    ] {
        let answer = Answer::of(person.anonymous(method, path)).await?;
        check_error(&answer, 405, "METHOD_NOT_ALLOWED");
        assert_eq!(answer.header("allow"), allow);
    }
    // The gateway takes the provider's path for that of a webhook.
    let provider = person.request(Method::PUT, "/api/v1/webhooks/replicate");
    let answer = Answer::of(provider.json(&json!({}))).await?;
    check_error(&answer, 405, "METHOD_NOT_ALLOWED");
    assert_eq!(answer.header("allow"), "POST");
    Ok(())
}

/// No answer tells that another user's job exists.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_job_of_somebody_else_is_as_unknown_as_none() -> Result<()> {
    let stack = stack()?;
    let (owner, other) = tokio::try_join!(Person::sign_up(&stack), Person::sign_up(&stack))?;
    let id = crate::lists::failed_job(&owner).await?;
    assert_eq!(owner.job(&id).await?["jobId"], id);

    let unknown = "0198c0de-0000-7000-8000-00000000dead";
    for path in ["", "/video"] {
        let theirs = other.get(&format!("/api/v1/jobs/{id}{path}")).await?;
        check_error(&theirs, 404, "NOT_FOUND");
        for nobodys in [unknown, "no-id", "%00", &id.to_uppercase()] {
            let nobodys = other.get(&format!("/api/v1/jobs/{nobodys}{path}")).await?;
            check_error(&nobodys, 404, "NOT_FOUND");
            assert_eq!(but_for_the_time(&theirs)?, but_for_the_time(&nobodys)?);
        }
    }
    let list = other.get("/api/v1/jobs").await?;
    assert_eq!(list.body["jobs"], json!([]));
    Ok(())
}

fn but_for_the_time(answer: &Answer) -> Result<Value> {
    let mut body = answer.body.clone();
    let fields = body.as_object_mut().context("no object")?;
    fields.remove("timestamp");
    Ok(body)
}

/// The gateway answers for the site's origin and no other (R10, D19).
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn browsers_of_the_site_only_may_call() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let site = stack.site()?;
    let preflight = |origin: &str| {
        let request = person.anonymous(Method::OPTIONS, "/api/v1/jobs");
        let request = request.header("origin", origin);
        Answer::of(request.header("access-control-request-method", "POST"))
    };
    let ours = preflight(site).await?;
    assert!(ours.status < 300, "{}", ours.status);
    assert_eq!(ours.header("access-control-allow-origin"), site);
    let foreign = preflight("http://evil.example").await?;
    let allowed = foreign.header("access-control-allow-origin");
    assert!(
        allowed != "*" && allowed != "http://evil.example",
        "{allowed}"
    );
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn health_asks_what_it_depends_on() -> Result<()> {
    let stack = stack()?;
    let url = format!("{}/api/v1/health", stack.api_url);
    let answer = Answer::of(reqwest::Client::new().get(url)).await?;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["status"], "ok");
    let checks = json!({"database": "ok", "storage": "ok"});
    assert_eq!(answer.body["checks"], checks);
    assert!(answer.body["version"].is_string());
    Ok(())
}

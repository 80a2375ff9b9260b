//! Whose tokens open the door (R62, R75-R77).

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use end_to_end::{Answer, Person, Stack, aws, stack, unique_word};
use reqwest::Method;
use serde_json::{Value, json};

use crate::refusals::check_error;

const ME: &str = "/api/v1/me";
const PROTECTED: [&str; 5] = [
    ME,
    "/api/v1/jobs",
    "/api/v1/jobs?limit=5",
    "/api/v1/jobs/0198c0de-0000-7000-8000-000000000001",
    "/api/v1/jobs/0198c0de-0000-7000-8000-000000000001/video",
];

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn both_tokens_of_the_client_are_accepted() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    for (token, email) in [
        (&person.access_token, Value::Null),
        (&person.id_token, json!(person.email)),
    ] {
        let answer = Answer::of(person.anonymous(Method::GET, ME).bearer_auth(token)).await?;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body["userId"], person.user_id);
        assert_eq!(answer.body["email"], email);
        assert_eq!(answer.body["groups"], json!([]));
        let usage = &answer.body["usage"];
        assert_eq!(usage["quota"], 10);
        assert_eq!(usage["remaining"], 10);
        let resets = usage["resetsAt"].as_str().context("no resetsAt")?;
        assert!(resets.ends_with("-01T00:00:00.000Z"), "{resets}");
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn without_a_token_every_route_but_health_is_closed() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    for path in PROTECTED {
        let answer = Answer::of(person.anonymous(Method::GET, path)).await?;
        check_error(&answer, 401, "UNAUTHORIZED");
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{path}");
    }
    let create = person
        .anonymous(Method::POST, "/api/v1/jobs")
        .json(&json!({}));
    check_error(&Answer::of(create).await?, 401, "UNAUTHORIZED");
    let basic = person.anonymous(Method::GET, ME).basic_auth("a", Some("b"));
    check_error(&Answer::of(basic).await?, 401, "UNAUTHORIZED");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn tokens_that_are_not_ours_are_refused() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let strange = [
        ("garbage", "garbage".to_owned()),
        ("three parts", "a.b.c".to_owned()),
        ("no signature", without_signature(&person.access_token)?),
        ("another's name", renamed(&person.access_token)?),
        (
            "later expiry",
            changed(&person.access_token, "exp", json!(4_102_444_800_u64))?,
        ),
        ("unsigned", unsigned(&person.access_token)?),
        ("too long", "x".repeat(9000)),
        ("an expired one", person.expired_token().await?),
        ("another pool's", token_of_another_pool(&stack).await?),
        (
            "another client's",
            token_of_another_client(&stack, &person).await?,
        ),
    ];
    for (what, token) in strange {
        let request = person.anonymous(Method::GET, ME).bearer_auth(&token);
        let answer = Answer::of(request).await?;
        assert_eq!(answer.status, 401, "{what}: {}", answer.body);
        check_error(&answer, 401, "UNAUTHORIZED");
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer error=\"invalid_token\"",
            "{what}"
        );
    }
    Ok(())
}

fn parts(token: &str) -> Result<[&str; 3]> {
    let parts: Vec<&str> = token.split('.').collect();
    parts.try_into().ok().context("not three parts")
}

fn without_signature(token: &str) -> Result<String> {
    let [header, claims, _] = parts(token)?;
    Ok(format!("{header}.{claims}."))
}

/// The same signature under another claim.
fn changed(token: &str, claim: &str, value: Value) -> Result<String> {
    let [header, claims, signature] = parts(token)?;
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?;
    claims[claim] = value;
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    Ok(format!("{header}.{claims}.{signature}"))
}

fn renamed(token: &str) -> Result<String> {
    changed(token, "sub", json!("somebody-else"))
}

fn unsigned(token: &str) -> Result<String> {
    let [_, claims, _] = parts(token)?;
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    Ok(format!("{header}.{claims}."))
}

/// Genuine, but of a pool that is not ours.
pub(crate) async fn token_of_another_pool(stack: &Stack) -> Result<String> {
    let name = unique_word("foreign");
    let pool = aws::cognito(stack, "CreateUserPool", &json!({"PoolName": name})).await?;
    let pool = pool["UserPool"]["Id"]
        .as_str()
        .context("no pool")?
        .to_owned();
    let client = create_client(stack, &pool, &name).await?;
    let email = format!("{name}@omnigen.test");
    let foreigner = Person::sign_up_in(stack, &pool, &client, &email).await?;
    aws::cognito(stack, "DeleteUserPool", &json!({"UserPoolId": pool})).await?;
    Ok(foreigner.access_token)
}

/// Genuine and of our pool, but made out to another client.
async fn token_of_another_client(stack: &Stack, person: &Person) -> Result<String> {
    let name = unique_word("client");
    let client = create_client(stack, &stack.user_pool_id, &name).await?;
    let signed_in = Person::sign_in(stack, &client, &person.email).await?;
    let client = json!({"UserPoolId": stack.user_pool_id, "ClientId": client});
    aws::cognito(stack, "DeleteUserPoolClient", &client).await?;
    Ok(signed_in.access_token)
}

async fn create_client(stack: &Stack, pool: &str, name: &str) -> Result<String> {
    let client = json!({
        "UserPoolId": pool, "ClientName": name,
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    let client = aws::cognito(stack, "CreateUserPoolClient", &client).await?;
    let id = client["UserPoolClient"]["ClientId"].as_str();
    Ok(id.context("no client")?.to_owned())
}

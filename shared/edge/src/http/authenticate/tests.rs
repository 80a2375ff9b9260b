//! Tokens to accept and tokens to refuse, through the whole path from the header
//! to the caller, against a key set that is really served (ASVS V9, RFC 8725).

mod refused;

use super::*;
use lambda_http::http::HeaderValue;
use lambda_http::http::header::COOKIE;
use serde_json::{Value, json};
use testkit::tokens::{
    CLIENT_ID, ELLIPTIC, FIRST, ISSUER, SECOND, SUBJECT, access_claims, id_claims, key_set,
};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(super) fn now() -> Time {
    Time::from_millisecond(1_795_176_000_000)
}

struct Pool {
    server: MockServer,
    authenticator: Authenticator,
}

async fn pool() -> Pool {
    let server = MockServer::start().await;
    let keys = ResponseTemplate::new(200).set_body_json(key_set(&[FIRST, SECOND, ELLIPTIC]));
    Mock::given(method("GET"))
        .and(path("/jwks.json"))
        .respond_with(keys)
        .mount(&server)
        .await;
    let authenticator = Authenticator::new(&config::SignIn {
        issuer: ISSUER.to_owned(),
        client_id: CLIENT_ID.to_owned(),
        jwks_url: format!("{}/jwks.json", server.uri()),
    });
    Pool {
        server,
        authenticator,
    }
}

impl Pool {
    async fn ask(&self, headers: &[&str]) -> Result<Caller, ApiError> {
        let mut map = HeaderMap::new();
        for header in headers {
            let value = HeaderValue::from_bytes(header.as_bytes()).unwrap();
            map.append(AUTHORIZATION, value);
        }
        self.authenticator.authenticate(&map, now()).await
    }

    async fn ask_by_cookie(&self, cookies: &str) -> Result<Caller, ApiError> {
        let mut map = HeaderMap::new();
        map.insert(COOKIE, HeaderValue::from_bytes(cookies.as_bytes()).unwrap());
        self.authenticator.authenticate(&map, now()).await
    }

    async fn ask_with(&self, token: &str) -> Result<Caller, ApiError> {
        self.ask(&[&format!("Bearer {token}")]).await
    }
}

/// Access claims with one of them changed.
pub(super) fn with(claim: &str, value: Value) -> Value {
    let mut claims = access_claims(now());
    claims[claim] = value;
    claims
}

/// Access claims with one of them left out.
pub(super) fn without(claim: &str) -> Value {
    let mut claims = access_claims(now());
    claims.as_object_mut().unwrap().remove(claim).unwrap();
    claims
}

/// ID claims with one of them changed.
pub(super) fn id_with(claim: &str, value: Value) -> Value {
    let mut claims = id_claims(now());
    claims[claim] = value;
    claims
}

#[tokio::test]
async fn tokens_of_the_pool_are_accepted() {
    let pool = pool().await;
    let second = now().as_second();
    for (what, token) in [
        ("access", FIRST.mint(&access_claims(now()))),
        ("id", FIRST.mint(&id_claims(now()))),
        ("another key", SECOND.mint(&access_claims(now()))),
        ("last second", FIRST.mint(&with("exp", json!(second + 1)))),
        ("begins now", FIRST.mint(&with("nbf", json!(second)))),
        ("clock skew", FIRST.mint(&with("iat", json!(second + 5)))),
        ("no issue time", FIRST.mint(&without("iat"))),
        ("unknown claim", FIRST.mint(&with("jti", json!("x")))),
        (
            "typ",
            FIRST.mint_with_header(
                &json!({ "alg": "RS256", "kid": "first", "typ": "JWT" }),
                &access_claims(now()),
            ),
        ),
    ] {
        let caller = pool.ask_with(&token).await;
        let caller = caller.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(caller.user_id, SUBJECT, "{what}");
    }
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case() {
    let pool = pool().await;
    let token = FIRST.mint(&access_claims(now()));
    for scheme in ["Bearer", "bearer", "BEARER", "Bearer  "] {
        let caller = pool.ask(&[&format!("{scheme} {token}")]).await;
        assert!(caller.is_ok(), "{scheme}");
    }
}

#[tokio::test]
async fn the_caller_is_what_the_claims_say() {
    let pool = pool().await;
    let ask = async |claims: &Value| pool.ask_with(&FIRST.mint(claims)).await.unwrap();

    let caller = ask(&id_with("cognito:groups", json!(["admin", "staff"]))).await;
    assert_eq!(caller.user_id, SUBJECT);
    assert_eq!(caller.email.as_deref(), Some("someone@example.com"));
    assert_eq!(caller.groups, ["admin", "staff"]);

    let caller = ask(&access_claims(now())).await;
    assert_eq!(caller.email, None);
    assert!(caller.groups.is_empty());
}

/// A text, a number or an object is no list of groups and grants nothing.
#[tokio::test]
async fn groups_that_are_no_list_are_none() {
    let pool = pool().await;
    for groups in [
        json!("admin"),
        json!(1),
        json!({ "0": "admin" }),
        json!(null),
    ] {
        let token = FIRST.mint(&with("cognito:groups", groups.clone()));
        let caller = pool.ask_with(&token).await.unwrap();
        assert!(caller.groups.is_empty(), "{groups}");
    }
}

#[tokio::test]
async fn no_token_to_refuse_is_let_through_and_all_read_the_same() {
    let pool = pool().await;
    let tokens = refused::tokens();
    assert!(tokens.len() >= 40, "{}", tokens.len());
    for (what, token) in tokens {
        let by_cookie = format!("{SESSION}={token}");
        for answer in [
            pool.ask_with(&token).await,
            pool.ask_by_cookie(&by_cookie).await,
        ] {
            let Err(error) = answer else {
                panic!("{what} was let through");
            };
            assert_refusal(what, &error);
            assert!(matches!(error, ApiError::TokenInvalid), "{what}: {error:?}");
        }
    }
    // However many unknown keys they named.
    assert_eq!(pool.server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn headers_that_bring_no_one_token_are_refused() {
    let pool = pool().await;
    let token = FIRST.mint(&access_claims(now()));
    let bearer = format!("Bearer {token}");
    let long = format!("Bearer {}", "a".repeat(10_240));
    let padded = format!("Bearer {}{token}", " ".repeat(10_240));
    for headers in [
        vec![],
        vec![""],
        vec!["Bearer"],
        vec!["Bearer "],
        vec!["Basic dXNlcjpwYXNzd29yZA=="],
        vec![&format!("Token {token}")],
        vec![&format!("Basic {token}")],
        vec![&token],
        vec![&format!("Bearer\t{token}")],
        vec![&format!("Bearer: {token}")],
        vec![&format!("Bearer {token} {token}")],
        vec![&format!("Bearer {token},Bearer {token}")],
        vec![&bearer, &bearer],
        vec![&bearer, "Basic dXNlcjpwYXNzd29yZA=="],
        vec![&long],
        vec![&padded],
        vec![&format!("Bearer {token}é")],
    ] {
        let Err(error) = pool.ask(&headers).await else {
            panic!("{headers:?} were let through");
        };
        assert_refusal(&format!("{headers:?}"), &error);
    }
}

#[tokio::test]
async fn the_session_cookie_is_as_good_as_a_bearer_token() {
    let pool = pool().await;
    let token = FIRST.mint(&access_claims(now()));
    for cookies in [
        format!("{SESSION}={token}"),
        format!("theme=dark; {SESSION}={token}; __Secure-refresh=x"),
    ] {
        let caller = pool.ask_by_cookie(&cookies).await;
        assert_eq!(caller.unwrap().user_id, SUBJECT, "{cookies}");
    }
}

#[tokio::test]
async fn cookies_that_bring_no_one_token_are_refused() {
    let pool = pool().await;
    let token = FIRST.mint(&access_claims(now()));
    for cookies in [
        String::new(),
        format!("{SESSION}="),
        SESSION.to_owned(),
        format!("session={token}"),
        format!("__host-session={token}"),
        format!("{SESSION}={token}; {SESSION}={token}"),
        format!("{SESSION}=; {SESSION}={token}"),
        format!("{SESSION}=\"{token}\""),
        format!("{SESSION}=Bearer {token}"),
        format!("{SESSION}={}", "a".repeat(9_000)),
        format!("{SESSION}={token}é"),
    ] {
        let Err(error) = pool.ask_by_cookie(&cookies).await else {
            panic!("{cookies:?} were let through");
        };
        assert_refusal(&cookies, &error);
    }
}

/// A bad header is not made good by the cookie, nor a good one bad.
#[tokio::test]
async fn a_bearer_header_wins_over_the_cookie() {
    let pool = pool().await;
    let [header, cookie] =
        ["by-header", "by-cookie"].map(|sub| FIRST.mint(&with("sub", json!(sub))));
    let ask = async |authorization: &str, token: &str| {
        let mut map = HeaderMap::new();
        map.insert(AUTHORIZATION, HeaderValue::from_str(authorization).unwrap());
        let cookie = format!("{SESSION}={token}");
        map.insert(COOKIE, HeaderValue::from_str(&cookie).unwrap());
        pool.authenticator.authenticate(&map, now()).await
    };
    let good = format!("Bearer {header}");
    assert_eq!(ask(&good, &cookie).await.unwrap().user_id, "by-header");
    assert_eq!(ask(&good, "nonsense").await.unwrap().user_id, "by-header");
    for bad in [
        "",
        "Bearer ",
        "Bearer nonsense",
        "Basic dXNlcjpwYXNzd29yZA==",
    ] {
        assert_refusal(bad, &ask(bad, &cookie).await.unwrap_err());
    }
}

#[tokio::test]
async fn an_id_token_answers_the_nonce_it_was_asked_with() {
    let pool = pool().await;
    let prove = async |claims: &Value| {
        let token = FIRST.mint(claims);
        pool.authenticator.prove_id(&token, "asked", now()).await
    };
    let caller = prove(&id_with("nonce", json!("asked"))).await.unwrap();
    assert_eq!(caller.email.as_deref(), Some("someone@example.com"));

    let expired = json!(now().as_second());
    let mut late = id_with("nonce", json!("asked"));
    late["exp"] = expired;
    for claims in [
        id_claims(now()),
        id_with("nonce", json!("another")),
        id_with("nonce", json!(["asked"])),
        id_with("nonce", json!("")),
        with("nonce", json!("asked")),
        late,
    ] {
        assert_refusal("nonce", &prove(&claims).await.unwrap_err());
    }
}

#[tokio::test]
async fn without_keys_it_is_our_fault_and_not_the_tokens() {
    let pool = pool().await;
    pool.server.reset().await;
    let token = FIRST.mint(&access_claims(now()));
    let error = pool.ask_with(&token).await.unwrap_err();
    assert_eq!(error.status().as_u16(), 503);
    assert_eq!(error.code().as_str(), "SERVICE_UNAVAILABLE");
}

fn assert_refusal(what: &str, error: &ApiError) {
    assert_eq!(error.status().as_u16(), 401, "{what}");
    let challenge = error
        .headers()
        .into_iter()
        .find(|(name, _)| *name == "www-authenticate");
    let (_, challenge) = challenge.unwrap_or_else(|| panic!("{what}: no challenge"));
    assert!(challenge.starts_with("Bearer"), "{what}: {challenge}");

    let body = serde_json::to_value(error.body(now())).unwrap();
    let mut names: Vec<_> = body.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["code", "details", "error", "timestamp"], "{what}");
    assert_eq!(body["code"], "UNAUTHORIZED", "{what}");
    assert_eq!(body["details"], json!({}), "{what}");
}

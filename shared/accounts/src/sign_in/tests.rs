//! The sign-in's routes against a pool that is really served.

mod login;
mod session;

use std::collections::HashMap;
use std::time::Duration;

use super::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge::http::testing::response;
use lambda_http::http::header::{ACCEPT, COOKIE, HeaderValue, LOCATION, SET_COOKIE};
use lambda_http::{Body, Response};
use serde_json::{Value, json};
use testkit::tokens::{CLIENT_ID, FIRST, FOREIGN, ISSUER, access_claims, id_claims, key_set};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const CALLBACK: &str = "https://site.example/api/v1/auth/callback";
const NONCE: &str = "a-nonce";
const STATE: &str = "a-state";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters";

fn now() -> Time {
    Time::from_millisecond(1_795_176_000_000)
}

struct Pool {
    server: MockServer,
    sign_in: SignIn,
}

/// A pool that answers for tokens as told.
async fn pool(answer: ResponseTemplate) -> Pool {
    let server = MockServer::start().await;
    let keys = ResponseTemplate::new(200).set_body_json(key_set(&[FIRST]));
    Mock::given(path("/jwks.json"))
        .respond_with(keys)
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(path("/oauth2/token"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let hosted_ui = config::HostedUi {
        url: server.uri(),
        client_id: CLIENT_ID.to_owned(),
        callback_url: CALLBACK.to_owned(),
        logout_url: "https://site.example/".to_owned(),
    };
    let settings = config::SignIn {
        issuer: ISSUER.to_owned(),
        client_id: CLIENT_ID.to_owned(),
        jwks_url: format!("{}/jwks.json", server.uri()),
    };
    let sign_in = SignIn::new(&hosted_ui, &settings).unwrap();
    Pool { server, sign_in }
}

impl Pool {
    /// The forms that the pool was sent, with the path of each.
    async fn asked(&self) -> Vec<(String, HashMap<String, String>)> {
        let requests = self.server.received_requests().await.unwrap();
        let forms = requests
            .iter()
            .filter(|request| request.method == "POST")
            .map(|request| {
                let form = url::form_urlencoded::parse(&request.body).into_owned();
                (request.url.path().to_owned(), form.collect())
            });
        forms.collect()
    }

    async fn revokes(self, answer: ResponseTemplate) -> Self {
        Mock::given(method("POST"))
            .and(path("/oauth2/revoke"))
            .respond_with(answer)
            .mount(&self.server)
            .await;
        self
    }

    async fn callback(&self, query: &str, cookies: &str) -> Response<Body> {
        let request = request("GET", &format!("/api/v1/auth/callback?{query}"), cookies);
        response(self.sign_in.complete(&request, now()).await)
    }

    async fn refresh(&self, cookies: &str) -> Response<Body> {
        let request = request("POST", "/api/v1/auth/refresh", cookies);
        response(self.sign_in.refresh(&request, now()).await)
    }

    async fn logout(&self, cookies: &str) -> Response<Body> {
        let request = request("POST", "/api/v1/auth/logout", cookies);
        response(self.sign_in.end(&request).await)
    }
}

fn request(method: &str, path: &str, cookies: &str) -> Request {
    let mut request = edge::http::testing::request(method, path, &Value::Null);
    if !cookies.is_empty() {
        let cookies = HeaderValue::from_str(cookies).unwrap();
        request.headers_mut().insert(COOKIE, cookies);
    }
    request
}

/// The cookie of a sign-in that began with the constants.
fn login_cookie() -> String {
    let pending = json!({
        "state": STATE, "nonce": NONCE, "verifier": VERIFIER, "returnTo": "/create?a=b",
    });
    format!(
        "{}={}",
        cookies::LOGIN,
        URL_SAFE_NO_PAD.encode(pending.to_string())
    )
}

fn id_claims_with(name: &str, value: Value) -> Value {
    let mut claims = id_claims(now());
    claims["nonce"] = json!(NONCE);
    claims[name] = value;
    claims
}

fn good_id() -> String {
    FIRST.mint(&id_claims_with("nonce", json!(NONCE)))
}

fn access() -> String {
    FIRST.mint(&access_claims(now()))
}

fn token_answer(id: Option<&str>, access: &str, refresh: Option<&str>) -> ResponseTemplate {
    let mut answer = json!({ "access_token": access, "token_type": "Bearer", "expires_in": 3600 });
    if let Some(id) = id {
        answer["id_token"] = json!(id);
    }
    if let Some(refresh) = refresh {
        answer["refresh_token"] = json!(refresh);
    }
    ResponseTemplate::new(200).set_body_json(answer)
}

fn good_tokens() -> ResponseTemplate {
    token_answer(Some(&good_id()), &access(), Some("a-refresh-token"))
}

fn invalid_grant() -> ResponseTemplate {
    ResponseTemplate::new(400).set_body_json(json!({ "error": "invalid_grant" }))
}

/// Each way in which the pool may give no answer.
fn outages() -> Vec<ResponseTemplate> {
    vec![
        ResponseTemplate::new(500),
        ResponseTemplate::new(503).set_body_string("<html>busy</html>"),
        ResponseTemplate::new(429).set_body_json(json!({ "message": "Too many requests" })),
        ResponseTemplate::new(200).set_body_string("<html>sign in</html>"),
        ResponseTemplate::new(200).set_body_json(json!({ "id_token": "x" })),
    ]
}

/// The cookies that an answer sets, by name: the value and the attributes.
fn set_cookies(response: &Response<Body>) -> HashMap<String, (String, String)> {
    let lines = response.headers().get_all(SET_COOKIE).iter();
    let cookies = lines.map(|line| {
        let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
        let (value, attributes) = rest.split_once("; ").unwrap();
        (name.to_owned(), (value.to_owned(), attributes.to_owned()))
    });
    cookies.collect()
}

/// The names of the cookies that an answer sets and takes back, in order.
fn set_and_taken(response: &Response<Body>) -> (Vec<String>, Vec<String>) {
    let cookies = set_cookies(response);
    let of = |is_taken: bool| {
        let found = cookies
            .iter()
            .filter(|(_, (_, attributes))| attributes.ends_with("Max-Age=0") == is_taken);
        let mut names: Vec<String> = found.map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    };
    (of(false), of(true))
}

fn location(response: &Response<Body>) -> &str {
    assert_eq!(response.status().as_u16(), 302);
    response.headers()[LOCATION].to_str().unwrap()
}

fn assert_failure(response: &Response<Body>, status: u16, code: &str) -> Value {
    assert_eq!(response.status().as_u16(), status);
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(body["code"], code);
    body
}

const SESSION: &str = edge::http::cookies::SESSION;

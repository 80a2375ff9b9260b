//! The sign-in's routes against a pool that is really served.

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

#[tokio::test]
async fn a_login_leads_to_the_hosted_ui_with_all_that_the_callback_checks() {
    let pool = pool(good_tokens()).await;
    let begin = |method| {
        let request = request(method, "/api/v1/auth/login", "");
        response(pool.sign_in.begin(&request))
    };
    let (first, second) = (begin("GET"), begin("POST"));
    let address = url::Url::parse(location(&first)).unwrap();
    assert!(address.as_str().starts_with(&pool.server.uri()));
    assert_eq!(address.path(), "/oauth2/authorize");
    let query: HashMap<_, _> = address.query_pairs().into_owned().collect();
    let (cookie, attributes) = &set_cookies(&first)[cookies::LOGIN];
    let pending = URL_SAFE_NO_PAD.decode(cookie).unwrap();
    let pending: Value = serde_json::from_slice(&pending).unwrap();
    let verifier = oauth2::PkceCodeVerifier::new(pending["verifier"].as_str().unwrap().to_owned());
    let challenge = oauth2::PkceCodeChallenge::from_code_verifier_sha256(&verifier);

    assert_eq!(query["response_type"], "code");
    assert_eq!(query["client_id"], CLIENT_ID);
    assert_eq!(query["redirect_uri"], CALLBACK);
    assert_eq!(query["scope"], "openid email");
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!(query["code_challenge"], challenge.as_str());
    assert_eq!(query["state"], pending["state"]);
    assert_eq!(query["nonce"], pending["nonce"]);
    assert_eq!(pending["returnTo"], "/");
    assert!(attributes.ends_with("Path=/; Max-Age=600"), "{attributes}");
    for secret in ["state", "nonce", "verifier"] {
        let text = pending[secret].as_str().unwrap();
        assert!(text.len() >= 22, "{secret}: {text}");
        assert!(secret != "verifier" || !location(&first).contains(text));
        assert!(!location(&second).contains(text), "{secret} is used twice");
    }
}

#[tokio::test]
async fn a_login_returns_to_the_site_and_nowhere_else() {
    let pool = pool(good_tokens()).await;
    let begin = |path: &str| {
        let request = request("GET", &format!("/api/v1/auth/login?returnTo={path}"), "");
        response(pool.sign_in.begin(&request))
    };
    let (cookie, _) = &set_cookies(&begin("/films/7?a"))[cookies::LOGIN];
    let pending: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cookie).unwrap()).unwrap();
    assert_eq!(pending["returnTo"], "/films/7?a");
    for elsewhere in [
        "//evil.example",
        "https://evil.example",
        "/.//evil.example",
        "x",
        "",
    ] {
        let answer = begin(elsewhere);
        let body = assert_failure(&answer, 400, "VALIDATION_ERROR");
        assert_eq!(body["details"]["field"], "returnTo");
        assert!(set_cookies(&answer).is_empty());
    }
}

#[tokio::test]
async fn a_callback_makes_the_session_and_ends_the_sign_in() {
    let pool = pool(good_tokens()).await;
    let answer = pool
        .callback(&format!("code=a-code&state={STATE}"), &login_cookie())
        .await;
    assert_eq!(location(&answer), "/create?a=b");
    let (set, taken) = set_and_taken(&answer);
    assert_eq!(set, [SESSION, cookies::REFRESH]);
    assert_eq!(taken, [cookies::LOGIN]);
    let cookies = set_cookies(&answer);
    let (session, attributes) = &cookies[SESSION];
    assert_eq!(session, &access());
    assert!(attributes.ends_with("Path=/; Max-Age=3600"), "{attributes}");
    let (refresh, attributes) = &cookies[cookies::REFRESH];
    assert_eq!(refresh, "a-refresh-token");
    assert!(attributes.contains("; Path=/api/v1/auth; "), "{attributes}");

    let asked = pool.asked().await;
    let [(path, form)] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(path, "/oauth2/token");
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", "a-code"),
        ("code_verifier", VERIFIER),
        ("client_id", CLIENT_ID),
        ("redirect_uri", CALLBACK),
    ] {
        assert_eq!(form[name], value);
    }
}

/// What is not of the sign-in that began in this browser never reaches the pool.
#[tokio::test]
async fn a_callback_that_nobody_here_began_is_refused() {
    let pool = pool(good_tokens()).await;
    let good = format!("code=a-code&state={STATE}");
    let login = login_cookie();
    let (other, broken) = (
        format!("{}=e30", cookies::LOGIN),
        format!("{}=%%%", cookies::LOGIN),
    );
    let twice = format!("{login}; {login}");
    let elsewhere = json!({
        "state": STATE, "nonce": NONCE, "verifier": VERIFIER, "returnTo": "//evil.example",
    });
    let elsewhere = URL_SAFE_NO_PAD.encode(elsewhere.to_string());
    let elsewhere = format!("{}={elsewhere}", cookies::LOGIN);
    for (query, cookies, field) in [
        (good.as_str(), "", "state"),
        (&good, "__Host-logins=x", "state"),
        (&good, &other, "state"),
        (&good, &broken, "state"),
        (&good, &twice, "state"),
        (&good, &elsewhere, "state"),
        ("code=a-code&state=another", &login, "state"),
        ("code=a-code&state=", &login, "state"),
        ("code=a-code", &login, "state"),
        ("", &login, "state"),
        ("state=a-state", &login, "code"),
        ("error=access_denied&state=a-state", &login, "error"),
        (
            "error=access_denied&code=a-code&state=a-state",
            &login,
            "error",
        ),
        ("error=access_denied&state=another", &login, "state"),
    ] {
        let answer = pool.callback(query, cookies).await;
        let body = assert_failure(&answer, 400, "SIGN_IN_FAILED");
        assert_eq!(body["details"]["field"], field, "{query} {cookies}");
        assert_eq!(
            set_and_taken(&answer),
            (vec![], vec![cookies::LOGIN.to_owned()])
        );
    }
    assert!(pool.asked().await.is_empty());
}

#[tokio::test]
async fn a_code_that_the_pool_refuses_makes_no_session() {
    let pool = pool(invalid_grant()).await;
    let answer = pool
        .callback(&format!("code=used&state={STATE}"), &login_cookie())
        .await;
    assert_failure(&answer, 400, "SIGN_IN_FAILED");
    assert_eq!(
        set_and_taken(&answer),
        (vec![], vec![cookies::LOGIN.to_owned()])
    );
}

#[tokio::test]
async fn tokens_that_are_not_of_this_sign_in_make_no_session() {
    let mut other = access_claims(now());
    other["sub"] = json!("someone-else");
    let expired = id_claims_with("exp", json!(now().as_second()));
    for (what, id, access) in [
        ("no ID token", None, access()),
        ("no nonce", Some(FIRST.mint(&id_claims(now()))), access()),
        (
            "another nonce",
            Some(FIRST.mint(&id_claims_with("nonce", json!("x")))),
            access(),
        ),
        (
            "another's ID token",
            Some(FIRST.mint(&id_claims_with("sub", json!("x")))),
            access(),
        ),
        (
            "another's access token",
            Some(good_id()),
            FIRST.mint(&other),
        ),
        (
            "another client",
            Some(FIRST.mint(&id_claims_with("aud", json!("x")))),
            access(),
        ),
        (
            "another pool",
            Some(FIRST.mint(&id_claims_with("iss", json!("x")))),
            access(),
        ),
        ("expired", Some(FIRST.mint(&expired)), access()),
        ("an access token for an ID token", Some(access()), access()),
        (
            "a foreign key",
            Some(FOREIGN.mint(&id_claims_with("nonce", json!(NONCE)))),
            access(),
        ),
        ("nonsense", Some("x.y.z".to_owned()), access()),
        (
            "an access token of nobody",
            Some(good_id()),
            "x.y.z".to_owned(),
        ),
    ] {
        let pool = pool(token_answer(id.as_deref(), &access, Some("r"))).await;
        let answer = pool
            .callback(&format!("code=a-code&state={STATE}"), &login_cookie())
            .await;
        assert_failure(&answer, 400, "SIGN_IN_FAILED");
        assert_eq!(set_and_taken(&answer).0, [""; 0], "{what}");
    }
}

/// The code is not used up yet: the browser may come again with the same cookie.
#[tokio::test]
async fn while_the_pool_does_not_answer_a_sign_in_waits() {
    for outage in outages() {
        let pool = pool(outage).await;
        let answer = pool
            .callback(&format!("code=a-code&state={STATE}"), &login_cookie())
            .await;
        assert_failure(&answer, 503, "SERVICE_UNAVAILABLE");
        assert!(set_cookies(&answer).is_empty());
    }
}

#[tokio::test]
async fn a_pool_that_does_not_know_the_client_is_a_fault_of_ours() {
    let unknown = json!({ "error": "invalid_client" });
    let pool = pool(ResponseTemplate::new(400).set_body_json(unknown)).await;
    let answer = pool
        .callback(&format!("code=a-code&state={STATE}"), &login_cookie())
        .await;
    assert_failure(&answer, 500, "INTERNAL_ERROR");
}

#[tokio::test]
async fn a_token_that_no_browser_would_keep_makes_no_session() {
    let mut claims = access_claims(now());
    claims["cognito:groups"] = json!(vec!["g".repeat(100); 40]);
    let long = FIRST.mint(&claims);
    assert!(long.len() > cookies::MAX_ACCESS_TOKEN);
    let pool = pool(token_answer(Some(&good_id()), &long, None)).await;
    let answer = pool
        .callback(&format!("code=a-code&state={STATE}"), &login_cookie())
        .await;
    assert_failure(&answer, 500, "INTERNAL_ERROR");
    assert!(set_cookies(&answer).is_empty());
}

#[tokio::test]
async fn a_session_is_renewed_and_its_refresh_token_rotated() {
    let pool = pool(token_answer(None, &access(), Some("the-next"))).await;
    let cookie = format!("{}=the-first; theme=dark", cookies::REFRESH);
    let answer = pool.refresh(&cookie).await;
    assert_eq!(answer.status().as_u16(), 200);
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(body, json!({ "expiresIn": 3600 }));
    let set = set_cookies(&answer);
    assert_eq!(set[SESSION].0, access());
    assert_eq!(set[cookies::REFRESH].0, "the-next");
    let (_, form) = &pool.asked().await[0];
    assert_eq!(form["grant_type"], "refresh_token");
    assert_eq!(form["refresh_token"], "the-first");
    assert_eq!(form["client_id"], CLIENT_ID);
}

#[tokio::test]
async fn a_refresh_token_that_is_not_rotated_is_kept() {
    let pool = pool(token_answer(None, &access(), None)).await;
    let answer = pool.refresh(&format!("{}=r", cookies::REFRESH)).await;
    assert_eq!(set_and_taken(&answer), (vec![SESSION.to_owned()], vec![]));
}

#[tokio::test]
async fn a_revoked_refresh_token_ends_the_session() {
    let pool = pool(invalid_grant()).await;
    let answer = pool.refresh(&format!("{}=r", cookies::REFRESH)).await;
    assert_failure(&answer, 401, "UNAUTHORIZED");
    assert!(answer.headers().contains_key("www-authenticate"));
    let taken = vec![SESSION.to_owned(), cookies::REFRESH.to_owned()];
    assert_eq!(set_and_taken(&answer), (vec![], taken));
}

#[tokio::test]
async fn without_one_refresh_token_nothing_is_renewed() {
    let pool = pool(good_tokens()).await;
    for cookies in [
        "",
        "__Secure-refresh=",
        "__Secure-refresh=a; __Secure-refresh=b",
    ] {
        let answer = pool.refresh(cookies).await;
        assert_failure(&answer, 401, "UNAUTHORIZED");
        assert!(set_cookies(&answer).is_empty(), "{cookies}");
    }
    assert!(pool.asked().await.is_empty());
}

#[tokio::test]
async fn an_outage_of_the_pool_leaves_the_session_as_it_is() {
    for outage in outages() {
        let pool = pool(outage).await;
        let answer = pool.refresh(&format!("{}=r", cookies::REFRESH)).await;
        assert_failure(&answer, 503, "SERVICE_UNAVAILABLE");
        assert!(set_cookies(&answer).is_empty());
    }
}

#[tokio::test]
async fn a_logout_revokes_and_takes_the_cookies_back() {
    let pool = pool(good_tokens())
        .await
        .revokes(ResponseTemplate::new(200))
        .await;
    let answer = pool.logout(&format!("{}=r", cookies::REFRESH)).await;
    let place = format!(
        "{}/logout?client_id={CLIENT_ID}&logout_uri=https%3A%2F%2Fsite.example%2F",
        pool.server.uri()
    );
    assert_eq!(location(&answer), place);
    let taken = vec![SESSION.to_owned(), cookies::REFRESH.to_owned()];
    assert_eq!(set_and_taken(&answer), (vec![], taken));
    let (path, form) = &pool.asked().await[0];
    assert_eq!(path, "/oauth2/revoke");
    assert_eq!(
        (form["token"].as_str(), form["client_id"].as_str()),
        ("r", CLIENT_ID)
    );
}

#[tokio::test]
async fn a_program_that_logs_out_is_told_where_the_hosted_ui_does() {
    let pool = pool(good_tokens()).await;
    let mut request = request("POST", "/api/v1/auth/logout", "");
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(ACCEPT, json);
    let answer = response(pool.sign_in.end(&request).await);
    assert_eq!(answer.status().as_u16(), 200);
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    assert!(body["logoutUrl"].as_str().unwrap().contains("/logout?"));
    assert!(pool.asked().await.is_empty());
}

/// A session that looks ended and is not would be worse than one that is not.
#[tokio::test]
async fn a_logout_that_cannot_revoke_says_so_and_can_be_repeated() {
    let unable = json!({ "error": "unauthorized_client" });
    for (answer, status) in [
        (ResponseTemplate::new(500), 503),
        (ResponseTemplate::new(429), 503),
        (ResponseTemplate::new(400).set_body_json(unable), 500),
    ] {
        let pool = pool(good_tokens()).await.revokes(answer).await;
        let answer = pool.logout(&format!("{}=r", cookies::REFRESH)).await;
        assert_eq!(answer.status().as_u16(), status);
        assert!(set_cookies(&answer).is_empty());
    }
}

#[tokio::test]
async fn a_logout_with_a_useless_refresh_token_works() {
    let useless = json!({ "error": "unsupported_token_type" });
    let pool = pool(good_tokens()).await;
    let useless = ResponseTemplate::new(400).set_body_json(useless);
    let answer = pool.revokes(useless).await;
    let answer = answer.logout(&format!("{}=x", cookies::REFRESH)).await;
    assert_eq!(answer.status().as_u16(), 302);
    assert_eq!(set_and_taken(&answer).1.len(), 2);
}

#[tokio::test]
async fn a_pool_that_is_slow_is_not_waited_for() {
    let slow = good_tokens().set_delay(Duration::from_secs(30));
    let pool = pool(slow).await;
    let begun = std::time::Instant::now();
    let answer = pool.refresh(&format!("{}=r", cookies::REFRESH)).await;
    assert_failure(&answer, 503, "SERVICE_UNAVAILABLE");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

/// Errors are logged with their causes; an answer that cannot be read may hold tokens.
#[tokio::test]
async fn no_error_holds_what_the_pool_answered() {
    for body in [
        json!({ "access_token": "secret-1", "token_type": "Bearer", "expires_in": "secret-2" }),
        json!({ "access_token": ["secret-1"], "refresh_token": "secret-2" }),
    ] {
        let pool = pool(ResponseTemplate::new(200).set_body_json(body)).await;
        let cookie = format!("{}=secret-3", cookies::REFRESH);
        let request = request("POST", "/api/v1/auth/refresh", &cookie);
        let error = pool.sign_in.refresh(&request, now()).await.unwrap_err();
        let text = format!("{error:?}");
        assert!(!text.contains("secret"), "{text}");
    }
}

//! Whole routes: from the gateway's event to the response, over a served key set
//! and a served table.

mod anonymous;
mod cookies;
mod limits;

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::captured::Log;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use config::{RequestPath, SignIn};
use serde_json::{Value, json};
use testkit::requests::me;
use testkit::tokens::{CLIENT_ID, FIRST, ISSUER, SUBJECT, access_claims, key_set};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const LIMIT: u32 = 100;
const ANONYMOUS_LIMIT: u32 = 300;

struct Cloud(MockServer);

impl Cloud {
    /// Signs in by the first key; the table answers as told.
    async fn new(table: impl wiremock::Respond + 'static) -> Self {
        let cloud = Self::without_keys(table).await;
        Mock::given(path("/jwks.json"))
            .respond_with(ResponseTemplate::new(200).set_body_json(key_set(&[FIRST])))
            .mount(&cloud.0)
            .await;
        cloud
    }

    async fn without_keys(table: impl wiremock::Respond + 'static) -> Self {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .respond_with(table)
            .mount(&server)
            .await;
        Self(server)
    }

    fn authentication(&self) -> Authentication {
        let settings = RequestPath {
            sign_in: SignIn {
                issuer: ISSUER.to_owned(),
                client_id: CLIENT_ID.to_owned(),
                jwks_url: format!("{}/jwks.json", self.0.uri()),
            },
            rate_limit: LIMIT,
            anonymous_rate_limit: ANONYMOUS_LIMIT,
            origin_secret: Some("the-distribution's".to_owned()),
            database_url: self.0.uri(),
        };
        let dynamo = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(self.0.uri())
            .build();
        let usage = UsageTable::new(store::DynamoDb::from_conf(dynamo), "usage");
        let cross_site = CrossSite::new("https://site.example").unwrap();
        Authentication::new(&settings, cross_site, usage)
    }

    /// Answers of the route in front of this cloud.
    async fn ask<Handler, Answer>(&self, request: Request, handler: Handler) -> Response<Body>
    where
        Handler: Fn(Caller, Request) -> Answer + Clone + Send + Sync + 'static,
        Answer: Future<Output = Result<Reply, ApiError>> + Send + 'static,
    {
        let route = protected_route(
            "test",
            Metrics::start(),
            self.authentication(),
            with_caller(handler),
        );
        call(route, request).await
    }

    /// Answers of a route that takes callers with and without a token.
    async fn ask_optional(&self, request: Request) -> Response<Body> {
        let handler = with_viewer(says_who_perhaps);
        let route = optional_route("test", Metrics::start(), self.authentication(), handler);
        call(route, request).await
    }

    /// What the table was asked to do.
    async fn table_calls(&self) -> Vec<String> {
        let requests = self.0.received_requests().await.unwrap();
        requests
            .iter()
            .filter(|request| request.method == "POST")
            .map(|request| {
                let target = request.headers.get("x-amz-target").unwrap();
                target.to_str().unwrap().to_owned()
            })
            .collect()
    }
}

const ONE_UPDATE: [&str; 1] = ["DynamoDB_20120810.UpdateItem"];

/// The row with that many requests in the minute that is being counted.
fn row(request: &wiremock::Request, count: u32) -> Value {
    let body: Value = request.body_json().unwrap();
    let update = body["UpdateExpression"].as_str().unwrap();
    let (_, counter) = update.split_once("ADD #").unwrap();
    let (bucket, _) = counter.split_once(' ').unwrap();
    json!({ bucket: { "N": count.to_string() } })
}

fn counts(count: u32) -> impl wiremock::Respond {
    move |request: &wiremock::Request| {
        let attributes = row(request, count);
        ResponseTemplate::new(200).set_body_json(json!({ "Attributes": attributes }))
    }
}

fn refuses_to_count(count: u32) -> impl wiremock::Respond {
    move |request: &wiremock::Request| {
        ResponseTemplate::new(400).set_body_json(json!({
            "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
            "message": "The conditional request failed",
            "Item": row(request, count),
        }))
    }
}

fn fails_with(name: &str) -> ResponseTemplate {
    ResponseTemplate::new(400).set_body_json(json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"),
        "message": "arn:aws:dynamodb:eu-west-1:123456789012:table/usage",
    }))
}

fn signed_in() -> Request {
    let token = FIRST.mint(&access_claims(config::clock::now()));
    me(&[&format!("Bearer {token}")])
}

async fn says_who(caller: Caller, _: Request) -> Result<Reply, ApiError> {
    Reply::ok(&json!({ "userId": caller.user_id }))
}

async fn says_who_perhaps(viewer: Option<Caller>, _: Request) -> Result<Reply, ApiError> {
    Reply::ok(&json!({ "userId": viewer.map(|caller| caller.user_id) }))
}

fn body(response: &Response<Body>) -> Value {
    assert_eq!(header(response, "content-type"), Some("application/json"));
    serde_json::from_slice(response.body()).unwrap()
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

/// Checks the one shape every failure has; the time aside.
fn assert_failure(response: &Response<Body>, status: u16, error: &str, code: &str) {
    let mut body = body(response);
    let timestamp = body.as_object_mut().unwrap().remove("timestamp").unwrap();
    assert!(timestamp.as_str().unwrap().ends_with('Z'), "{timestamp}");
    assert_eq!(body, json!({ "error": error, "code": code, "details": {} }));
    assert_eq!(response.status().as_u16(), status);
    let cached = header(response, "cache-control");
    assert_eq!(cached, Some("no-store, must-revalidate"));
    let sniffed = header(response, "x-content-type-options");
    assert_eq!(sniffed, Some("nosniff"));
    let transport = header(response, "strict-transport-security");
    assert!(transport.is_some_and(|value| value.starts_with("max-age=")));
}

#[tokio::test]
async fn a_signed_in_request_passes_at_the_price_of_one_call() {
    let cloud = Cloud::new(counts(3)).await;
    let response = cloud.ask(signed_in(), says_who).await;
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(body(&response), json!({ "userId": SUBJECT }));
    assert_eq!(header(&response, "ratelimit-limit"), Some("100"));
    assert_eq!(header(&response, "ratelimit-remaining"), Some("97"));
    let reset: u64 = header(&response, "ratelimit-reset")
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&reset), "{reset}");
    assert_eq!(cloud.table_calls().await, ONE_UPDATE);
}

#[tokio::test]
async fn without_a_token_nothing_behind_the_gate_is_touched() {
    let cloud = Cloud::new(counts(1)).await;
    let handled = Arc::new(AtomicBool::new(false));
    let flag = handled.clone();
    let response = cloud
        .ask(me(&[]), move |caller, request| {
            flag.store(true, Ordering::SeqCst);
            says_who(caller, request)
        })
        .await;
    assert_failure(&response, 401, "Authentication required", "UNAUTHORIZED");
    assert_eq!(header(&response, "www-authenticate"), Some("Bearer"));
    assert_eq!(header(&response, "ratelimit-limit"), None);
    assert!(cloud.0.received_requests().await.unwrap().is_empty());
    assert!(!handled.load(Ordering::SeqCst));
}

#[tokio::test]
async fn two_tokens_joined_by_the_gateway_are_none() {
    let cloud = Cloud::new(counts(1)).await;
    let token = FIRST.mint(&access_claims(config::clock::now()));
    let bearer = format!("Bearer {token}");
    let response = cloud.ask(me(&[&bearer, &bearer]), says_who).await;
    assert_failure(&response, 401, "Invalid token", "UNAUTHORIZED");
    assert!(cloud.table_calls().await.is_empty());
}

#[tokio::test]
async fn without_keys_the_service_is_unavailable() {
    let cloud = Cloud::without_keys(counts(1)).await;
    let response = cloud.ask(signed_in(), says_who).await;
    assert_failure(&response, 503, "Service unavailable", "SERVICE_UNAVAILABLE");
    assert_eq!(header(&response, "retry-after"), Some("2"));
}

#[tokio::test]
async fn a_handlers_error_becomes_its_body() {
    let cloud = Cloud::new(counts(1)).await;
    let response = cloud
        .ask(signed_in(), async |_, _| Err(ApiError::NotFound("Job")))
        .await;
    assert_failure(&response, 404, "Job not found", "NOT_FOUND");
    assert_eq!(header(&response, "ratelimit-remaining"), Some("99"));
}

#[tokio::test]
async fn a_fault_of_ours_keeps_its_cause_to_itself() {
    let cloud = Cloud::new(counts(1)).await;
    let response = cloud
        .ask(signed_in(), async |_, _| {
            Err(ApiError::Internal("arn:aws:iam::123456789012".into()))
        })
        .await;
    assert_failure(&response, 500, "Internal server error", "INTERNAL_ERROR");
}

#[tokio::test]
async fn a_panic_is_a_500_with_a_fixed_text() {
    let cloud = Cloud::new(counts(1)).await;
    let later = cloud
        .ask(signed_in(), async |_, request| {
            tokio::task::yield_now().await;
            panic!("secret of {:?}", request.uri())
        })
        .await;
    assert_failure(&later, 500, "Internal server error", "INTERNAL_ERROR");

    fn at_once(_: Caller, _: Request) -> std::future::Ready<Result<Reply, ApiError>> {
        panic!("before there is anything to await")
    }
    let at_once = cloud.ask(signed_in(), at_once).await;
    assert_failure(&at_once, 500, "Internal server error", "INTERNAL_ERROR");
}

#[tokio::test]
async fn a_public_route_asks_for_nothing() {
    let route = |handler| public_route("test", Metrics::start(), innermost(handler));
    fn healthy(_: Request) -> std::future::Ready<Result<Reply, ApiError>> {
        std::future::ready(Reply::ok(&json!({ "status": "healthy" })))
    }
    let response = call(route(healthy), me(&[])).await;
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(body(&response), json!({ "status": "healthy" }));
    assert_eq!(header(&response, "ratelimit-limit"), None);
}

#[tokio::test]
async fn the_first_request_of_an_environment_is_a_cold_start() {
    let (log, _capturing) = Log::capture();
    let handler = innermost(|_| async { Reply::ok(&json!({})) });
    let route = public_route("test", Metrics::start(), handler);
    for _ in 0..2 {
        call(route.clone(), me(&[])).await;
    }
    assert_eq!(log.cold_starts("request"), [json!(true), Value::Null]);
}

#[tokio::test]
async fn the_log_names_the_caller_and_not_the_token() {
    let (log, _capturing) = Log::capture();
    let cloud = Cloud::new(counts(1)).await;
    let token = FIRST.mint(&access_claims(config::clock::now()));
    cloud.ask(me(&[&format!("Bearer {token}")]), says_who).await;
    let forged = format!("{token}AAAA");
    cloud
        .ask(me(&[&format!("Bearer {forged}")]), says_who)
        .await;

    let text = log.text();
    assert!(text.contains(SUBJECT) && text.contains("token refused"));
    for part in token.split('.') {
        assert!(!text.contains(part), "part of the token was logged");
    }
}

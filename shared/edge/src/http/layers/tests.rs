//! Whole routes: from the gateway's event to the response, over a served key set
//! and a served table.

mod cookies;

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
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

    /// Answers of a route that needs nobody to be signed in.
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
async fn beyond_the_limit_the_handler_is_not_reached() {
    for table in [
        Box::new(counts(LIMIT + 1)) as Box<dyn wiremock::Respond>,
        Box::new(refuses_to_count(LIMIT + 1)),
    ] {
        let cloud = Cloud::new(move |request: &wiremock::Request| table.respond(request)).await;
        let response = cloud
            .ask(signed_in(), async |_, _| panic!("it was reached"))
            .await;
        assert_failure(&response, 429, "Rate limit exceeded", "RATE_LIMIT_EXCEEDED");
        assert_eq!(header(&response, "ratelimit-limit"), Some("100"));
        assert_eq!(header(&response, "ratelimit-remaining"), Some("0"));
        let wait = header(&response, "retry-after").unwrap();
        assert_eq!(header(&response, "ratelimit-reset"), Some(wait));
        assert!((1..=120).contains(&wait.parse::<u64>().unwrap()), "{wait}");
        assert_eq!(cloud.table_calls().await, ONE_UPDATE);
    }
}

/// Who waits for the table while the handler has yet to begin would wait for ever here: the
/// table answers when the handler has begun.
#[tokio::test]
async fn a_handler_that_only_reads_works_while_the_request_is_counted() {
    let begun = Arc::new(AtomicBool::new(false));
    let has_begun = begun.clone();
    let cloud = Cloud::new(move |request: &wiremock::Request| {
        if has_begun.load(Ordering::SeqCst) {
            wiremock::Respond::respond(&counts(7), request)
        } else {
            ResponseTemplate::new(500)
        }
    })
    .await;
    let reads = async |route: Authentication| {
        let begun = begun.clone();
        begun.store(false, Ordering::SeqCst);
        let handler = with_caller(move |caller, request| {
            begun.store(true, Ordering::SeqCst);
            says_who(caller, request)
        });
        let route = protected_route("test", Metrics::start(), route, handler);
        call(route, signed_in()).await.status().as_u16()
    };
    assert_eq!(reads(cloud.authentication().for_reading()).await, 200);
    assert_eq!(reads(cloud.authentication()).await, 503);
}

/// Not even that there is something to be read.
#[tokio::test]
async fn who_is_refused_is_told_nothing_of_what_was_read_meanwhile() {
    let cloud = Cloud::new(refuses_to_count(LIMIT + 1)).await;
    for answer in [
        Reply::ok(&json!({ "secret": 1 })),
        Err(ApiError::NotFound("Job")),
    ] {
        let answer = Arc::new(std::sync::Mutex::new(Some(answer)));
        let handler = with_caller(move |_, _| {
            let answer = answer.lock().unwrap().take().unwrap();
            async move { answer }
        });
        let route = cloud.authentication().for_reading();
        let route = protected_route("test", Metrics::start(), route, handler);
        let response = call(route, signed_in()).await;
        assert_failure(&response, 429, "Rate limit exceeded", "RATE_LIMIT_EXCEEDED");
    }
}

#[tokio::test]
async fn what_is_fetched_beforehand_the_first_request_does_not_wait_for() {
    let cloud = Cloud::new(counts(1)).await;
    let authentication = cloud.authentication();
    authentication.warm_up().await;
    let handler = with_caller(says_who);
    let route = protected_route("test", Metrics::start(), authentication, handler);
    assert_eq!(call(route, signed_in()).await.status().as_u16(), 200);
    let requests = cloud.0.received_requests().await.unwrap();
    let paths: Vec<&str> = requests.iter().map(|request| request.url.path()).collect();
    assert_eq!(
        paths.iter().filter(|path| **path == "/jwks.json").count(),
        1
    );
    assert_eq!(paths.last(), Some(&"/"), "the table is asked last");
}

#[tokio::test]
async fn a_function_begins_though_nothing_can_be_fetched_beforehand() {
    let cloud = Cloud::without_keys(counts(1)).await;
    cloud.authentication().warm_up().await;
}

#[tokio::test]
async fn a_table_that_fails_lets_nobody_through() {
    for (name, status, error, code) in [
        (
            "ThrottlingException",
            503,
            "Service unavailable",
            "SERVICE_UNAVAILABLE",
        ),
        (
            "ProvisionedThroughputExceededException",
            503,
            "Service unavailable",
            "SERVICE_UNAVAILABLE",
        ),
        (
            "AccessDeniedException",
            500,
            "Database unavailable",
            "INTERNAL_ERROR",
        ),
    ] {
        let cloud = Cloud::new(fails_with(name)).await;
        let response = cloud
            .ask(signed_in(), async |_, _| panic!("it was reached"))
            .await;
        assert_failure(&response, status, error, code);
        let waits = header(&response, "retry-after").is_some();
        assert_eq!(waits, status == 503, "{name}");
    }
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
async fn the_log_names_the_caller_and_not_the_token() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    // With one subscriber alive, `tracing` asks the thread that comes by first
    // whether an event is wanted: another test's, which wants none. Not with two.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());

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

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl tracing_subscriber::fmt::MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn who_sends_no_token_is_nobody_and_counted_by_address() {
    let cloud = Cloud::without_keys(counts(1)).await;
    let response = cloud.ask_optional(me(&[])).await;
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(body(&response), json!({ "userId": null }));
    assert_eq!(header(&response, "ratelimit-limit"), Some("300"));
    assert_eq!(header(&response, "ratelimit-remaining"), Some("299"));
    assert_eq!(cloud.table_calls().await, ONE_UPDATE);
    let asked = cloud.0.received_requests().await.unwrap();
    let update: Value = asked[0].body_json().unwrap();
    assert_eq!(update["Key"]["userId"]["S"], "address 203.0.113.7");

    let cloud = Cloud::without_keys(refuses_to_count(ANONYMOUS_LIMIT + 1)).await;
    let refused = cloud.ask_optional(me(&[])).await;
    assert_failure(&refused, 429, "Rate limit exceeded", "RATE_LIMIT_EXCEEDED");
    assert!(header(&refused, "retry-after").is_some());
}

/// Behind the site's distribution all come from its addresses.
#[tokio::test]
async fn a_viewers_address_is_believed_of_the_sites_distribution_alone() {
    const VIEWER: &str = "2001:db8:1:2::3";
    for (secret, counted) in [
        (Some("the-distribution's"), "address 2001:db8:1:2::/64"),
        (Some("a guess"), "address 203.0.113.7"),
        (None, "address 203.0.113.7"),
    ] {
        let cloud = Cloud::without_keys(counts(1)).await;
        let mut request = me(&[]);
        let headers = request.headers_mut();
        headers.insert("x-viewer-address", VIEWER.parse().unwrap());
        if let Some(secret) = secret {
            headers.insert("x-origin-secret", secret.parse().unwrap());
        }
        cloud.ask_optional(request).await;
        let asked = cloud.0.received_requests().await.unwrap();
        let update: Value = asked[0].body_json().unwrap();
        assert_eq!(update["Key"]["userId"]["S"], counted, "{secret:?}");
    }
}

#[tokio::test]
async fn who_sends_a_token_is_known_and_counted() {
    let cloud = Cloud::new(counts(1)).await;
    let response = cloud.ask_optional(signed_in()).await;
    assert_eq!(body(&response), json!({ "userId": SUBJECT }));
    assert_eq!(header(&response, "ratelimit-remaining"), Some("99"));
    assert_eq!(cloud.table_calls().await, ONE_UPDATE);

    let cloud = Cloud::new(refuses_to_count(LIMIT + 1)).await;
    let response = cloud.ask_optional(signed_in()).await;
    assert_eq!(response.status().as_u16(), 429);
}

#[tokio::test]
async fn a_bad_token_is_refused_where_none_would_do() {
    let cloud = Cloud::new(counts(1)).await;
    for header in ["Bearer nonsense", "Bearer ", "", "nonsense"] {
        let response = cloud.ask_optional(me(&[header])).await;
        assert_eq!(response.status().as_u16(), 401, "{header:?}");
    }
    let two = cloud.ask_optional(me(&["Bearer a", "Bearer b"])).await;
    assert_eq!(two.status().as_u16(), 401);
    assert_eq!(cloud.table_calls().await, [""; 0]);
}

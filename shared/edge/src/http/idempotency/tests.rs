use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use lambda_http::{Context, http};
use serde_json::json;
use store::testing::Tables;

use super::super::layers::innermost;
use super::super::testing::user;
use super::*;

/// How long an invocation may run.
const TIME_LIMIT: i64 = 15_000;

/// One route that creates, at a time that the test sets.
struct World {
    tables: Tables,
    idempotency: Idempotency,
    now: Arc<AtomicI64>,
    calls: Arc<AtomicUsize>,
    made: Arc<Mutex<Vec<Creation>>>,
}

impl World {
    fn new() -> Self {
        let now = Arc::new(AtomicI64::new(1_795_176_000_000));
        let time = now.clone();
        let tables = Tables::default();
        Self {
            idempotency: Idempotency {
                table: IdempotencyTable::new(tables.client(), "idempotency"),
                clock: Clock::new(move || Time::from_millisecond(time.load(SeqCst))),
            },
            tables,
            now,
            calls: Arc::default(),
            made: Arc::default(),
        }
    }

    fn request(&self, user_id: &str, key: &[u8], body: &str) -> Request {
        let request = http::Request::builder()
            .header(HEADER, key)
            .body(Body::Text(body.to_owned()))
            .unwrap();
        let mut context = Context::default();
        context.deadline = u64::try_from(self.now.load(SeqCst) + TIME_LIMIT).unwrap();
        let mut request = request.with_lambda_context(context);
        request.extensions_mut().insert(user(user_id));
        request
    }

    /// The route; its handler notes what it makes and answers with its number.
    fn route(&self, endpoint: &'static str, status: u16) -> Route {
        let (calls, made) = (self.calls.clone(), self.made.clone());
        let handler = innermost(move |request: Request| {
            let (calls, made) = (calls.clone(), made.clone());
            async move {
                let number = calls.fetch_add(1, SeqCst);
                tokio::task::yield_now().await;
                made.lock().unwrap().push(Creation::of(&request));
                match status {
                    202 => Reply::accepted(&json!({ "number": number })),
                    400 => Err(ApiError::InvalidRequest {
                        constraint: "other",
                    }),
                    409 => Err(ApiError::Conflict("Taken")),
                    _ => Err(ApiError::Internal("broken".into())),
                }
            }
        });
        answer_once(endpoint, self.idempotency.clone()).layer(handler)
    }

    async fn ask(&self, status: u16, user_id: &str, key: &str, body: &str) -> Response<Body> {
        let request = self.request(user_id, key.as_bytes(), body);
        call(self.route("create", status), request).await
    }

    fn calls(&self) -> usize {
        self.calls.load(SeqCst)
    }

    fn wait(&self, milliseconds: i64) {
        self.now.fetch_add(milliseconds, SeqCst);
    }

    /// A holder that dies within the handler.
    async fn die(&self, body: &str) {
        let died = innermost(|_| std::future::pending::<Result<Reply, ApiError>>());
        let route = answer_once("create", self.idempotency.clone()).layer(died);
        let request = self.request("user", b"key", body);
        let answer = tokio::time::timeout(Duration::from_millis(50), call(route, request)).await;
        assert!(answer.is_err());
    }
}

fn code(response: &Response<Body>) -> (u16, String) {
    let bytes: &[u8] = response.body();
    let body: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    let code = body["code"].as_str().unwrap_or_default().to_owned();
    (response.status().as_u16(), code)
}

fn is_replayed(response: &Response<Body>) -> bool {
    response.headers().contains_key(REPLAYED)
}

#[tokio::test]
async fn a_repeated_request_has_the_first_answer_and_is_marked() {
    let world = World::new();
    let first = world.ask(202, "user", "key", "{\"a\":1}").await;
    world.wait(23 * 3_600_000);
    let second = world.ask(202, "user", "key", "{ \"a\": 1 }").await;
    assert_eq!(world.calls(), 1);
    assert_eq!(first.status(), second.status());
    assert_eq!(first.body(), second.body());
    assert!(!is_replayed(&first) && is_replayed(&second));
    for (name, value) in first.headers() {
        assert_eq!(second.headers().get(name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn after_a_day_a_key_is_new() {
    let world = World::new();
    world.ask(202, "user", "key", "{}").await;
    world.wait(24 * 3_600_000);
    let second = world.ask(202, "user", "key", "[]").await;
    assert_eq!((world.calls(), is_replayed(&second)), (2, false));
    let made = world.made.lock().unwrap();
    assert!(made[0].id != made[1].id && !made[1].is_repeated);
}

#[tokio::test]
async fn of_fifty_at_once_one_is_handled() {
    let world = World::new();
    let asks = (0..50).map(|_| world.ask(202, "user", "key", "{}"));
    let answers = join_all(asks).await;
    assert_eq!(world.calls(), 1);
    let mut accepted = 0;
    for answer in &answers {
        match code(answer) {
            (202, _) => accepted += 1,
            (409, code) => {
                assert_eq!(code, "IDEMPOTENCY_IN_FLIGHT");
                assert_eq!(answer.headers()["retry-after"], "1");
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(accepted >= 1);
    let last = world.ask(202, "user", "key", "{}").await;
    assert!(is_replayed(&last));
}

#[tokio::test]
async fn a_key_stands_for_one_body_and_one_thing_of_one_user_on_one_route() {
    let world = World::new();
    world.ask(202, "user", "key", "{}").await;
    let other_body = world.ask(202, "user", "key", "[]").await;
    assert_eq!(code(&other_body), (422, "IDEMPOTENCY_MISMATCH".to_owned()));
    let mut of_another_thing = world.request("user", b"key", "{}");
    *of_another_thing.uri_mut() = "/api/v1/jobs/b/scenes/2/regenerate".parse().unwrap();
    let another_thing = call(world.route("create", 202), of_another_thing).await;
    let mismatch = (422, "IDEMPOTENCY_MISMATCH".to_owned());
    assert_eq!(code(&another_thing), mismatch);
    let other_user = world.ask(202, "other", "key", "[]").await;
    let request = world.request("user", b"key", "[]");
    let other_route = call(world.route("another", 202), request).await;
    for answer in [other_user, other_route] {
        assert_eq!((code(&answer).0, is_replayed(&answer)), (202, false));
    }
    assert_eq!(world.calls(), 3);
}

#[tokio::test]
async fn a_refusal_consumes_no_key() {
    let world = World::new();
    assert_eq!(world.ask(400, "user", "key", "[]").await.status(), 400);
    assert!(world.tables.under("idempotency", "").is_empty());
    assert_eq!(world.ask(202, "user", "key", "{}").await.status(), 202);
}

#[tokio::test]
async fn after_a_failure_the_same_thing_is_made_under_the_same_id() {
    for status in [409, 500] {
        let world = World::new();
        assert_eq!(
            world.ask(status, "user", "key", "{}").await.status(),
            status
        );
        world.wait(1);
        assert_eq!(world.ask(202, "user", "key", "{}").await.status(), 202);
        let made = world.made.lock().unwrap();
        assert_eq!(made[0].id, made[1].id);
        assert!(!made[0].is_repeated && made[1].is_repeated);
    }
}

#[tokio::test]
async fn the_key_of_a_dead_holder_is_free_after_its_time_limit() {
    let world = World::new();
    world.die("{}").await;
    world.wait(TIME_LIMIT + 1_999);
    let early = world.ask(202, "user", "key", "{}").await;
    assert_eq!(code(&early), (409, "IDEMPOTENCY_IN_FLIGHT".to_owned()));
    world.wait(1);
    assert_eq!(world.ask(202, "user", "key", "{}").await.status(), 202);
    assert!(world.made.lock().unwrap()[0].is_repeated);
    assert!(is_replayed(&world.ask(202, "user", "key", "{}").await));
}

#[tokio::test]
async fn of_many_that_take_a_dead_holders_key_over_one_is_handled() {
    let world = World::new();
    world.die("{}").await;
    world.wait(TIME_LIMIT + 2_000);
    join_all((0..20).map(|_| world.ask(202, "user", "key", "{}"))).await;
    assert_eq!(world.calls(), 1);
}

#[tokio::test]
async fn an_answer_that_cannot_be_kept_is_given() {
    let world = World::new();
    world.tables.outage().begin_after(1);
    assert_eq!(world.ask(202, "user", "key", "{}").await.status(), 202);
    world.tables.outage().end();
    world.wait(TIME_LIMIT + 2_000);
    world.ask(202, "user", "key", "{}").await;
    let made = world.made.lock().unwrap();
    assert_eq!(made[0].id, made[1].id);
}

#[tokio::test]
async fn without_the_table_nothing_is_created() {
    let world = World::new();
    world.tables.outage().begin_after(0);
    let refused = world.ask(202, "user", "key", "{}").await;
    assert!(refused.status().is_server_error());
    assert_eq!(world.calls(), 0);
}

#[tokio::test]
async fn a_malformed_key_is_refused_and_none_is_none() {
    let world = World::new();
    let malformed = world.ask(202, "user", "a b", "{}").await;
    assert_eq!(code(&malformed), (400, "VALIDATION_ERROR".to_owned()));
    let mut twice = world.request("user", b"key", "{}");
    twice
        .headers_mut()
        .append(HEADER, http::HeaderValue::from_static("key"));
    let twice = call(world.route("create", 202), twice).await;
    assert_eq!(twice.status(), 400);
    let mut without = world.request("user", b"key", "{}");
    without.headers_mut().remove(HEADER);
    let without = call(world.route("create", 202), without).await;
    assert_eq!((without.status().as_u16(), world.calls()), (202, 1));
    assert!(world.tables.under("idempotency", "").is_empty());
}

#[tokio::test]
async fn a_dry_run_uses_no_key_up() {
    let world = World::new();
    let dry_run = || {
        let request = world.request("user", b"key", "{}");
        request.with_query_string_parameters(HashMap::from([(
            DRY_RUN.to_owned(),
            vec!["true".to_owned()],
        )]))
    };
    for _ in 0..2 {
        call(world.route("create", 202), dry_run()).await;
    }
    assert_eq!(world.calls(), 2);
    let created = world.ask(202, "user", "key", "{}").await;
    assert!(!is_replayed(&created));
    assert_eq!(world.calls(), 3);
}

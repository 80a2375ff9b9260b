use std::time::Instant;

use super::*;
use testkit::tokens::{ELLIPTIC, FIRST, SECOND, SigningKey, key_set};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

fn at(seconds: u64) -> Time {
    Time::from_millisecond(1_795_176_000_000).after(Duration::from_secs(seconds))
}

async fn serve(server: &MockServer, answer: ResponseTemplate) {
    server.reset().await;
    Mock::given(any()).respond_with(answer).mount(server).await;
}

fn document(keys: &[SigningKey]) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(key_set(keys))
}

async fn started(answer: ResponseTemplate) -> (MockServer, KeySet) {
    let server = MockServer::start().await;
    serve(&server, answer).await;
    let keys = KeySet::new(&server.uri());
    (server, keys)
}

/// Requests since the answer was last set.
async fn fetches(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

async fn has(keys: &KeySet, id: &str, now: Time) -> bool {
    keys.find(id, now).await.unwrap().is_some()
}

#[tokio::test]
async fn keys_are_fetched_once_and_kept_for_an_hour() {
    let (server, keys) = started(document(&[FIRST, SECOND])).await;
    for second in 0..3599 {
        assert!(has(&keys, "first", at(second)).await);
    }
    assert!(has(&keys, "second", at(3599)).await);
    assert_eq!(fetches(&server).await, 1);
    assert!(has(&keys, "first", at(3600)).await);
    assert_eq!(fetches(&server).await, 2);
}

#[tokio::test]
async fn keys_that_were_fetched_beforehand_are_not_fetched_again() {
    let (server, keys) = started(document(&[FIRST])).await;
    keys.warm_up(at(0)).await;
    assert!(has(&keys, "first", at(3599)).await);
    assert_eq!(fetches(&server).await, 1);
}

/// No request is refused because the keys were not there a moment earlier.
#[tokio::test]
async fn what_failed_beforehand_is_tried_by_the_first_who_asks() {
    let (server, keys) = started(ResponseTemplate::new(503)).await;
    keys.warm_up(at(0)).await;
    serve(&server, document(&[FIRST])).await;
    assert!(has(&keys, "first", at(0)).await);
}

#[tokio::test]
async fn a_rotated_key_costs_one_more_fetch() {
    let (server, keys) = started(document(&[FIRST])).await;
    assert!(has(&keys, "first", at(0)).await);
    serve(&server, document(&[FIRST, SECOND])).await;

    for second in 60..70 {
        assert!(has(&keys, "second", at(second)).await);
        assert!(has(&keys, "first", at(second)).await);
    }
    assert_eq!(fetches(&server).await, 1);
}

#[tokio::test]
async fn a_withdrawn_key_is_gone_with_the_next_fetch() {
    let (server, keys) = started(document(&[FIRST, SECOND])).await;
    assert!(has(&keys, "second", at(0)).await);
    serve(&server, document(&[FIRST])).await;
    assert!(!has(&keys, "second", at(3600)).await);
}

#[tokio::test]
async fn a_thousand_unknown_ids_fetch_once_a_cooldown() {
    let (server, keys) = started(document(&[FIRST])).await;
    assert!(has(&keys, "first", at(0)).await);
    serve(&server, document(&[FIRST])).await;

    let a_second = at(60);
    for number in 0..1000 {
        let now = a_second.after(Duration::from_millis(number));
        assert!(!has(&keys, &format!("unknown-{number}"), now).await);
    }
    assert_eq!(fetches(&server).await, 1);

    for number in 0..1000 {
        let now = at(120).after(Duration::from_millis(number * 60));
        assert!(!has(&keys, &format!("unknown-{number}"), now).await);
    }
    assert!(fetches(&server).await <= 1 + 6);
}

#[tokio::test]
async fn kept_keys_serve_on_for_a_day_while_the_endpoint_is_down() {
    let (server, keys) = started(document(&[FIRST])).await;
    assert!(has(&keys, "first", at(0)).await);
    serve(&server, ResponseTemplate::new(500)).await;

    assert!(has(&keys, "first", at(2 * 3600)).await);
    assert!(!has(&keys, "unknown", at(2 * 3600 + 60)).await);
    assert!(has(&keys, "first", at(23 * 3600)).await);
    assert!(keys.find("first", at(24 * 3600)).await.is_err());
}

#[tokio::test]
async fn an_endpoint_down_at_the_start_is_asked_again_after_the_cooldown() {
    let (server, keys) = started(ResponseTemplate::new(503)).await;
    for millisecond in 0..100 {
        let now = at(0).after(Duration::from_millis(millisecond));
        assert!(keys.find("first", now).await.is_err());
    }
    assert_eq!(fetches(&server).await, 1);
    serve(&server, document(&[FIRST])).await;
    assert!(has(&keys, "first", at(1)).await);
}

#[tokio::test]
async fn nobody_listening_is_an_error() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let keys = KeySet::new(&format!("http://{address}/"));
    let error = keys.find("first", at(0)).await.unwrap_err();
    assert!(
        matches!(error, JwksError::Fetch(FetchError::Connection(_))),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_slow_endpoint_is_cut_off() {
    let slow = document(&[FIRST]).set_delay(Duration::from_secs(30));
    let (_server, keys) = started(slow).await;
    let begun = Instant::now();
    let error = keys.find("first", at(0)).await.unwrap_err();
    assert!(
        matches!(error, JwksError::Fetch(FetchError::TimedOut)),
        "{error:?}"
    );
    assert!(begun.elapsed() < FETCH_LIMIT + Duration::from_secs(1));
}

#[tokio::test]
async fn a_large_body_is_cut_off() {
    let large = ResponseTemplate::new(200).set_body_bytes(vec![b' '; 10_000_000]);
    let (_server, keys) = started(large).await;
    let error = keys.find("first", at(0)).await.unwrap_err();
    assert!(
        matches!(error, JwksError::Fetch(FetchError::TooLarge(_))),
        "{error:?}"
    );
}

#[tokio::test]
async fn what_is_no_key_set_does_not_replace_one() {
    let html = ResponseTemplate::new(200).set_body_string("<html>sign in</html>");
    let moved = ResponseTemplate::new(302).insert_header("location", "http://127.0.0.1:9/");
    let empty = ResponseTemplate::new(200).set_body_json(serde_json::json!({ "keys": [] }));
    let (server, keys) = started(document(&[FIRST])).await;
    assert!(has(&keys, "first", at(0)).await);

    for (hour, answer) in [html, moved, empty].into_iter().enumerate() {
        serve(&server, answer.clone()).await;
        assert!(has(&keys, "first", at(3600 * (hour as u64 + 1))).await);
        assert_eq!(fetches(&server).await, 1);
        let fresh = KeySet::new(&server.uri());
        assert!(fresh.find("first", at(0)).await.is_err());
    }
}

#[tokio::test]
async fn keys_of_other_kinds_are_passed_over() {
    let mut set = key_set(&[ELLIPTIC, FIRST]);
    for strange in [
        serde_json::json!({ "kty": "AKP", "kid": "new", "alg": "ML-DSA-65", "pub": "AA" }),
        serde_json::json!({ "kty": "RSA", "kid": "half", "n": "AQAB" }),
        serde_json::json!({ "kty": "RSA", "kid": "garbled", "n": "!", "e": "AQAB" }),
        serde_json::json!({ "kty": "oct", "kid": "secret", "k": "AAAA" }),
    ] {
        set["keys"].as_array_mut().unwrap().insert(0, strange);
    }
    let (_server, keys) = started(ResponseTemplate::new(200).set_body_json(set)).await;
    assert!(has(&keys, "first", at(0)).await);
    for id in ["elliptic", "new", "half", "garbled", "secret"] {
        assert!(!has(&keys, id, at(0)).await, "{id}");
    }
}

#[tokio::test]
async fn parallel_callers_share_one_fetch() {
    let slowly = document(&[FIRST]).set_delay(Duration::from_millis(200));
    let (server, keys) = started(slowly).await;
    let callers = (0..50).map(|_| has(&keys, "first", at(0)));
    let found = futures_util::future::join_all(callers).await;
    assert!(found.into_iter().all(|found| found));
    assert_eq!(fetches(&server).await, 1);
}

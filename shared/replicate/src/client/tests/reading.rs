//! Tests of what only reads: get, cancel, list and the secret.

use super::*;

#[tokio::test]
async fn reads_are_repeated_and_cancels_too() {
    for (verb, route) in [
        ("GET", "/v1/predictions/abc123"),
        ("POST", "/v1/predictions/abc123/cancel"),
    ] {
        let server = MockServer::start().await;
        Mock::given(method(verb))
            .respond_with(problem(503, json!({})))
            .up_to_n_times(2)
            .mount(&server)
            .await;
        Mock::given(method(verb))
            .and(path(route))
            .respond_with(problem(200, running()))
            .mount(&server)
            .await;
        let client = client(&server);
        let result = if verb == "GET" {
            client.get("abc123").await
        } else {
            client.cancel("abc123").await
        };
        assert_eq!(result.unwrap().id, "abc123");
        assert_eq!(
            server.received_requests().await.unwrap().len(),
            3,
            "{route}"
        );
    }
}

#[tokio::test]
async fn an_id_cannot_walk_to_another_path() {
    let server = MockServer::start().await;
    for id in ["", "..", "a/cancel", "a?x", "a%2fb"] {
        assert!(
            matches!(client(&server).get(id).await, Err(Error::NotFound)),
            "{id}"
        );
        assert!(
            matches!(client(&server).cancel(id).await, Err(Error::NotFound)),
            "{id}"
        );
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_list_goes_on_to_its_last_page() {
    let server = MockServer::start().await;
    let next = format!("{}/v1/predictions?cursor=2", server.uri());
    Mock::given(query_param("created_after", "2026-11-20T10:00:00Z"))
        .and(path("/v1/predictions"))
        .respond_with(problem(
            200,
            json!({"next": next, "previous": null, "results": [running()]}),
        ))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(query_param("cursor", "2"))
        .and(header_exists("authorization"))
        .respond_with(problem(
            200,
            json!({"next": null, "results": [running(), running()]}),
        ))
        .expect(1)
        .mount(&server)
        .await;
    let since = "2026-11-20T10:00:00Z".parse().unwrap();
    assert_eq!(
        client(&server)
            .list_created_since(since)
            .await
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test]
async fn a_list_without_end_is_read_for_ten_pages() {
    let server = MockServer::start().await;
    let answer = |_: &Request| {
        problem(
            200,
            json!({"next": "/v1/predictions?cursor=again", "results": [running()]}),
        )
    };
    Mock::given(method("GET"))
        .respond_with(answer)
        .expect(10)
        .mount(&server)
        .await;
    assert_eq!(
        client(&server)
            .list_created_since(Timestamp::UNIX_EPOCH)
            .await
            .unwrap()
            .len(),
        10
    );
}

#[tokio::test]
async fn the_token_does_not_follow_a_page_elsewhere() {
    let (server, elsewhere) = (MockServer::start().await, MockServer::start().await);
    let next = format!("{}/v1/predictions?cursor=2", elsewhere.uri());
    let page = problem(200, json!({"next": next, "results": []}));
    Mock::given(method("GET"))
        .respond_with(page)
        .mount(&server)
        .await;
    let error = client(&server)
        .list_created_since(Timestamp::UNIX_EPOCH)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Malformed(_)), "{error:?}");
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_webhook_secret_is_fetched() {
    let server = MockServer::start().await;
    let answer = problem(200, json!({"key": "whsec_AAAA"}));
    Mock::given(path("/v1/webhooks/default/secret"))
        .respond_with(answer)
        .mount(&server)
        .await;
    assert_eq!(
        client(&server)
            .webhook_secret()
            .await
            .unwrap()
            .expose_secret(),
        "whsec_AAAA"
    );
}

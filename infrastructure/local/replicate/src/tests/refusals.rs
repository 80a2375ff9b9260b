//! Error bodies, word for word.

use super::harness::start;
use reqwest::Method;
use serde_json::{Value, json};

const SCENE: &str = "bytedance/seedance-1-pro-fast";

#[tokio::test]
async fn without_the_token_nothing_is_answered() {
    let server = start(|_| {}).await;
    for (method, path) in [
        (Method::GET, "/v1/account"),
        (Method::GET, "/v1/predictions"),
        (Method::POST, "/v1/predictions"),
        (Method::GET, "/v1/no/such/route"),
    ] {
        let wrong = server.anonymous(method.clone(), path).bearer_auth("other");
        let response = wrong.send().await.unwrap();
        assert_eq!(response.status(), 401, "{path}");
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
        let body: Value = response.json().await.unwrap();
        assert_eq!(
            body,
            json!({
                "title": "Unauthenticated",
                "detail": "You did not pass a valid authentication token",
                "status": 401,
            })
        );
    }
    let legacy = server
        .anonymous(Method::GET, "/v1/account")
        .header("authorization", "Token local-token");
    assert_eq!(legacy.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn unknown_things_are_404() {
    let server = start(|_| {}).await;
    for path in [
        "/v1/predictions/nothing",
        "/v1/models/no/model",
        "/v1/nothing",
        "/v1/files/nothing",
        "/outputs/nothing/output.mp4",
    ] {
        let response = server.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), 404, "{path}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(
            body,
            json!({"detail": "The requested resource could not be found.", "status": 404})
        );
    }
    let response = server.create("no/model", &json!({"input": {}})).await;
    assert_eq!(response.status(), 404);
}

#[tokio::test]
async fn input_is_refused_by_the_pinned_schema() {
    let server = start(|_| {}).await;
    let input = json!({"prompt": "refused", "aspect_ratio": "2:1", "duration": 99, "size": 1});
    let response = server.create(SCENE, &json!({"input": input})).await;
    assert_eq!(response.status(), 422);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["title"], "Input validation failed");
    assert_eq!(body["status"], 422);
    let detail = body["detail"].as_str().unwrap();
    assert!(
        detail
            .contains("- input.aspect_ratio: aspect_ratio must be one of the following: \"16:9\""),
        "{detail}"
    );
    let mut kinds: Vec<&str> = body["invalid_fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["type"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        ["additional_property_not_allowed", "enum", "number_lte"]
    );
    let counted = server.creates("refused").await;
    assert_eq!(
        counted,
        json!({"paid": 0, "attempted": 1, "predictions": []})
    );
}

#[tokio::test]
async fn bodies_of_the_wrong_shape_are_refused() {
    let server = start(|_| {}).await;
    let post = async |body: &str| {
        let request = server.request(Method::POST, "/v1/predictions");
        let response = request.body(body.to_owned()).send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json::<Value>().await.unwrap())
    };
    assert_eq!(post("{nonsense").await.0, 400);
    assert_eq!(post("[]").await.0, 400);
    let (status, body) = post(r#"{"model": "a/b", "input": {}}"#).await;
    assert_eq!(status, 422);
    assert_eq!(
        body["detail"],
        "- Additional property model is not allowed\n"
    );
    let (_, body) = post(r#"{"input": {}}"#).await;
    assert_eq!(body["invalid_fields"][0]["type"], "required");
    let (_, body) = post(r#"{"version": "a/b"}"#).await;
    assert_eq!(body["detail"], "- input is required\n");
    let (status, body) = post(r#"{"version": "no version", "input": {}}"#).await;
    assert_eq!(status, 422);
    assert_eq!(
        body,
        json!({
            "title": "Invalid version or not permitted",
            "detail": "The specified version does not exist (or perhaps you don't have permission to use it?)",
            "status": 422,
        })
    );
}

#[tokio::test]
async fn webhooks_and_deadlines_are_checked() {
    let server = start(|_| {}).await;
    for (webhook, events) in [
        ("http://example.com/", json!(["start"])),
        ("https://example.com/", json!(["sometimes"])),
    ] {
        let body =
            json!({"input": {"prompt": "x"}, "webhook": webhook, "webhook_events_filter": events});
        assert_eq!(
            server.create("openai/gpt-5-mini", &body).await.status(),
            422
        );
    }
    for (wish, status) in [
        ("4s", 422),
        ("25h", 422),
        ("soon", 422),
        ("1m", 201),
        ("90", 201),
    ] {
        let request = server
            .request(Method::POST, "/v1/models/openai/gpt-5-mini/predictions")
            .header("cancel-after", wish)
            .json(&json!({"input": {"prompt": "x"}}));
        assert_eq!(request.send().await.unwrap().status(), status, "{wish}");
    }
}

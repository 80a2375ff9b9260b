//! Lists, models, versions, files, streams.

use super::harness::start;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

const SCENE: &str = "bytedance/seedance-1-pro-fast";

#[tokio::test]
async fn lists_come_in_pages_of_a_hundred() {
    let server = start(|_| {}).await;
    let mut ids = Vec::new();
    for number in 0..105 {
        let created = server.create_text(&format!("owl {number}")).await;
        let created: Value = created.json().await.unwrap();
        ids.push(created["id"].clone());
    }
    let first = server.get("/v1/predictions").await;
    assert_eq!(first["results"].as_array().unwrap().len(), 100);
    assert_eq!(first["results"][0]["id"], ids[104]);
    assert_eq!(first["previous"], Value::Null);
    let next = first["next"].as_str().unwrap();
    assert!(next.starts_with(&server.origin));
    let second = server.get(next).await;
    assert_eq!(second["results"].as_array().unwrap().len(), 5);
    assert_eq!(second["results"][4]["id"], ids[0]);
    assert_eq!(second["next"], Value::Null);
    let back = server.get(second["previous"].as_str().unwrap()).await;
    assert_eq!(back["results"][0]["id"], ids[104]);
}

#[tokio::test]
async fn lists_are_filtered_by_time() {
    let server = start(|_| {}).await;
    server.create_text("early").await;
    let middle: Value = server.create_text("middle").await.json().await.unwrap();
    server.create_text("late").await;
    let moment: Timestamp = middle["created_at"].as_str().unwrap().parse().unwrap();
    let prompts = async |query: String| {
        let page = server.get(&format!("/v1/predictions?{query}")).await;
        let results = page["results"].as_array().unwrap().clone();
        let prompt = |result: &Value| result["input"]["prompt"].as_str().unwrap().to_owned();
        results.iter().map(prompt).collect::<Vec<_>>()
    };
    assert_eq!(
        prompts(format!("created_after={moment}")).await,
        ["late", "middle"]
    );
    assert_eq!(prompts(format!("created_before={moment}")).await, ["early"]);
    let nonsense = server.request(Method::GET, "/v1/predictions?created_after=yesterday");
    assert_eq!(nonsense.send().await.unwrap().status(), 422);
}

#[tokio::test]
async fn a_version_carries_the_schemas() {
    let server = start(|_| {}).await;
    let model = server.get(&format!("/v1/models/{SCENE}")).await;
    assert_eq!(model["owner"], "bytedance");
    let version = model["latest_version"]["id"].as_str().unwrap();
    let version = server
        .get(&format!("/v1/models/{SCENE}/versions/{version}"))
        .await;
    let schemas = &version["openapi_schema"]["components"]["schemas"];
    assert_eq!(schemas["Output"]["format"], "uri");
    assert_eq!(schemas["Input"]["properties"]["duration"]["maximum"], 12);
    let versions = server.get(&format!("/v1/models/{SCENE}/versions")).await;
    assert_eq!(versions["results"][0], version);
    let text = server.get("/v1/models/openai/gpt-5-mini").await;
    let output = &text["latest_version"]["openapi_schema"]["components"]["schemas"]["Output"];
    assert_eq!(output["x-cog-array-display"], "concatenate");
}

#[tokio::test]
async fn files_are_kept_shown_downloaded_and_deleted() {
    let server = start(|_| {}).await;
    let form = "--edge\r\nContent-Disposition: form-data; name=\"content\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--edge\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{\"scene\": 3}\r\n--edge--\r\n";
    let upload = server
        .request(Method::POST, "/v1/files")
        .header("content-type", "multipart/form-data; boundary=edge")
        .body(form);
    let response = upload.send().await.unwrap();
    assert_eq!(response.status(), 201);
    let file: Value = response.json().await.unwrap();
    assert_eq!(file["name"], "a.txt");
    assert_eq!(file["size"], 5);
    assert_eq!(file["metadata"], json!({"scene": 3}));
    assert_eq!(
        file["checksums"]["sha256"],
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    );
    let url = file["urls"]["get"].as_str().unwrap();
    assert_eq!(server.get(url).await["id"], file["id"]);
    assert_eq!(
        server.get("/v1/files").await["results"][0]["id"],
        file["id"]
    );
    let link = file["download_url"].as_str().unwrap();
    let download = async |link: &str| server.anonymous(Method::GET, link).send().await.unwrap();
    assert_eq!(download(link).await.text().await.unwrap(), "hello");
    assert_eq!(download(&format!("{link}x")).await.status(), 401);
    let deleted = server.request(Method::DELETE, url).send().await.unwrap();
    assert_eq!(deleted.status(), 204);
    let gone = server.request(Method::GET, url).send().await.unwrap();
    assert_eq!(gone.status(), 404);
}

#[tokio::test]
async fn a_stream_gives_the_pieces_and_then_done() {
    let server = start(|_| {}).await;
    let created: Value = server
        .create_text("An owl, 2 scenes")
        .await
        .json()
        .await
        .unwrap();
    let url = created["urls"]["stream"].as_str().unwrap();
    let stream = server.anonymous(Method::GET, url).send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let text = stream.text().await.unwrap();
    assert!(text.contains("event: output"), "{text}");
    assert!(text.trim_end().ends_with("event: done\ndata: {}"), "{text}");
}

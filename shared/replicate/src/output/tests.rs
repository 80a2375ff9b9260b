use std::path::PathBuf;

use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::Http;

const SMALL: Limits = Limits {
    max_bytes: 1000,
    content_types: &["video/", "audio/", "application/octet-stream"],
    stall: Duration::from_millis(300),
    total: Duration::from_secs(5),
};

struct Target {
    _directory: TempDir,
    file: PathBuf,
}

fn target() -> Target {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("scene.mp4");
    Target {
        _directory: directory,
        file,
    }
}

async fn fetch(
    url: &str,
    hosts: &str,
    limits: &Limits,
) -> (Result<Downloaded, DownloadError>, Option<Vec<u8>>) {
    let target = target();
    let hosts = OutputHosts::parse(hosts).unwrap();
    let result = download(
        &Http::new().unwrap(),
        &Url::parse(url).unwrap(),
        &hosts,
        limits,
        &target.file,
    )
    .await;
    (result, std::fs::read(&target.file).ok())
}

fn video(bytes: usize) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(vec![7; bytes], "video/mp4; codecs=avc1")
}

async fn served(answer: ResponseTemplate) -> (MockServer, String) {
    let server = MockServer::start().await;
    Mock::given(path("/a.mp4"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let url = format!("{}/a.mp4", server.uri());
    (server, url)
}

/// A server that answers one request with exactly these bytes; `hold` keeps
/// the connection open afterwards.
async fn raw(head: &'static str, body: Vec<u8>, hold: bool) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
        // The client may hang up in the middle: that is what is tested.
        let _ = stream.write_all(head.as_bytes()).await;
        let _ = stream.write_all(&body).await;
        if hold {
            let _ = stream.read(&mut request).await;
        }
    });
    (origin, task)
}

#[tokio::test]
async fn a_file_is_fetched_without_the_token() {
    let (server, url) = served(video(1000)).await;
    let (result, file) = fetch(&url, &server.uri(), &SMALL).await;
    assert_eq!(
        result.unwrap(),
        Downloaded {
            bytes: 1000,
            content_type: "video/mp4".to_owned()
        }
    );
    assert_eq!(file.unwrap(), vec![7; 1000]);
    assert!(
        server.received_requests().await.unwrap()[0]
            .headers
            .get("authorization")
            .is_none()
    );
}

#[tokio::test]
async fn every_refusal_has_its_meaning_and_leaves_nothing() {
    let html = ResponseTemplate::new(200).set_body_raw("<html>", "text/html");
    for (answer, name, retryable) in [
        (ResponseTemplate::new(404), "Gone", false),
        (ResponseTemplate::new(410), "Gone", false),
        (ResponseTemplate::new(403), "Refused { status: 403 }", false),
        (ResponseTemplate::new(503), "Refused { status: 503 }", true),
        (
            ResponseTemplate::new(206).set_body_raw("x", "video/mp4"),
            "Refused { status: 206 }",
            false,
        ),
        (html, "WrongContentType", false),
        (video(1001), "TooLarge", false),
        (video(0), "Empty", false),
        (ResponseTemplate::new(302), "BadRedirect", false),
    ] {
        let (server, url) = served(answer).await;
        let (result, file) = fetch(&url, &server.uri(), &SMALL).await;
        let error = result.unwrap_err();
        assert!(
            format!("{error:?}").starts_with(name),
            "{error:?} is not {name}"
        );
        assert_eq!(error.is_retryable(), retryable, "{error:?}");
        assert_eq!(file, None, "{name}");
    }
}

#[tokio::test]
async fn a_file_that_does_not_tell_its_size_is_cut_at_the_limit() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\nconnection: close\r\n\r\n";
    let (origin, task) = raw(head, vec![7; 8 << 20], false).await;
    let (result, file) = fetch(&format!("{origin}/a.mp4"), &origin, &SMALL).await;
    assert!(
        matches!(result, Err(DownloadError::TooLarge { max_bytes: 1000 })),
        "{result:?}"
    );
    assert_eq!(file, None);
    task.abort();
}

#[tokio::test]
async fn a_file_that_ends_early_is_interrupted() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: 900\r\n\r\n";
    let (origin, task) = raw(head, vec![7; 100], false).await;
    let (result, file) = fetch(&format!("{origin}/a.mp4?secret=1"), &origin, &SMALL).await;
    let error = result.unwrap_err();
    assert!(
        matches!(error, DownloadError::Interrupted(_)) && error.is_retryable(),
        "{error:?}"
    );
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    assert_eq!(file, None);
    task.await.unwrap();
}

#[tokio::test]
async fn a_file_that_stops_coming_is_given_up() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: 900\r\n\r\n";
    for (head, body) in [("", vec![]), (head, vec![7; 100])] {
        let (origin, task) = raw(head, body, true).await;
        let (result, file) = fetch(&format!("{origin}/a.mp4"), &origin, &SMALL).await;
        let error = result.unwrap_err();
        assert!(
            matches!(error, DownloadError::Stalled) && error.is_retryable(),
            "{error:?}"
        );
        assert_eq!(file, None);
        task.abort();
    }
}

#[tokio::test]
async fn a_file_without_a_type_is_a_stream_of_bytes() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n";
    let (origin, task) = raw(head, vec![7; 5], false).await;
    let (result, _) = fetch(&format!("{origin}/a.mp4"), &origin, &SMALL).await;
    assert_eq!(result.unwrap().content_type, "application/octet-stream");
    task.await.unwrap();
}

#[tokio::test]
async fn a_refused_connection_may_be_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (result, _) = fetch(&format!("{origin}/a.mp4"), &origin, &SMALL).await;
    assert!(result.unwrap_err().is_retryable());
}

#[tokio::test]
async fn redirects_are_followed_within_the_list_three_times() {
    let (server, url) = served(video(10)).await;
    let hop = |to: &str| ResponseTemplate::new(302).insert_header("location", to);
    for (from, to) in [("/3", "/a.mp4"), ("/2", "/3"), ("/1", "/2"), ("/0", "/1")] {
        Mock::given(path(from))
            .respond_with(hop(to))
            .mount(&server)
            .await;
    }
    assert_eq!(url, format!("{}/a.mp4", server.uri()));
    let (three, _) = fetch(&format!("{}/1", server.uri()), &server.uri(), &SMALL).await;
    assert_eq!(three.unwrap().bytes, 10);
    let (four, _) = fetch(&format!("{}/0", server.uri()), &server.uri(), &SMALL).await;
    assert!(matches!(four, Err(DownloadError::BadRedirect)), "{four:?}");
}

#[tokio::test]
async fn a_redirect_out_of_the_list_is_not_followed() {
    let (elsewhere, other_url) = served(video(10)).await;
    for to in [
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        other_url.as_str(),
    ] {
        let (server, url) = served(ResponseTemplate::new(302).insert_header("location", to)).await;
        let (result, file) = fetch(&url, &server.uri(), &SMALL).await;
        assert!(
            matches!(result, Err(DownloadError::HostNotAllowed { .. })),
            "{to}: {result:?}"
        );
        assert_eq!(file, None);
    }
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[test]
fn only_what_the_list_names_is_covered() {
    let list = "https://replicate.delivery, https://*.replicate.delivery,http://127.0.0.1:9999";
    let hosts = OutputHosts::parse(list).unwrap();
    for (url, covered) in [
        ("https://replicate.delivery/a.mp4", true),
        ("https://pbxt.replicate.delivery/a.mp4", true),
        ("https://a.b.replicate.delivery/a.mp4", true),
        ("https://REPLICATE.delivery:443/a.mp4", true),
        ("http://127.0.0.1:9999/a.mp4", true),
        ("http://127.0.0.1:9998/a.mp4", false),
        ("https://127.0.0.1:9999/a.mp4", false),
        ("http://replicate.delivery/a.mp4", false),
        ("https://replicate.delivery:8443/a.mp4", false),
        ("https://evilreplicate.delivery/a.mp4", false),
        ("https://.replicate.delivery/a.mp4", false),
        ("https://replicate.delivery.evil.org/a.mp4", false),
        ("https://replicate.delivery@evil.org/a.mp4", false),
        ("https://user:word@replicate.delivery/a.mp4", false),
        ("https://replicate.delivery./a.mp4", false),
        ("http://2130706433:9999/a.mp4", true),
        ("http://169.254.169.254/a.mp4", false),
        ("http://[::1]:9999/a.mp4", false),
        ("file:///a.mp4", false),
        ("ftp://replicate.delivery/a.mp4", false),
    ] {
        let url = Url::parse(url).unwrap();
        assert_eq!(hosts.check(&url).is_ok(), covered, "{url}");
    }
}

#[test]
fn what_is_no_origin_is_told() {
    for list in [
        "replicate.delivery",
        "https://replicate.delivery/path",
        "https://user@replicate.delivery",
        "https://*.com",
        "https://*",
        "http://*.replicate.delivery",
        "https://a.*.replicate.delivery",
        "ftp://replicate.delivery",
        "https://replicate.delivery,nonsense",
    ] {
        assert!(OutputHosts::parse(list).is_err(), "{list}");
    }
    assert_eq!(
        OutputHosts::parse("")
            .map(|hosts| hosts.check(&Url::parse("https://a.b").unwrap()).is_ok()),
        Ok(false)
    );
}

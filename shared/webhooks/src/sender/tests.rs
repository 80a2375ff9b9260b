use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tokio::net::TcpListener;
use wiremock::matchers::{body_string, header, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::signature::new_secret;

fn local() -> Targets {
    Targets::parse("http://127.0.0.1:*").unwrap()
}

async fn send(sender: &Sender, url: &str) -> Result<Delivered, SendError> {
    let secrets = [new_secret().unwrap()];
    let request = Request {
        url,
        id: "event",
        timestamp: 1_795_176_000,
        body: b"{}",
        secrets: &secrets,
    };
    sender.send(&request).await
}

async fn answered(template: ResponseTemplate) -> Result<Delivered, SendError> {
    let server = MockServer::start().await;
    let mock = Mock::given(method("POST")).respond_with(template);
    server.register(mock.expect(1)).await;
    send(&Sender::new(local()).unwrap(), &server.uri()).await
}

#[tokio::test]
async fn an_event_is_posted_with_its_signed_headers() {
    let server = MockServer::start().await;
    let mock = Mock::given(method("POST"))
        .and(header("webhook-id", "event"))
        .and(header("webhook-timestamp", "1795176000"))
        .and(header("content-type", "application/json"))
        .and(body_string("{}"))
        .respond_with(ResponseTemplate::new(204));
    server.register(mock.expect(1)).await;
    let sender = Sender::new(local()).unwrap();
    assert_eq!(send(&sender, &server.uri()).await.unwrap().status, 204);
    let request = &server.received_requests().await.unwrap()[0];
    let agent = request.headers["user-agent"].to_str().unwrap();
    assert!(agent.starts_with("OmniGen-Webhooks/"), "{agent}");
    let signature = request.headers["webhook-signature"].to_str().unwrap();
    assert!(signature.starts_with("v1,"), "{signature}");
}

#[tokio::test]
async fn only_2xx_is_success_and_a_redirect_is_not_followed() {
    for status in [200, 201, 299] {
        assert!(answered(ResponseTemplate::new(status)).await.is_ok());
    }
    for status in [400, 404, 410, 429, 500, 503] {
        let refused = answered(ResponseTemplate::new(status)).await.unwrap_err();
        assert!(matches!(refused, SendError::Refused { .. }), "{refused}");
        assert_eq!(refused.status(), Some(status));
        assert_eq!(refused.retry_after(), None);
    }
    let busy = ResponseTemplate::new(429).insert_header("retry-after", "7");
    let refused = answered(busy).await.unwrap_err();
    assert_eq!(refused.retry_after(), Some(Duration::from_secs(7)));
    let elsewhere = MockServer::start().await;
    for status in [301, 302, 307, 308] {
        let template = ResponseTemplate::new(status);
        let template = template.insert_header("location", elsewhere.uri());
        let refused = answered(template).await.unwrap_err();
        assert!(matches!(refused, SendError::Redirected { .. }), "{refused}");
    }
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

/// A listener that counts who connects.
async fn listener() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = connections.clone();
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counter.fetch_add(1, SeqCst);
        }
    });
    (port, connections)
}

/// A resolver whose answers come one after the other, the last one for good.
fn answering(answers: &'static [&'static str]) -> (PublicResolver, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let resolver = PublicResolver::new(move |_| {
        let number = counter.fetch_add(1, SeqCst).min(answers.len() - 1);
        let found: Vec<IpAddr> = answers[number]
            .split(' ')
            .map(|address| address.parse().unwrap())
            .collect();
        async move { Ok(found) }
    });
    (resolver, asked)
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_not_connected_to() {
    let (port, connections) = listener().await;
    for answers in [
        &["127.0.0.1"][..],
        &["169.254.169.254"],
        &["10.0.0.1 192.168.0.1"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["fd00::1 64:ff9b::7f00:1"],
    ] {
        let (resolver, asked) = answering(answers);
        let sender = Sender::resolving(Targets::default(), resolver).unwrap();
        let sent = send(&sender, &format!("https://rebound.example.com:{port}/")).await;
        let refused = sent.unwrap_err();
        assert!(
            matches!(refused, SendError::PrivateAddress),
            "{answers:?}: {refused:?}"
        );
        assert_eq!(asked.load(SeqCst), 1);
    }
    assert_eq!(connections.load(SeqCst), 0);
}

/// Public when it is first looked at, private from then on: each request looks once, and
/// is connected to what was looked at.
#[tokio::test]
async fn a_name_that_turns_private_behind_the_look_leads_nowhere() {
    let (port, connections) = listener().await;
    let (resolver, asked) = answering(&["1.1.1.1", "127.0.0.1"]);
    let sender = Sender::resolving(Targets::default(), resolver).unwrap();
    let url = format!("https://rebound.example.com:{port}/");
    // No answer comes from there; that it is not our listener is what counts.
    let first = tokio::time::timeout(Duration::from_millis(500), send(&sender, &url)).await;
    assert!(!matches!(first, Ok(Ok(_) | Err(SendError::PrivateAddress))));
    assert_eq!(asked.load(SeqCst), 1);
    let refused = send(&sender, &url).await.unwrap_err();
    assert!(matches!(refused, SendError::PrivateAddress), "{refused:?}");
    assert_eq!((asked.load(SeqCst), connections.load(SeqCst)), (2, 0));
}

#[tokio::test]
async fn a_url_that_breaks_a_rule_is_refused_before_anything_is_asked() {
    let (resolver, asked) = answering(&["1.1.1.1"]);
    let sender = Sender::resolving(Targets::default(), resolver).unwrap();
    for url in ["http://example.com/", "https://10.0.0.1/", "https://[::1]/"] {
        let refused = send(&sender, url).await.unwrap_err();
        assert!(matches!(refused, SendError::Target(_)), "{url}");
    }
    assert_eq!(asked.load(SeqCst), 0);
}

#[tokio::test]
async fn a_receiver_that_hangs_up_was_not_reached_and_its_url_stays_out_of_the_error() {
    let (port, _) = listener().await;
    let url = format!("http://127.0.0.1:{port}/hook?token=secret");
    let error = send(&Sender::new(local()).unwrap(), &url)
        .await
        .unwrap_err();
    assert!(matches!(error, SendError::NotReached(_)), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("secret"));
}

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::*;

const TEST_ROOT: &[u8] = include_bytes!("fixtures/test-only-root.pem");
const SERVER: &[u8] = include_bytes!("fixtures/test-only-server.pem");
const SERVER_KEY: &[u8] = include_bytes!("fixtures/test-only-server.key.pem");
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";

/// An HTTPS server with a certificate of the test's root; gives its port.
async fn serve() -> u16 {
    let key = PrivateKeyDer::from_pem_slice(SERVER_KEY).unwrap();
    let chain = vec![CertificateDer::from_pem_slice(SERVER).unwrap()];
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // A client that does not trust the certificate hangs up.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut request = [0; 1024];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            stream.write_all(ANSWER).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    port
}

fn cause(error: &FetchError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

#[tokio::test]
async fn a_certificate_of_a_trusted_root_is_accepted() {
    let url = format!("https://127.0.0.1:{}/", serve().await);
    let body = get(&connector(TEST_ROOT), &url, 2).await.unwrap();
    assert_eq!(body, b"ok");
}

#[tokio::test]
async fn a_document_larger_than_allowed_is_refused() {
    let url = format!("https://127.0.0.1:{}/", serve().await);
    let error = get(&connector(TEST_ROOT), &url, 1).await.unwrap_err();
    assert!(matches!(error, FetchError::TooLarge(1)), "{error:?}");
}

#[tokio::test]
async fn a_certificate_of_any_other_root_is_refused() {
    let url = format!("https://127.0.0.1:{}/", serve().await);
    let error = get(&connector(ROOTS), &url, 2).await.unwrap_err();
    assert!(matches!(error, FetchError::Connection(_)), "{error:?}");
    let cause = cause(&error);
    assert!(cause.contains("UnknownIssuer"), "{cause}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let url = format!("https://127.0.0.2:{}/", serve().await);
    let error = get(&connector(TEST_ROOT), &url, 2).await.unwrap_err();
    assert!(matches!(error, FetchError::Connection(_)), "{error:?}");
}

#[test]
fn the_roots_are_the_five_of_amazon_trust_services() {
    let names = String::from_utf8_lossy(ROOTS);
    let names: Vec<&str> = names
        .lines()
        .filter_map(|line| line.strip_prefix("# CN="))
        .filter_map(|line| line.split(',').next())
        .collect();
    assert_eq!(
        names,
        [
            "Amazon Root CA 1",
            "Amazon Root CA 2",
            "Amazon Root CA 3",
            "Amazon Root CA 4",
            "Starfield Services Root Certificate Authority - G2",
        ]
    );
    assert_eq!(CertificateDer::pem_slice_iter(ROOTS).flatten().count(), 5);
}

//! HTTP to AWS's endpoints and to nothing else.

use std::sync::LazyLock;
use std::time::Duration;

use ::http::header::CONTENT_TYPE;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::HttpError;
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// How long a connection may take to stand.
pub(super) const CONNECT_LIMIT: Duration = Duration::from_secs(2);

/// The roots that every endpoint of AWS, Cognito's included, has its
/// certificate from: the five that Amazon Trust Services names for custom trust
/// stores. The sovereign cloud in Europe and the regions in China are other
/// partitions and may need others.
const ROOTS: &[u8] = include_bytes!("http/amazon-roots.pem");

/// Made when the first request needs it, one pool for all clients.
static CONNECTOR: LazyLock<SharedHttpConnector> = LazyLock::new(|| connector(ROOTS));

/// The process's connections.
#[derive(Debug)]
pub(super) struct Connections;

impl HttpClient for Connections {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        CONNECTOR.clone()
    }
}

fn connector(roots: &[u8]) -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder()
        .connect_timeout(CONNECT_LIMIT)
        .build();
    // It cannot fail today; the machine's own roots would do as well.
    let tls = TlsContext::builder()
        .with_trust_store(TrustStore::empty().with_pem_certificate(roots))
        .build()
        .unwrap_or_default();
    let connector = Connector::builder()
        .connector_settings(settings)
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls)
        .build();
    SharedHttpConnector::new(connector)
}

/// Why a document could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address is none.
    #[error("the address is malformed")]
    Address(#[source] HttpError),
    /// No connection, or it broke before the answer.
    #[error("the endpoint could not be asked")]
    Connection(#[source] ConnectorError),
    /// Any status but 2xx; a redirect is not followed.
    #[error("the endpoint answered {0}")]
    Status(u16),
    /// The document was not there in time.
    #[error("the endpoint was too slow")]
    TimedOut,
    /// The document is larger than it may be.
    #[error("the document is larger than {0} bytes")]
    TooLarge(usize),
    /// The connection broke within the document.
    #[error("the document broke off")]
    Body(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A document of at most `max_bytes` from an endpoint of AWS's, in at most
/// `limit`.
///
/// # Errors
///
/// [`FetchError`]: no answer in time, or another status than success.
pub async fn fetch(url: &str, limit: Duration, max_bytes: usize) -> Result<Vec<u8>, FetchError> {
    tokio::time::timeout(limit, get(&CONNECTOR, url, max_bytes))
        .await
        .unwrap_or(Err(FetchError::TimedOut))
}

/// Opens the connection to an endpoint of AWS's that the first call would have to wait for.
/// That it cannot be opened is that call's to find out.
pub async fn open(url: &str) {
    if let Err(error) = fetch(url, CONNECT_LIMIT, 1024).await {
        tracing::debug!(error = %error, "no connection yet");
    }
}

async fn get(
    connector: &SharedHttpConnector,
    url: &str,
    max_bytes: usize,
) -> Result<Vec<u8>, FetchError> {
    let request = HttpRequest::get(url).map_err(FetchError::Address)?;
    let response = connector
        .call(request)
        .await
        .map_err(FetchError::Connection)?;
    if !response.status().is_success() {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    body(response, max_bytes).await
}

async fn body(response: HttpResponse, max_bytes: usize) -> Result<Vec<u8>, FetchError> {
    match Limited::new(response.into_body(), max_bytes)
        .collect()
        .await
    {
        Ok(body) => Ok(body.to_bytes().to_vec()),
        Err(error) if error.is::<LengthLimitError>() => Err(FetchError::TooLarge(max_bytes)),
        Err(error) => Err(FetchError::Body(error)),
    }
}

/// The answer, whatever its status, of an endpoint of AWS's that is asked once: of its
/// headers only the type of the body, and of that at most `max_bytes`, in at most `limit`.
///
/// # Errors
///
/// [`FetchError`]: no answer in time.
pub async fn send(
    request: ::http::Request<Vec<u8>>,
    limit: Duration,
    max_bytes: usize,
) -> Result<::http::Response<Vec<u8>>, FetchError> {
    tokio::time::timeout(limit, ask(&CONNECTOR, request, max_bytes))
        .await
        .unwrap_or(Err(FetchError::TimedOut))
}

async fn ask(
    connector: &SharedHttpConnector,
    request: ::http::Request<Vec<u8>>,
    max_bytes: usize,
) -> Result<::http::Response<Vec<u8>>, FetchError> {
    let request = HttpRequest::try_from(request.map(Into::into)).map_err(FetchError::Address)?;
    let response = connector
        .call(request)
        .await
        .map_err(FetchError::Connection)?;
    let mut answer = ::http::Response::new(Vec::new());
    if let Ok(status) = response.status().as_u16().try_into() {
        *answer.status_mut() = status;
    }
    let content_type = response.headers().get(CONTENT_TYPE.as_str());
    if let Some(Ok(value)) = content_type.map(::http::HeaderValue::from_str) {
        answer.headers_mut().insert(CONTENT_TYPE, value);
    }
    *answer.body_mut() = body(response, max_bytes).await?;
    Ok(answer)
}

#[cfg(test)]
mod tests;

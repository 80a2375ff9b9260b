//! A place to stop after each call: a scheduler of interleavings goes on from
//! there with another function, or ends this one.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use aws_smithy_mocks::create_mock_http_client;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

type Stop = dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync;

/// What is waited for after a call took effect and before its answer comes.
/// Nothing, by default.
#[derive(Clone, Default)]
pub struct Pause(Option<Arc<Stop>>);

impl fmt::Debug for Pause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pause")
    }
}

impl Pause {
    /// Waits for what `stop` answers.
    pub fn new<Stopped>(stop: impl Fn() -> Stopped + Send + Sync + 'static) -> Self
    where
        Stopped: Future<Output = ()> + Send + 'static,
    {
        Self(Some(Arc::new(move || Box::pin(stop()))))
    }

    /// Waits.
    pub async fn wait(&self) {
        if let Some(stop) = &self.0 {
            stop().await;
        }
    }

    pub(super) fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(Pausing {
            pause: self.clone(),
            client: create_mock_http_client(),
        })
    }
}

#[derive(Debug)]
struct Pausing {
    pause: Pause,
    client: SharedHttpClient,
}

impl HttpClient for Pausing {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(PausingConnector {
            pause: self.pause.clone(),
            connector: self.client.http_connector(settings, components),
        })
    }
}

#[derive(Debug)]
struct PausingConnector {
    pause: Pause,
    connector: SharedHttpConnector,
}

impl HttpConnector for PausingConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (pause, connector) = (self.pause.clone(), self.connector.clone());
        HttpConnectorFuture::new(async move {
            pause.wait().await;
            connector.call(request).await
        })
    }
}

//! The HTTP client for everything at the provider.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);

/// Sends requests: connect within 5 s, done within 30 s unless a call says
/// otherwise, and no redirect followed unseen. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Http {
    pub(crate) client: Client,
    #[cfg(feature = "testing")]
    memory: Option<memory::Memory>,
}

impl Http {
    /// A client of the network.
    ///
    /// # Errors
    /// When the TLS back-end cannot be set up.
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("omnigen/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            client,
            #[cfg(feature = "testing")]
            memory: None,
        })
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Response, reqwest::Error> {
        #[cfg(feature = "testing")]
        if let Some(memory) = &self.memory {
            return Ok(memory.answer(request.build()?).await);
        }
        request.send().await
    }
}

#[cfg(feature = "testing")]
mod memory {
    use std::fmt;
    use std::pin::Pin;
    use std::sync::{Arc, OnceLock};

    use reqwest::{Client, Request, Response};

    use super::Http;

    type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

    /// Answers requests without a network.
    #[derive(Clone)]
    pub(super) struct Memory(Arc<dyn Fn(Request) -> Answer + Send + Sync>);

    impl Memory {
        pub(super) async fn answer(&self, request: Request) -> Response {
            (self.0)(request).await
        }
    }

    impl fmt::Debug for Memory {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("Memory")
        }
    }

    impl Http {
        /// A client whose every request is answered by `provider`, for tests. A lost
        /// answer is a response whose body breaks off.
        pub fn in_memory<Answered>(
            provider: impl Fn(Request) -> Answered + Send + Sync + 'static,
        ) -> Self
        where
            Answered: Future<Output = Response> + Send + 'static,
        {
            let answer = move |request| -> Answer { Box::pin(provider(request)) };
            // It only builds requests; without it each one would read all roots anew.
            static BUILDER: OnceLock<Client> = OnceLock::new();
            Self {
                client: BUILDER.get_or_init(Client::new).clone(),
                memory: Some(Memory(Arc::new(answer))),
            }
        }
    }
}

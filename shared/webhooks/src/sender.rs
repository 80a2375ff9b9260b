//! Posting one event.

use std::error::Error;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderName};
use reqwest::{Client, ClientBuilder, Response};
use secrecy::SecretString;
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP};

use crate::resolver::{NoPublicAddress, PublicResolver};
use crate::retry_after::retry_after;
use crate::signature::{SignError, sign};
use crate::target::{Target, TargetError, Targets};

/// From the first look at the name to the answer's status.
const TIME_LIMIT: Duration = Duration::from_secs(15);
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Posts events. Cheap to clone.
#[derive(Clone)]
pub struct Sender {
    targets: Targets,
    /// To public addresses.
    public: Client,
    /// To the origins that an operator added.
    private: Client,
    #[cfg(feature = "testing")]
    memory: Option<memory::Memory>,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Sender")
    }
}

/// An event as it is posted.
#[derive(Debug)]
pub struct Request<'a> {
    /// Where to.
    pub url: &'a str,
    /// The event's name, the same in each attempt.
    pub id: &'a str,
    /// The attempt's time in seconds since 1970.
    pub timestamp: i64,
    /// JSON.
    pub body: &'a [u8],
    /// Each signs.
    pub secrets: &'a [SecretString],
}

/// The receiver took the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// 2xx
    pub status: u16,
}

/// The receiver did not take the event. No variant holds its address or its words.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The URL is one that events are not posted to.
    #[error("the URL breaks a rule")]
    Target(#[from] TargetError),
    /// The host's name leads to no public address.
    #[error("the host has no public address")]
    PrivateAddress,
    /// No connection came about, or it broke off.
    #[error("the receiver was not reached")]
    NotReached(#[source] reqwest::Error),
    /// No answer within the time limit.
    #[error("the receiver did not answer in time")]
    TimedOut,
    /// It answered with a redirect, which is not followed.
    #[error("the receiver redirects (status {status})")]
    Redirected {
        /// 3xx
        status: u16,
    },
    /// It answered with another status than success.
    #[error("the receiver answers with status {status}")]
    Refused {
        /// The status.
        status: u16,
        /// How long from the attempt's time on it asks to be left alone (429 and 503).
        retry_after: Option<Duration>,
    },
    /// It could not be signed.
    #[error("the event could not be signed")]
    Sign(#[from] SignError),
}

impl SendError {
    /// The status of the answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Redirected { status } | Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// How long from the attempt's time on the receiver asks to be left alone, if it does.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl Sender {
    /// A sender to these targets.
    ///
    /// # Errors
    ///
    /// When the TLS back-end cannot be set up.
    pub fn new(targets: Targets) -> Result<Self, reqwest::Error> {
        Self::resolving(targets, PublicResolver::system())
    }

    /// The same with a resolver of its own.
    ///
    /// # Errors
    ///
    /// When the TLS back-end cannot be set up.
    pub fn resolving(targets: Targets, resolver: PublicResolver) -> Result<Self, reqwest::Error> {
        Ok(Self {
            targets,
            public: client().https_only(true).dns_resolver(resolver).build()?,
            private: client().build()?,
            #[cfg(feature = "testing")]
            memory: None,
        })
    }

    /// Signs and posts an event. The answer's body is not read.
    ///
    /// # Errors
    ///
    /// [`SendError`]: why the receiver did not take it.
    pub async fn send(&self, request: &Request<'_>) -> Result<Delivered, SendError> {
        let target = self.targets.target(request.url)?;
        let signature = sign(request.secrets, request.id, request.timestamp, request.body)?;
        let response = self.post(target, request, &signature).await?;
        taken(&response, request.timestamp)
    }

    async fn post(
        &self,
        target: Target,
        request: &Request<'_>,
        signature: &str,
    ) -> Result<Response, SendError> {
        let client = match target.is_private {
            true => &self.private,
            false => &self.public,
        };
        let post = client
            .post(target.url)
            .header(CONTENT_TYPE, "application/json")
            .header(HeaderName::from_static(HEADER_WEBHOOK_ID), request.id)
            .header(
                HeaderName::from_static(HEADER_WEBHOOK_TIMESTAMP),
                request.timestamp,
            )
            .header(HeaderName::from_static(HEADER_WEBHOOK_SIGNATURE), signature)
            .body(request.body.to_vec());
        #[cfg(feature = "testing")]
        if let Some(memory) = &self.memory {
            let post = post.build().map_err(not_reached)?;
            return Ok(memory.answer(post).await);
        }
        post.send().await.map_err(not_reached)
    }
}

fn client() -> ClientBuilder {
    Client::builder()
        .connect_timeout(CONNECT_LIMIT)
        .timeout(TIME_LIMIT)
        .redirect(reqwest::redirect::Policy::none())
        // A proxy would resolve the name itself.
        .no_proxy()
        // Each connection is made to an address that was looked at for it.
        .pool_max_idle_per_host(0)
        .user_agent(concat!("OmniGen-Webhooks/", env!("CARGO_PKG_VERSION")))
}

fn taken(response: &Response, now: i64) -> Result<Delivered, SendError> {
    let status = response.status();
    let code = status.as_u16();
    if status.is_success() {
        return Ok(Delivered { status: code });
    }
    match status.is_redirection() {
        true => Err(SendError::Redirected { status: code }),
        false => Err(SendError::Refused {
            status: code,
            retry_after: retry_after(status, response.headers(), now),
        }),
    }
}

/// The URL may carry a token of its owner's: it stays out of the error.
fn not_reached(error: reqwest::Error) -> SendError {
    if error.is_timeout() {
        return SendError::TimedOut;
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<NoPublicAddress>() {
            return SendError::PrivateAddress;
        }
        cause = error.source();
    }
    SendError::NotReached(error.without_url())
}

#[cfg(feature = "testing")]
mod memory {
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::{Arc, OnceLock};

    use reqwest::{Client, Request, Response};

    use super::{Sender, Targets};

    type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

    /// Answers requests without a network.
    #[derive(Clone)]
    pub(super) struct Memory(Arc<dyn Fn(Request) -> Answer + Send + Sync>);

    impl Memory {
        pub(super) async fn answer(&self, request: Request) -> Response {
            (self.0)(request).await
        }
    }

    impl Sender {
        /// A sender whose every request is answered by `receiver`, for tests.
        pub fn in_memory<Answered>(
            receiver: impl Fn(Request) -> Answered + Send + Sync + 'static,
        ) -> Self
        where
            Answered: Future<Output = Response> + Send + 'static,
        {
            let answer = move |request| -> Answer { Box::pin(receiver(request)) };
            // It only builds requests; without it each one would read all roots anew.
            static BUILDER: OnceLock<Client> = OnceLock::new();
            let client = BUILDER.get_or_init(Client::new).clone();
            Self {
                targets: Targets::default(),
                public: client.clone(),
                private: client,
                memory: Some(Memory(Arc::new(answer))),
            }
        }
    }
}

#[cfg(test)]
mod tests;

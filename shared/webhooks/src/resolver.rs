//! Names become public addresses, or none. The connection is made to what is answered
//! here, so that a name cannot lead elsewhere once it was looked at (DNS rebinding).

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::is_public;

type Lookup = Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;

/// A name has no public address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the host has no public address")]
pub(crate) struct NoPublicAddress;

/// Resolves names to public addresses only.
#[derive(Clone)]
pub struct PublicResolver {
    look_up: Arc<dyn Fn(String) -> Lookup + Send + Sync>,
}

impl PublicResolver {
    /// By the system's resolver.
    pub fn system() -> Self {
        Self::new(|name| async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }

    /// By any other.
    pub fn new<Answer>(look_up: impl Fn(String) -> Answer + Send + Sync + 'static) -> Self
    where
        Answer: Future<Output = std::io::Result<Vec<IpAddr>>> + Send + 'static,
    {
        Self {
            look_up: Arc::new(move |name| Box::pin(look_up(name))),
        }
    }
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let looked_up = (self.look_up)(name.as_str().to_owned());
        Box::pin(async move {
            let mut addresses = looked_up.await?;
            addresses.retain(|address| is_public(*address));
            if addresses.is_empty() {
                return Err(NoPublicAddress.into());
            }
            let addresses = addresses.into_iter();
            let addresses: Addrs = Box::new(addresses.map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

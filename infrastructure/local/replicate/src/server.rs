//! What all handlers share.

use crate::clock::ID_LENGTH;
use crate::file_store::Files;
use crate::rules::RuleBook;
use crate::settings::Settings;
use crate::store::Store;
use crate::webhooks::Webhooks;
use anyhow::Context;
use drawing::OutputRenderer;
use replicate::registry::Registry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The look-alike's state.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) settings: Settings,
    pub(crate) registry: Registry,
    pub(crate) store: Store,
    pub(crate) files: Files,
    pub(crate) renderer: OutputRenderer,
    pub(crate) webhooks: Webhooks,
    rules: Mutex<RuleBook>,
    latency_ms: AtomicU64,
}

/// The server as handlers and running predictions hold it.
pub(crate) type Shared = Arc<Server>;

impl Server {
    /// # Errors
    /// A registry that does not load, a webhook secret that is no base64, or
    /// a state directory that cannot be written.
    pub(crate) fn new(settings: Settings) -> anyhow::Result<Shared> {
        let registry = Registry::pinned().context("the model registry is broken")?;
        let webhooks = Webhooks::new(&settings.webhook_secret, settings.webhook_retry)?;
        let renderer = OutputRenderer::new(&settings.ffmpeg, &settings.state, ID_LENGTH)?;
        let latency_ms = u64::try_from(settings.latency.as_millis()).unwrap_or(u64::MAX);
        Ok(Arc::new(Self {
            settings,
            registry,
            store: Store::default(),
            files: Files::default(),
            renderer,
            webhooks,
            rules: Mutex::default(),
            latency_ms: AtomicU64::new(latency_ms),
        }))
    }

    pub(crate) fn origin(&self) -> &str {
        &self.settings.origin
    }

    pub(crate) fn rules(&self) -> MutexGuard<'_, RuleBook> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long a model takes at least.
    pub(crate) fn latency(&self) -> Duration {
        Duration::from_millis(self.latency_ms.load(Ordering::Relaxed))
    }

    pub(crate) fn set_latency_ms(&self, milliseconds: u64) {
        self.latency_ms.store(milliseconds, Ordering::Relaxed);
    }
}

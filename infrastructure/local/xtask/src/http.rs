//! Plain HTTP to this machine, one call after the other.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use futures_util::StreamExt;
use reqwest::Client;
use reqwest::redirect::Policy;
use tokio::runtime::{Builder, Runtime};

/// One runtime for all calls: a client's connections live in it.
static RUNTIME: LazyLock<std::io::Result<Runtime>> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build());

/// Waits for a future: the commands do one thing at a time.
///
/// # Errors
/// What the future fails with.
pub(crate) fn wait<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = RUNTIME
        .as_ref()
        .map_err(|error| anyhow!("no runtime: {error}"))?;
    runtime.block_on(future)
}

/// A client that follows no redirect and asks no proxy.
///
/// # Errors
/// The TLS set-up fails.
pub(crate) fn client(timeout: Duration) -> Result<Client> {
    let builder = Client::builder().redirect(Policy::none()).no_proxy();
    Ok(builder.timeout(timeout).build()?)
}

/// True when a GET of `url` is answered with 2xx.
pub(crate) fn is_healthy(url: &str) -> bool {
    let asked = async {
        let answer = client(Duration::from_secs(10))?.get(url).send().await?;
        Ok(answer.status().is_success())
    };
    wait(asked).unwrap_or(false)
}

/// Saves what a GET of `url` answers, in constant memory.
pub(crate) fn download(url: &str, destination: &Path) -> Result<()> {
    wait(async {
        let answer = client(Duration::from_secs(600))?.get(url).send().await?;
        let status = answer.status();
        ensure!(status.is_success(), "the download was answered {status}");
        let mut file = File::create(destination)
            .with_context(|| format!("cannot write {}", destination.display()))?;
        let mut body = answer.bytes_stream();
        while let Some(bytes) = body.next().await {
            file.write_all(&bytes?)?;
        }
        Ok(())
    })
}

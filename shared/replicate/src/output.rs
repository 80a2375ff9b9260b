//! The files a prediction made: fetched from hosts we know, into a file, piece
//! by piece, and never more than allowed. The token is not sent along.

use std::path::Path;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Response, StatusCode};
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;
use url::Url;

use crate::Http;

mod hosts;
#[cfg(test)]
mod tests;

pub use hosts::{HostsError, OutputHosts};

const MOST_REDIRECTS: usize = 3;

/// How much, of what, for how long.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest file, bytes.
    pub max_bytes: u64,
    /// What a content type has to begin with.
    pub content_types: &'static [&'static str],
    /// Longest wait for the answer, and then for each piece.
    pub stall: Duration,
    /// Longest time for all of it.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 512 * 1024 * 1024,
            content_types: &["video/", "audio/", "application/octet-stream"],
            stall: Duration::from_secs(20),
            total: Duration::from_secs(300),
        }
    }
}

/// What was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downloaded {
    /// Size of the file.
    pub bytes: u64,
    /// Its content type, without parameters.
    pub content_type: String,
}

/// Why there is no file. Nothing is left at the destination.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The file, or where it redirects to, is not on the list.
    #[error("files are not fetched from {origin}")]
    HostNotAllowed {
        /// Scheme, host and port.
        origin: String,
    },
    /// Redirected too often, or to nowhere.
    #[error("the file redirects without end")]
    BadRedirect,
    /// Larger than allowed.
    #[error("the file is larger than {max_bytes} bytes")]
    TooLarge {
        /// The limit.
        max_bytes: u64,
    },
    /// 404 or 410: expired. Outputs are kept for an hour.
    #[error("the file is gone")]
    Gone,
    /// Not what was asked for, such as an error page.
    #[error("the file is of type {found}")]
    WrongContentType {
        /// The type it has.
        found: String,
    },
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Another status than success.
    #[error("the file's host answers with status {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// Lost on the way.
    #[error("the download was interrupted")]
    Interrupted(#[source] reqwest::Error),
    /// Nothing came for too long.
    #[error("the download stalled")]
    Stalled,
    /// Our own disk.
    #[error("the file cannot be written")]
    Write(#[source] std::io::Error),
}

impl DownloadError {
    /// Whether the same download may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Interrupted(_) | Self::Stalled => true,
            Self::Refused { status } => matches!(status, 408 | 429 | 500..),
            Self::HostNotAllowed { .. }
            | Self::BadRedirect
            | Self::TooLarge { .. }
            | Self::Gone
            | Self::WrongContentType { .. }
            | Self::Empty
            | Self::Write(_) => false,
        }
    }
}

/// Fetches a file to `destination`, overwriting what is there. `http` must not
/// follow redirects by itself ([`Http`] does not), so that each
/// one is checked here.
///
/// # Errors
/// [`DownloadError`], with nothing left at the destination.
pub async fn download(
    http: &Http,
    url: &Url,
    hosts: &OutputHosts,
    limits: &Limits,
    destination: &Path,
) -> Result<Downloaded, DownloadError> {
    let response = follow(http, url, hosts, limits).await?;
    let content_type = content_type(&response, limits)?;
    if response
        .content_length()
        .is_some_and(|length| length > limits.max_bytes)
    {
        return Err(DownloadError::TooLarge {
            max_bytes: limits.max_bytes,
        });
    }
    match save(response, limits, destination).await {
        Ok(bytes) => Ok(Downloaded {
            bytes,
            content_type,
        }),
        Err(error) => {
            // It may not even have been made; the first error is the one to tell.
            let _ = fs::remove_file(destination).await;
            Err(error)
        }
    }
}

async fn follow(
    http: &Http,
    url: &Url,
    hosts: &OutputHosts,
    limits: &Limits,
) -> Result<Response, DownloadError> {
    let mut url = url.clone();
    for _ in 0..=MOST_REDIRECTS {
        hosts.check(&url)?;
        let request = http.send(http.client.get(url.clone()).timeout(limits.total));
        let response = timeout(limits.stall, request)
            .await
            .map_err(|_| DownloadError::Stalled)?
            .map_err(interrupted)?;
        if !response.status().is_redirection() {
            return successful(response);
        }
        url = redirected(&url, &response).ok_or(DownloadError::BadRedirect)?;
    }
    Err(DownloadError::BadRedirect)
}

fn redirected(url: &Url, response: &Response) -> Option<Url> {
    url.join(response.headers().get(LOCATION)?.to_str().ok()?)
        .ok()
}

fn successful(response: Response) -> Result<Response, DownloadError> {
    match response.status() {
        StatusCode::OK => Ok(response),
        StatusCode::NOT_FOUND | StatusCode::GONE => Err(DownloadError::Gone),
        status => Err(DownloadError::Refused {
            status: status.as_u16(),
        }),
    }
}

/// A file without a type is, by HTTP's own rule, a stream of bytes.
fn content_type(response: &Response, limits: &Limits) -> Result<String, DownloadError> {
    let header = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = header
        .unwrap_or("application/octet-stream")
        .split(';')
        .next()
        .unwrap_or_default();
    let found = essence.trim().to_ascii_lowercase();
    if limits
        .content_types
        .iter()
        .any(|allowed| found.starts_with(allowed))
    {
        return Ok(found);
    }
    Err(DownloadError::WrongContentType {
        found: found.chars().take(100).collect(),
    })
}

async fn save(
    mut response: Response,
    limits: &Limits,
    destination: &Path,
) -> Result<u64, DownloadError> {
    let mut file = File::create(destination)
        .await
        .map_err(DownloadError::Write)?;
    let mut bytes = 0;
    loop {
        let chunk = timeout(limits.stall, response.chunk()).await;
        let Some(chunk) = chunk
            .map_err(|_| DownloadError::Stalled)?
            .map_err(interrupted)?
        else {
            break;
        };
        bytes += chunk.len() as u64;
        if bytes > limits.max_bytes {
            return Err(DownloadError::TooLarge {
                max_bytes: limits.max_bytes,
            });
        }
        file.write_all(&chunk).await.map_err(DownloadError::Write)?;
    }
    file.flush().await.map_err(DownloadError::Write)?;
    if bytes == 0 {
        Err(DownloadError::Empty)
    } else {
        Ok(bytes)
    }
}

/// An output's URL may be a capability: it stays out of the error.
fn interrupted(error: reqwest::Error) -> DownloadError {
    DownloadError::Interrupted(error.without_url())
}

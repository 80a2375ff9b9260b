//! The origins files may be fetched from.

use std::str::FromStr;

use url::{Host, Url};

use super::DownloadError;

/// A list of origins: `https://host`, `https://*.host` for everything below a
/// host, or, for a look-alike, a very `http://host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputHosts(Vec<Origin>);

/// An entry of the list is not an origin.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("\"{entry}\" is not an origin files may be fetched from")]
pub struct HostsError {
    /// The entry.
    pub entry: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
    below: bool,
}

impl OutputHosts {
    /// Reads a list parted by commas.
    ///
    /// # Errors
    /// [`HostsError`] for an entry with a path, a user, another scheme, or a
    /// star that is not the first label of an https host.
    pub fn parse(list: &str) -> Result<Self, HostsError> {
        let entries = list
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        let origins = entries.map(|entry| {
            origin(entry).ok_or_else(|| HostsError {
                entry: entry.to_owned(),
            })
        });
        origins.collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn check(&self, url: &Url) -> Result<(), DownloadError> {
        let plain = url.username().is_empty() && url.password().is_none();
        if plain && self.0.iter().any(|origin| origin.covers(url)) {
            return Ok(());
        }
        Err(DownloadError::HostNotAllowed {
            origin: url.origin().ascii_serialization(),
        })
    }
}

impl FromStr for OutputHosts {
    type Err = HostsError;

    fn from_str(list: &str) -> Result<Self, HostsError> {
        Self::parse(list)
    }
}

fn origin(entry: &str) -> Option<Origin> {
    let below = entry.starts_with("https://*.");
    let url = Url::parse(&entry.replacen("https://*.", "https://", 1)).ok()?;
    let bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let host = url.host_str()?;
    let named = matches!(url.host(), Some(Host::Domain(name)) if name.contains('.'));
    let fits = matches!(url.scheme(), "http" | "https") && !host.contains('*') && (!below || named);
    (bare && fits).then(|| Origin {
        scheme: url.scheme().to_owned(),
        host: host.to_owned(),
        port: url.port_or_known_default(),
        below,
    })
}

impl Origin {
    fn covers(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else {
            return false;
        };
        let host_fits = if self.below {
            host.strip_suffix(&self.host)
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
        } else {
            host == self.host
        };
        host_fits && self.scheme == url.scheme() && self.port == url.port_or_known_default()
    }
}

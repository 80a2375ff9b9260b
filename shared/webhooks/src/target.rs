//! Which addresses (URLs) events may be posted to.

use url::{Host, Url};

use crate::address::is_public;

/// Characters of a URL at most.
const LONGEST: usize = 2048;
/// Endings of names that never are public ones (RFC 6761, 6762, 8375, 9476, ICANN).
const PRIVATE_ENDINGS: [&str; 9] = [
    "localhost",
    "local",
    "internal",
    "home.arpa",
    "localdomain",
    "test",
    "invalid",
    "onion",
    "alt",
];
/// The port of https, and from here on those that no well-known service has: a webhook
/// cannot make us talk to a mail server.
const HTTPS: u16 = 443;
const FIRST_FREE_PORT: u16 = 1024;

/// The addresses that events may be posted to: public ones over https, and the origins
/// that an operator adds for development.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Targets(Vec<Origin>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: String,
    /// None for any.
    port: Option<u16>,
}

/// An entry of the list is not an origin.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("\"{entry}\" is not an origin that events may be posted to")]
pub struct OriginsError {
    /// The entry.
    pub entry: String,
}

/// Why events are not posted to a URL: the rule that it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It is none.
    #[error("a URL of at most 2048 characters")]
    NotAUrl,
    /// It is not https.
    #[error("an https URL")]
    NotHttps,
    /// It has a user name or a password, which would stand in logs of others.
    #[error("a URL without user name and password")]
    WithCredentials,
    /// It has a fragment, which is never sent.
    #[error("a URL without a fragment (#)")]
    WithFragment,
    /// Its port is a well-known one of another service.
    #[error("port 443, or one from 1024")]
    WrongPort,
    /// Its host is a private name or address.
    #[error("a host on the public Internet")]
    PrivateHost,
}

/// A URL that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) url: Url,
    /// It is one that an operator added: its address may be private.
    pub(crate) is_private: bool,
}

impl Targets {
    /// Public addresses, and the origins of this list, parted by commas, such as
    /// `http://127.0.0.1:8080`; `*` in place of a port stands for any.
    ///
    /// # Errors
    ///
    /// [`OriginsError`] for an entry with a path, a user or another scheme.
    pub fn parse(private_origins: &str) -> Result<Self, OriginsError> {
        let entries = private_origins
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        let origins = entries.map(|entry| {
            origin(entry).ok_or_else(|| OriginsError {
                entry: entry.to_owned(),
            })
        });
        origins.collect::<Result<_, _>>().map(Self)
    }

    /// Checks a URL and answers it as it is to be kept.
    ///
    /// # Errors
    ///
    /// [`TargetError`]: the rule that it breaks.
    pub fn check(&self, url: &str) -> Result<String, TargetError> {
        Ok(self.target(url)?.url.into())
    }

    pub(crate) fn target(&self, url: &str) -> Result<Target, TargetError> {
        if url.chars().count() > LONGEST {
            return Err(TargetError::NotAUrl);
        }
        let url = Url::parse(url.trim()).map_err(|_| TargetError::NotAUrl)?;
        if url.as_str().len() > LONGEST {
            return Err(TargetError::NotAUrl);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::WithCredentials);
        }
        if url.fragment().is_some() {
            return Err(TargetError::WithFragment);
        }
        let is_private = self.0.iter().any(|origin| origin.covers(&url));
        if !is_private {
            check_public(&url)?;
        }
        Ok(Target { url, is_private })
    }
}

fn check_public(url: &Url) -> Result<(), TargetError> {
    if url.scheme() != "https" {
        return Err(TargetError::NotHttps);
    }
    let port = url.port_or_known_default().unwrap_or(HTTPS);
    if port != HTTPS && port < FIRST_FREE_PORT {
        return Err(TargetError::WrongPort);
    }
    // `url` has brought every spelling of an address to one form: octal, hexadecimal, a
    // single number, full-width digits.
    let is_allowed = match url.host() {
        None => false,
        Some(Host::Ipv4(address)) => is_public(address.into()),
        Some(Host::Ipv6(address)) => is_public(address.into()),
        Some(Host::Domain(name)) => is_public_name(name),
    };
    is_allowed.then_some(()).ok_or(TargetError::PrivateHost)
}

fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let ends_with = |ending: &str| {
        let rest = name.strip_suffix(ending);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    name.contains('.') && !PRIVATE_ENDINGS.iter().any(|ending| ends_with(ending))
}

fn origin(entry: &str) -> Option<Origin> {
    let (text, any_port) = match entry.strip_suffix(":*") {
        Some(text) => (text, true),
        None => (entry, false),
    };
    let url = Url::parse(text).ok()?;
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let fits = is_bare && matches!(url.scheme(), "http" | "https");
    fits.then(|| Origin {
        scheme: url.scheme().to_owned(),
        host: url.host_str().unwrap_or_default().to_owned(),
        port: url.port_or_known_default().filter(|_| !any_port),
    })
}

impl Origin {
    fn covers(&self, url: &Url) -> bool {
        url.scheme() == self.scheme
            && url.host_str() == Some(&self.host)
            && (self.port.is_none() || self.port == url.port_or_known_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TargetError::*;

    /// What must not be reached through us, in all spellings.
    const REFUSED: [(&str, TargetError); 56] = [
        ("", NotAUrl),
        ("example.com", NotAUrl),
        ("//example.com/", NotAUrl),
        ("https://", NotAUrl),
        ("https:// example.com/", NotAUrl),
        ("https://exa mple.com/", NotAUrl),
        ("https://[::1/", NotAUrl),
        ("https://example.com:99999/", NotAUrl),
        ("https://1.2.3.4.5/", NotAUrl),
        ("https://256.256.256.256/", NotAUrl),
        ("http://example.com/", NotHttps),
        ("HTTP://EXAMPLE.COM/", NotHttps),
        ("ftp://example.com/", NotHttps),
        ("file:///etc/passwd", NotHttps),
        ("gopher://example.com/", NotHttps),
        ("data:text/plain,x", NotHttps),
        ("javascript:alert(1)", NotHttps),
        ("ws://example.com/", NotHttps),
        ("http://127.0.0.1/", NotHttps),
        ("https://user@example.com/", WithCredentials),
        ("https://user:password@example.com/", WithCredentials),
        ("https://example.com@127.0.0.1/", WithCredentials),
        ("https://:@example.com:443@10.0.0.1/", WithCredentials),
        ("https://example.com/#fragment", WithFragment),
        ("https://example.com:22/", WrongPort),
        ("https://example.com:25/", WrongPort),
        ("https://example.com:80/", WrongPort),
        ("https://example.com:0/", WrongPort),
        ("https://localhost/", PrivateHost),
        ("https://LOCALHOST./", PrivateHost),
        ("https://api.localhost/", PrivateHost),
        ("https://printer.local/", PrivateHost),
        ("https://metadata.google.internal/", PrivateHost),
        ("https://instance-data.ec2.internal/", PrivateHost),
        ("https://router.home.arpa/", PrivateHost),
        ("https://intranet/", PrivateHost),
        ("https://127.0.0.1/", PrivateHost),
        ("https://127.1/", PrivateHost),
        ("https://0/", PrivateHost),
        ("https://0.0.0.0/", PrivateHost),
        ("https://2130706433/", PrivateHost),
        ("https://0x7f000001/", PrivateHost),
        ("https://0x7f.1/", PrivateHost),
        ("https://0177.0.0.1/", PrivateHost),
        ("https://017700000001/", PrivateHost),
        ("https://127。0。0。1/", PrivateHost),
        ("https://１２７.0.0.1/", PrivateHost),
        ("https://①②⑦.⓪.⓪.①/", PrivateHost),
        ("https://127.0.0.1./", PrivateHost),
        ("https://%31%32%37.0.0.1/", PrivateHost),
        ("https://169.254.169.254/latest/meta-data/", PrivateHost),
        ("https://2852039166/", PrivateHost),
        ("https://[::1]/", PrivateHost),
        ("https://[::ffff:169.254.169.254]/", PrivateHost),
        ("https://[::ffff:a9fe:a9fe]/", PrivateHost),
        ("https://[fd00:ec2::254]/", PrivateHost),
    ];

    #[test]
    fn no_address_but_public_ones_over_https_is_taken() {
        let targets = Targets::default();
        for (url, rule) in REFUSED {
            assert_eq!(targets.check(url), Err(rule), "{url}");
        }
        let long = format!("https://example.com/{}", "x".repeat(2048));
        assert_eq!(targets.check(&long), Err(NotAUrl));
    }

    #[test]
    fn public_addresses_are_taken_in_one_spelling() {
        let targets = Targets::default();
        for (url, kept) in [
            ("https://example.com", "https://example.com/"),
            (
                " HTTPS://Example.COM:443/hook?a=b ",
                "https://example.com/hook?a=b",
            ),
            ("https://example.com:8443/", "https://example.com:8443/"),
            ("https://8.8.8.8/", "https://8.8.8.8/"),
            (
                "https://[2606:4700:4700::1111]/",
                "https://[2606:4700:4700::1111]/",
            ),
            ("https://bücher.example/", "https://xn--bcher-kva.example/"),
            ("https://notlocalhost.com/", "https://notlocalhost.com/"),
        ] {
            assert_eq!(targets.check(url).as_deref(), Ok(kept), "{url}");
        }
    }

    #[test]
    fn an_operators_origins_are_taken_as_they_are_and_nothing_beside_them() {
        let targets = Targets::parse("http://127.0.0.1:*, http://receiver:8080").unwrap();
        for url in [
            "http://127.0.0.1:4711/hook",
            "http://127.0.0.1/",
            "http://receiver:8080/",
        ] {
            assert!(targets.target(url).unwrap().is_private, "{url}");
        }
        assert!(!targets.target("https://example.com/").unwrap().is_private);
        for (url, rule) in [
            ("https://127.0.0.1/", PrivateHost),
            ("http://127.0.0.2/", NotHttps),
            ("http://receiver:8081/", NotHttps),
            ("http://user@127.0.0.1:4711/", WithCredentials),
            ("http://127.0.0.1.example.com/", NotHttps),
        ] {
            assert_eq!(targets.check(url), Err(rule), "{url}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused_at_start() {
        assert_eq!(Targets::parse(" , "), Ok(Targets::default()));
        for entry in [
            "127.0.0.1",
            "ftp://host",
            "http://host/path",
            "http://user@host",
            "http://host?x",
        ] {
            assert!(Targets::parse(entry).is_err(), "{entry}");
        }
    }
}

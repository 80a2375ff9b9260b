//! Where a browser goes after it has signed in.

use serde::{Deserialize, Serialize};
use url::{Position, Url};

/// Bytes that a return path may have: it travels in a cookie.
pub(super) const MAX_LENGTH: usize = 256;

/// A path on the site itself, with its query and fragment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct ReturnPath(String);

/// Why a text is no return path.
#[derive(Debug, thiserror::Error)]
#[error("a return path is a path on this site of at most {MAX_LENGTH} bytes")]
pub(super) struct NoReturnPath;

impl ReturnPath {
    /// The site's first page.
    pub(super) fn home() -> Self {
        Self("/".to_owned())
    }

    /// What stands in a `Location` header.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads the text as a browser would read a `Location`, so that what this takes for a
/// path is none that leads a browser to another host.
impl TryFrom<String> for ReturnPath {
    type Error = NoReturnPath;

    fn try_from(text: String) -> Result<Self, NoReturnPath> {
        let is_plain = text.starts_with('/')
            && text.len() <= MAX_LENGTH
            && text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        if !is_plain {
            return Err(NoReturnPath);
        }
        let site = Url::parse("https://site.invalid/").map_err(|_| NoReturnPath)?;
        let address = site.join(&text).map_err(|_| NoReturnPath)?;
        let path = &address[Position::BeforePath..];
        // "/.//host" is the path "//host", which as a `Location` is another host.
        if address.origin() != site.origin() || path.starts_with("//") || path.len() > MAX_LENGTH {
            return Err(NoReturnPath);
        }
        Ok(Self(path.to_owned()))
    }
}

impl From<ReturnPath> for String {
    fn from(path: ReturnPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        ReturnPath::try_from(text.to_owned()).ok().map(String::from)
    }

    #[test]
    fn paths_of_the_site_are_kept() {
        for path in [
            "/",
            "/create",
            "/films/0198c0de?tab=scenes&at=1:30#scene-2",
            "/gallery?q=paper%20boat",
            "/watch?next=//evil.example",
            "/a@b:c",
        ] {
            assert_eq!(read(path).as_deref(), Some(path));
        }
        assert_eq!(read("/a/../b/./c").as_deref(), Some("/b/c"));
    }

    #[test]
    fn nothing_leads_to_another_host() {
        for text in [
            "",
            "create",
            "https://evil.example",
            "HTTPS://evil.example",
            "https:evil.example",
            "//evil.example",
            "///evil.example",
            "////evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/%5Cevil.example\\",
            "\\/evil.example",
            "/.//evil.example",
            "/..//evil.example",
            "/a/..//evil.example",
            "/a/%2e%2e//evil.example",
            "/%2e//evil.example",
            "/\t/evil.example",
            "\t//evil.example",
            "/\n/evil.example",
            "/\r\nSet-Cookie: a=b",
            " //evil.example",
            "/ /evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "@evil.example",
            "?next=/",
            "#top",
            "/ü",
            "/\0",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn its_length_is_limited() {
        let path = |length: usize| format!("/{}", "a".repeat(length - 1));
        assert!(read(&path(MAX_LENGTH)).is_some());
        assert!(read(&path(MAX_LENGTH + 1)).is_none());
    }
}

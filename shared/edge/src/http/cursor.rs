//! Where a list goes on, as text that means nothing to clients (D28).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::request::InvalidField;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The longest text of a cursor. A table takes no longer position than fits in.
const MAX_LENGTH: usize = 1000;

/// A cursor's content. It holds for one list of one reader: with another's it
/// is refused.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor<P> {
    scope: String,
    position: P,
}

impl<P: Serialize + DeserializeOwned> Cursor<P> {
    /// A position of the list `scope` as text.
    pub fn write(position: P, scope: &str) -> String {
        let cursor = Self {
            scope: scope.to_owned(),
            position,
        };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).unwrap_or_default())
    }

    /// The position a text of [`Cursor::write`] stands for.
    ///
    /// A forged one reads no other list; a position is a type of its list's, so that
    /// none reaches a table that the table refuses.
    ///
    /// # Errors
    ///
    /// A text that is none, or of another list.
    pub fn read(text: &str, scope: &str) -> Result<P, InvalidField> {
        if text.len() > MAX_LENGTH {
            return Err(no_cursor());
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| no_cursor())?;
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| no_cursor())?;
        if cursor.scope != scope {
            return Err(no_cursor());
        }
        Ok(cursor.position)
    }
}

/// What a client is told whose cursor is none of this list's.
pub fn no_cursor() -> InvalidField {
    InvalidField::new("cursor", "a nextCursor of the page before")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_holds_for_its_list_only() {
        let text = Cursor::write("here".to_owned(), "one");
        assert_eq!(Cursor::read(&text, "one"), Ok("here".to_owned()));
        let refused = |text: &str, scope: &str| Cursor::<String>::read(text, scope).is_err();
        assert!(refused(&text, "other"));
        assert!(refused("nonsense", "one"));
        assert!(refused("", "one"));
        assert!(Cursor::<u32>::read(&text, "one").is_err());
        let endless = Cursor::write("x".repeat(1000), "one");
        assert!(refused(&endless, "one"));
    }
}

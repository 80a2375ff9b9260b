//! Where a list goes on, as text nobody needs to understand (D28).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::job::JobId;
use domain::request::InvalidField;
use domain::time::Time;
use serde::{Deserialize, Serialize};
use store::Position;

/// A cursor's content. It holds for one user: with another's it is refused.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    user: String,
    job: JobId,
    at: Time,
}

impl Cursor {
    /// A position of this user's list as text.
    pub fn write(position: &Position, user_id: &str) -> String {
        let cursor = Self {
            user: user_id.to_owned(),
            job: position.job_id,
            at: position.created_at,
        };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).unwrap_or_default())
    }

    /// The position a text of [`Cursor::write`] stands for.
    pub fn read(text: &str, user_id: &str) -> Result<Position, InvalidField> {
        let fault = || InvalidField::new("cursor", "a nextCursor of the page before");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| fault())?;
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| fault())?;
        if cursor.user != user_id {
            return Err(fault());
        }
        Ok(Position {
            job_id: cursor.job,
            created_at: cursor.at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_holds_for_its_user_only() {
        let position = Position {
            job_id: "0198c0de-0000-7000-8000-000000000001".parse().unwrap(),
            created_at: Time::from_millisecond(1_763_640_000_000),
        };
        let text = Cursor::write(&position, "one");
        assert_eq!(Cursor::read(&text, "one"), Ok(position));
        assert!(Cursor::read(&text, "other").is_err());
        assert!(Cursor::read("nonsense", "one").is_err());
        assert!(Cursor::read("", "one").is_err());
    }
}

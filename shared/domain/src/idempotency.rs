//! What becomes of a request that carries an `Idempotency-Key` (D42).
//!
//! The first request with a key takes it for as long as its function may run, and
//! keeps its answer for a day. A holder that died without an answer leaves the key
//! to the next request, which makes the same thing under the same id.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::fields::InvalidField;
use crate::time::Time;

/// The header that carries a key.
pub const HEADER: &str = "Idempotency-Key";
/// How long an answer is kept.
pub const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// The most characters of a key.
const LONGEST_KEY: usize = 255;

/// The digest of a key; the key itself is not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDigest(String);

impl KeyDigest {
    /// That of a header's value: 1 to 255 visible ASCII characters.
    ///
    /// # Errors
    ///
    /// It is empty, too long, or holds a space, a control or a foreign character.
    pub fn of(value: &[u8]) -> Result<Self, InvalidField> {
        let is_key =
            (1..=LONGEST_KEY).contains(&value.len()) && value.iter().all(u8::is_ascii_graphic);
        if !is_key {
            return Err(InvalidField::new(
                HEADER,
                "1 to 255 visible ASCII characters",
            ));
        }
        Ok(Self(digest(value)))
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Tells one request of a route from another: by the things that its path names, and by
/// its body. JSON is compared by its values: spaces and the order of fields do not count.
pub fn fingerprint(path: &str, body: &[u8]) -> String {
    let body = match serde_json::from_slice(body) {
        Ok(value) => digest(sorted(value).to_string().as_bytes()),
        Err(_) => digest(body),
    };
    digest(format!("{path}\n{body}").as_bytes())
}

/// The same value with the fields of every object in the order of their names.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(values) => values.into_iter().map(sorted).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.into_iter().collect();
            fields.sort_unstable_by(|one, other| one.0.cmp(&other.0));
            let fields = fields
                .into_iter()
                .map(|(name, value)| (name, sorted(value)));
            fields.collect()
        }
        other => other,
    }
}

fn digest(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// What is kept under a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Of the body that the first request had.
    pub fingerprint: String,
    /// The name of what is created; every holder of the key uses it.
    pub id: Uuid,
    /// Until when its holder may run. It also tells one holder from the next.
    pub held_until: Time,
    /// The first answer, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// When the key is forgotten, in seconds since 1970.
    pub expires_at: i64,
}

/// An answer as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: String,
}

impl Record {
    /// A key that was never used: taken at `now`, until `held_until` at most.
    pub fn first(fingerprint: String, id: Uuid, now: Time, held_until: Time) -> Self {
        Self {
            fingerprint,
            id,
            held_until,
            answer: None,
            expires_at: now.after(KEPT).as_second(),
        }
    }
}

/// What a request with a key that was used before is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Answer what was answered first.
    Replay(Answer),
    /// Refuse: the key stands for another request.
    Mismatch,
    /// Refuse for now: the first request is still at work.
    InFlight,
    /// Go on in the place of a holder that died, under the same id.
    TakeOver,
    /// Begin anew: the day is over, though the row still lies there.
    Forgotten,
}

/// What a request with this fingerprint does about the record that it finds.
pub fn decide(record: &Record, fingerprint: &str, now: Time) -> Decision {
    if record.expires_at <= now.as_second() {
        return Decision::Forgotten;
    }
    if record.fingerprint != fingerprint {
        return Decision::Mismatch;
    }
    match &record.answer {
        Some(answer) => Decision::Replay(answer.clone()),
        None if record.held_until <= now => Decision::TakeOver,
        None => Decision::InFlight,
    }
}

/// What a holder does with its key once it has an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The answer is kept.
    Keep,
    /// The key is free for another try, which uses the same id: something may have
    /// been made.
    Free,
    /// As if there had been no request: nothing was made.
    Forget,
}

/// What an answer of this status makes of its key. A conflict (409) may come after
/// an earlier holder's work, so its id is not given up.
pub fn outcome(status: u16) -> Outcome {
    match status {
        200..=399 => Outcome::Keep,
        409 => Outcome::Free,
        400..=499 => Outcome::Forget,
        _ => Outcome::Free,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: i64) -> Time {
        Time::from_millisecond(seconds * 1000)
    }

    fn record(answer: Option<Answer>) -> Record {
        let body = fingerprint("/a", b"{}");
        Record {
            answer,
            ..Record::first(body, Uuid::nil(), seconds(0), seconds(15))
        }
    }

    fn answer() -> Answer {
        Answer {
            status: 202,
            headers: BTreeMap::new(),
            body: "{}".to_owned(),
        }
    }

    #[test]
    fn a_key_has_1_to_255_visible_characters() {
        for good in [
            "a",
            "8e03978e-40d5-43e8-bc93-6894a57f9324",
            &"k".repeat(255),
        ] {
            assert!(KeyDigest::of(good.as_bytes()).is_ok(), "{good}");
        }
        let bad: [&[u8]; 8] = [
            b"",
            &[b'k'; 256],
            b"a b",
            b"a\tb",
            b"a\0",
            b"\x7f",
            "schl\u{fc}ssel".as_bytes(),
            b"\xff",
        ];
        for bad in bad {
            let refused = KeyDigest::of(bad).unwrap_err();
            assert_eq!(refused.field, "Idempotency-Key");
        }
    }

    #[test]
    fn a_key_is_stored_as_its_digest() {
        let key = r#"{"$ne":1}"#;
        let digest = KeyDigest::of(key.as_bytes()).unwrap();
        assert_eq!(digest.as_str().len(), 64);
        assert!(!digest.as_str().contains(key));
        assert_ne!(digest, KeyDigest::of(b"another").unwrap());
    }

    #[test]
    fn a_body_is_told_by_its_values() {
        let one = fingerprint("/a", br#"{"a": {"c": 1, "d": 2}, "b": [1, 2]}"#);
        assert_eq!(one, fingerprint("/a", br#"{"b":[1,2], "a":{"d":2,"c":1}}"#));
        assert_ne!(one, fingerprint("/a", br#"{"a": 1, "b": [2, 1]}"#));
        assert_ne!(fingerprint("/a", b""), fingerprint("/a", b"{}"));
        assert_ne!(fingerprint("/a", b"{}"), fingerprint("/b", b"{}"));
        assert_ne!(fingerprint("/a", b"{"), fingerprint("/a", b"["));
    }

    #[test]
    fn a_used_key_is_replayed_refused_or_taken_over() {
        let (body, other) = (fingerprint("/a", b"{}"), fingerprint("/a", b"[]"));
        let (held, answered) = (record(None), record(Some(answer())));
        for (record, body, at, decision) in [
            (&held, &body, 14, Decision::InFlight),
            (&held, &body, 15, Decision::TakeOver),
            (&held, &other, 14, Decision::Mismatch),
            (&held, &other, 15, Decision::Mismatch),
            (&answered, &body, 14, Decision::Replay(answer())),
            (&answered, &body, 86_399, Decision::Replay(answer())),
            (&answered, &other, 1, Decision::Mismatch),
            (&answered, &other, 86_400, Decision::Forgotten),
        ] {
            assert_eq!(decide(record, body, seconds(at)), decision, "at {at} s");
        }
    }

    #[test]
    fn a_refusal_consumes_nothing_and_a_failure_keeps_its_id() {
        for status in [200, 201, 202, 302] {
            assert_eq!(outcome(status), Outcome::Keep);
        }
        for status in [400, 401, 403, 404, 413, 415, 422, 429] {
            assert_eq!(outcome(status), Outcome::Forget);
        }
        for status in [409, 500, 503] {
            assert_eq!(outcome(status), Outcome::Free);
        }
    }
}

//! The one place that asks for the time and for randomness.

use base64::Engine;
use jiff::Timestamp;
use std::time::Duration;

/// Now, cut to microseconds as the provider prints it.
#[expect(
    clippy::disallowed_methods,
    reason = "the look-alike is an edge: this is its clock"
)]
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

/// `moment` plus `duration`, or the end of time.
pub(crate) fn after(moment: Timestamp, duration: Duration) -> Timestamp {
    moment.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// Characters of an id.
pub(crate) const ID_LENGTH: usize = 26;

/// A fresh id, lower-case base32 without look-alikes.
pub(crate) fn new_id() -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut bits = uuid::Uuid::new_v4().as_u128();
    let mut id = String::with_capacity(ID_LENGTH);
    for _ in 0..ID_LENGTH {
        let index = usize::try_from(bits & 31).unwrap_or_default();
        id.push(char::from(ALPHABET[index]));
        bits = bits.rotate_right(5);
    }
    id
}

/// An opaque signature for a download URL.
pub(crate) fn new_signature() -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(uuid::Uuid::new_v4().as_bytes())
}

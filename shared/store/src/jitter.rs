//! Randomness for waiting: full jitter.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// A random wait from zero up to that many milliseconds.
pub(crate) fn up_to_milliseconds(most: u64) -> Duration {
    // Each RandomState is seeded anew; a wait needs no better randomness.
    let random = RandomState::new().hash_one(0_u8);
    Duration::from_millis(random % (most + 1))
}

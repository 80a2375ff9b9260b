//! What may be removed from the bucket: the storage janitor's rules (R114, D25).
//!
//! [`Records`] is what the tables say, read before the bucket is looked at;
//! [`References`] judges each object by it; [`Records::due`] names the records that
//! go with them. The rules err on the side of keeping: what a record names stays,
//! what no record names stays for a grace period, what is none of ours is not touched.

#[cfg(test)]
mod histories;
mod records;
mod references;
mod report;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::ids::{JobId, TranscodeId};
use crate::keys::{GALLERY, TRANSCODES};
use crate::time::Time;

pub use records::{Due, Ended, Film, Made, Origin, Reclaim, Records, Shown, Trash};
pub use references::{Disposition, Reason, References};
pub use report::{Missing, Report, Tally};

/// How long files stay that nothing names any more, unless an operator says
/// otherwise.
pub const GRACE: Duration = Duration::from_secs(7 * 24 * 3600);

/// An object of the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// When it was written.
    pub modified: Time,
}

/// What an object is, by where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// What a user uploaded.
    Uploads,
    /// What a transcode made.
    Transcodes,
    /// A generated film and what it is made of.
    Films,
    /// Reports and all that is none of ours.
    Other,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Uploads, Self::Transcodes, Self::Films, Self::Other];

    /// The kind of the object at `key`.
    pub fn of(key: &str) -> Self {
        if key.starts_with(GALLERY) {
            Self::Uploads
        } else if key.starts_with(TRANSCODES) {
            Self::Transcodes
        } else if job_of(key).is_some() {
            Self::Films
        } else {
            Self::Other
        }
    }

    /// The name in the report and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uploads => "uploads",
            Self::Transcodes => "transcodes",
            Self::Films => "films",
            Self::Other => "other",
        }
    }
}

/// The transcode in whose folder `key` lies.
pub fn transcode_of(key: &str) -> Option<TranscodeId> {
    references::of_transcode(key).map(|(id, _)| id)
}

/// The generation job in whose folder `key` lies.
fn job_of(key: &str) -> Option<JobId> {
    key.split_once('/')?.0.parse().ok()
}

/// Whether `grace` has passed since then.
fn is_over(since: Time, grace: Duration, now: Time) -> bool {
    now.since(since) >= grace
}

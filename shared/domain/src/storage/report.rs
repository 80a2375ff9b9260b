//! What a run of the janitor found and did.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Disposition, Kind, Object, Reason};
use crate::ids::VideoId;

/// Videos that a report names: it is answered as well, and answers have bounds.
const MISSING_TOLD: usize = 1000;

/// Objects and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many.
    pub objects: u64,
    /// How large together.
    pub bytes: u64,
}

impl Tally {
    fn add(&mut self, bytes: u64) {
        self.objects += 1;
        self.bytes += bytes;
    }
}

/// A shown video that names files which are not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Missing {
    /// The video.
    pub video_id: VideoId,
    /// The keys.
    pub keys: Vec<String>,
}

/// The storage report (R114).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What is left, by [`Kind`].
    pub stored: BTreeMap<String, Tally>,
    /// What was removed, or would be in a dry run, by [`Reason`].
    pub removed: BTreeMap<String, Tally>,
    /// What goes when its grace is over, by [`Reason`]; stored as well.
    pub waiting: BTreeMap<String, Tally>,
    /// Shown videos without their files, a thousand at most. Nothing is done
    /// about them.
    pub missing: Vec<Missing>,
    /// How many they are.
    pub videos_without_files: u64,
    /// Bytes of all that was removed.
    pub freed_bytes: u64,
    /// Registry rows of unconfirmed uploads, removed.
    pub expired_uploads: u64,
    /// Deleted videos of which nothing is left.
    pub reclaimed_videos: u64,
    /// Removals that failed; the next run tries them again.
    pub failures: u64,
}

impl Default for Report {
    fn default() -> Self {
        let of = |kind: Kind| (kind.as_str().to_owned(), Tally::default());
        Self {
            stored: Kind::ALL.map(of).into(),
            removed: BTreeMap::new(),
            waiting: BTreeMap::new(),
            missing: Vec::new(),
            videos_without_files: 0,
            freed_bytes: 0,
            expired_uploads: 0,
            reclaimed_videos: 0,
            failures: 0,
        }
    }
}

impl Report {
    /// Counts an object that was judged and, if so judged, removed.
    pub fn count(&mut self, object: &Object, disposition: Disposition) {
        match disposition {
            Disposition::Remove(reason) => return self.count_removed(reason, object.size),
            Disposition::Wait(reason) => add(&mut self.waiting, reason.as_str(), object.size),
            Disposition::Keep => {}
        }
        add(
            &mut self.stored,
            Kind::of(&object.key).as_str(),
            object.size,
        );
    }

    /// Counts something that is gone; `bytes` of it.
    pub fn count_removed(&mut self, reason: Reason, bytes: u64) {
        add(&mut self.removed, reason.as_str(), bytes);
        self.freed_bytes += bytes;
    }

    /// Notes a shown video that lacks these files.
    pub fn miss(&mut self, video_id: VideoId, keys: Vec<String>) {
        self.videos_without_files += 1;
        if self.missing.len() < MISSING_TOLD {
            self.missing.push(Missing { video_id, keys });
        }
    }
}

fn add(tallies: &mut BTreeMap<String, Tally>, name: &str, bytes: u64) {
    tallies.entry(name.to_owned()).or_default().add(bytes);
}

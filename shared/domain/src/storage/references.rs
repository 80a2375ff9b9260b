//! The rule: may this object be removed?

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::records::{Ended, Film, Made, Records, Trash, needless_since};
use super::{Object, is_over, job_of};
use crate::ids::{JobId, TranscodeId};
use crate::keys::{GALLERY, TRANSCODES};
use crate::time::Time;

/// Why something goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// No record names it.
    Orphan,
    /// It was uploaded and never confirmed.
    Unconfirmed,
    /// Its video was deleted.
    Deleted,
    /// A transcode or a film that has ended left it behind, or another film took its place.
    Leftover,
    /// An upload in parts that was neither completed nor aborted.
    Abandoned,
}

impl Reason {
    /// The name in the report and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Orphan => "orphan",
            Self::Unconfirmed => "unconfirmed",
            Self::Deleted => "deleted",
            Self::Leftover => "leftover",
            Self::Abandoned => "abandoned",
        }
    }
}

/// What is to be done with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// A record needs it, or it is none of ours.
    Keep,
    /// Nothing needs it, but its grace is not over.
    Wait(Reason),
    /// It goes.
    Remove(Reason),
}

/// What a record says about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reference {
    /// A video, or what a video shows, lies there.
    Live,
    /// Its video was deleted.
    Deleted(Time),
    /// It became a video that is no more, and not in the trash either. Or one
    /// that was confirmed while the records were read: the grace covers that.
    Confirmed(Time),
    /// The key was handed out and never confirmed.
    Unconfirmed(Time),
}

/// What a record says about the files of a transcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Output {
    /// It is being made.
    Open,
    /// It was made then.
    Completed(Time),
    /// It failed then.
    Failed(Time),
    /// It goes with a video that was deleted then.
    Deleted(Time),
}

/// The records, turned so that each object finds what they say about it.
#[derive(Debug, Clone, Default)]
pub struct References {
    keys: HashMap<String, Reference>,
    shown: HashSet<TranscodeId>,
    transcodes: HashMap<TranscodeId, Output>,
    jobs: HashMap<JobId, Film>,
}

impl References {
    /// Turns the records.
    pub fn of(records: &Records) -> Self {
        let mut references = Self::default();
        // Each later reference takes the place of an earlier one.
        for upload in &records.uploads {
            let reference = match upload.confirmed_at {
                Some(since) => Reference::Confirmed(since),
                None => Reference::Unconfirmed(upload.created_at),
            };
            references.keys.insert(upload.s3_key.clone(), reference);
        }
        for made in &records.transcodes {
            references.transcodes.insert(made.id, output(made));
        }
        for (trash, made) in records.deleted() {
            references.note_deleted(trash);
            if let Some(since) = needless_since(trash, &made) {
                let doomed = made.iter().map(|made| (made.id, Output::Deleted(since)));
                references.transcodes.extend(doomed);
            }
        }
        for video in &records.videos {
            references.shown.extend(video.transcode_id);
            let keys = video.keys.iter().cloned();
            references
                .keys
                .extend(keys.map(|key| (key, Reference::Live)));
        }
        let films = records.jobs.iter().map(|film| (film.id, film.clone()));
        references.jobs.extend(films);
        references
    }

    /// A film may be published and deleted again: its last deletion counts.
    fn note_deleted(&mut self, trash: &Trash) {
        let key = trash.s3_key.clone();
        let since = match self.keys.get(&key) {
            Some(Reference::Deleted(since)) => trash.deleted_at.max(*since),
            _ => trash.deleted_at,
        };
        self.keys.insert(key, Reference::Deleted(since));
    }

    /// Keeps an object, whatever the records said when they were read.
    pub fn keep(&mut self, key: impl Into<String>) {
        self.keys.insert(key.into(), Reference::Live);
    }

    /// Keeps every file of a transcode, whatever the records said.
    pub fn keep_transcode(&mut self, id: TranscodeId) {
        self.transcodes.insert(id, Output::Open);
    }

    /// Decides about an object. `now` must not be later than the moment when the
    /// reading of the records began.
    pub fn disposition_of(&self, object: &Object, grace: Duration, now: Time) -> Disposition {
        match self.needless(object) {
            None => Disposition::Keep,
            // A file that came later than its record's last word counts from then.
            Some((reason, since)) if is_over(since.max(object.modified), grace, now) => {
                Disposition::Remove(reason)
            }
            Some((reason, _)) => Disposition::Wait(reason),
        }
    }

    /// Why nothing needs the object, and since when; nothing if something does.
    fn needless(&self, object: &Object) -> Option<(Reason, Time)> {
        let orphan = Some((Reason::Orphan, object.modified));
        let reference = self.keys.get(&object.key);
        if reference == Some(&Reference::Live) {
            return None;
        }
        if let Some((id, file)) = of_transcode(&object.key) {
            return self.needless_output(id, file, orphan);
        }
        if let Some(job) = job_of(&object.key) {
            let Some(film) = self.jobs.get(&job) else {
                return orphan;
            };
            let left_over = film.left_over_since(&object.key)?;
            let since = match reference {
                Some(Reference::Deleted(since)) => left_over.max(*since),
                _ => left_over,
            };
            return Some((Reason::Leftover, since));
        }
        match reference {
            Some(Reference::Deleted(since)) => Some((Reason::Deleted, *since)),
            Some(Reference::Confirmed(since)) => Some((Reason::Orphan, *since)),
            Some(Reference::Unconfirmed(since)) => Some((Reason::Unconfirmed, *since)),
            Some(Reference::Live) => None,
            None => orphan.filter(|_| object.key.starts_with(GALLERY)),
        }
    }

    fn needless_output(
        &self,
        id: TranscodeId,
        file: &str,
        orphan: Option<(Reason, Time)>,
    ) -> Option<(Reason, Time)> {
        let is_shown = self.shown.contains(&id);
        match self.transcodes.get(&id) {
            Some(Output::Open) => None,
            Some(Output::Completed(since)) => is_piece(file).then_some((Reason::Leftover, *since)),
            _ if is_shown => None,
            Some(Output::Failed(since)) => Some((Reason::Leftover, *since)),
            Some(Output::Deleted(since)) => Some((Reason::Deleted, *since)),
            None => orphan,
        }
    }
}

fn output(made: &Made) -> Output {
    match made.ended {
        None => Output::Open,
        Some((Ended::Completed, since)) => Output::Completed(since),
        Some((Ended::Failed, since)) => Output::Failed(since),
    }
}

/// Pieces are put together into the outputs and not needed any more then.
fn is_piece(file: &str) -> bool {
    file.starts_with("segments/")
}

/// The transcode in whose folder `key` lies, and the rest of the key.
pub(super) fn of_transcode(key: &str) -> Option<(TranscodeId, &str)> {
    let (id, file) = key.strip_prefix(TRANSCODES)?.split_once('/')?;
    Some((id.parse().ok()?, file))
}

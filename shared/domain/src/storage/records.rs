//! What the tables say, and which of their rows are due.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::is_over;
use crate::ids::{JobId, TranscodeId, VideoId};
use crate::keys;
use crate::time::Time;
use crate::transcode::{Transcode, TranscodeStatus};
use crate::upload::Upload;
use crate::video::Video;

/// Everything the records say about the bucket.
///
/// They must be read before the bucket is: whatever comes later is then younger
/// than any grace. The trash must be read after the videos, so that a video that
/// is deleted meanwhile is found in one of them.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// The registry of uploads.
    pub uploads: Vec<Upload>,
    /// The videos that are shown.
    pub videos: Vec<Shown>,
    /// The videos that were deleted and not reclaimed yet.
    pub trash: Vec<Trash>,
    /// The transcodes.
    pub transcodes: Vec<Made>,
    /// The generation jobs.
    pub jobs: Vec<Film>,
}

/// The film of a generation job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Film {
    /// The job.
    pub id: JobId,
    /// Where its film and its picture lie, if it is there.
    pub keys: Vec<String>,
    /// When that was settled; nothing while the job is worked on.
    pub settled: Option<Time>,
}

impl Film {
    /// Since when what lies at `key`, in the job's folder, has been of no more use: a film or a
    /// picture that another took the place of (D44) or that was never shown, and borders, which
    /// can be made again. What else a film is made of stays with it.
    pub(super) fn left_over_since(&self, key: &str) -> Option<Time> {
        let is_named = self.keys.iter().any(|own| own == key);
        let is_left_over = keys::is_film(key) && !is_named || keys::is_borders(key);
        self.settled.filter(|_| is_left_over)
    }
}

/// The files of a video that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The video.
    pub id: VideoId,
    /// Every key that its record names.
    pub keys: Vec<String>,
    /// The transcode that made its renditions: the playlist names more files of
    /// it than the record does.
    pub transcode_id: Option<TranscodeId>,
}

impl Shown {
    /// What `video` names.
    pub fn of(video: &Video) -> Self {
        let mut keys = vec![video.s3_key.clone()];
        keys.extend(video.thumbnail_key.clone());
        if let Some(renditions) = &video.renditions {
            keys.push(renditions.preview_key.clone());
            keys.extend(renditions.playlist_key.clone());
            keys.extend(renditions.files.iter().map(|file| file.s3_key.clone()));
        }
        Self {
            id: video.id,
            keys,
            transcode_id: video.renditions.as_ref().map(|made| made.transcode_id),
        }
    }
}

/// Where a video's file came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A user uploaded it.
    Upload,
    /// A generation job made it; it stays with its job.
    Film,
}

/// A deleted video whose files wait for the end of their grace (D25).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trash {
    /// The video that it was.
    pub video_id: VideoId,
    /// Whose it was.
    pub user_id: String,
    /// Where its file lies.
    pub s3_key: String,
    /// The transcode whose renditions it showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcode_id: Option<TranscodeId>,
    /// Bytes of its file.
    pub bytes: u64,
    /// See [`Origin`].
    pub source: Origin,
    /// When it was deleted.
    pub deleted_at: Time,
}

/// A transcode, as far as its files depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// The transcode.
    pub id: TranscodeId,
    /// The video whose renditions it makes.
    pub video_id: Option<VideoId>,
    /// When it was accepted.
    pub created_at: Time,
    /// How it ended and when, if it has.
    pub ended: Option<(Ended, Time)>,
}

/// How a transcode ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With its outputs.
    Completed,
    /// Without: nothing that it stored is named by a record.
    Failed,
}

impl Made {
    /// What `transcode` means for its files.
    pub fn of(transcode: &Transcode) -> Self {
        let ended = match transcode.status {
            TranscodeStatus::Completed => Some(Ended::Completed),
            TranscodeStatus::Failed | TranscodeStatus::Cancelled => Some(Ended::Failed),
            TranscodeStatus::Pending
            | TranscodeStatus::Downloading
            | TranscodeStatus::Processing => None,
        };
        let since = transcode.completed_at.unwrap_or(transcode.updated_at);
        Self {
            id: transcode.id,
            video_id: transcode.video_id,
            created_at: transcode.created_at,
            ended: ended.map(|ended| (ended, since)),
        }
    }

    /// Whether it ended, and its grace is over. To be asked of a fresh record right
    /// before a file of it is removed: it may have been restarted meanwhile.
    pub fn is_long_over(&self, grace: Duration, now: Time) -> bool {
        self.ended
            .is_some_and(|(_, since)| is_over(since, grace, now))
    }
}

/// A deleted video that is to be reclaimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reclaim {
    /// Its row.
    pub trash: Trash,
    /// The transcodes that go with it.
    pub transcodes: Vec<TranscodeId>,
}

/// The records that are due.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Due {
    /// Uploads that were not confirmed in time. Such a row must be removed on the
    /// condition that it is still unconfirmed, and before its object is.
    pub uploads: Vec<Upload>,
    /// Deleted videos whose grace is over.
    pub trash: Vec<Reclaim>,
}

impl Records {
    /// Leaves only the uploads and deleted videos whose file lies under `prefix`,
    /// for a run that looks at no more than that.
    ///
    /// All that keeps objects stays: shown videos, transcodes and jobs.
    pub fn restrict_to(&mut self, prefix: &str) {
        self.uploads
            .retain(|upload| upload.s3_key.starts_with(prefix));
        self.trash.retain(|trash| trash.s3_key.starts_with(prefix));
    }

    /// The records whose grace is over.
    pub fn due(&self, grace: Duration, now: Time) -> Due {
        let uploads = self.uploads.iter();
        let uploads = uploads
            .filter(|upload| upload.confirmed_at.is_none())
            .filter(|upload| is_over(upload.created_at, grace, now));
        let deleted = self.deleted().into_iter();
        let trash = deleted
            .filter(|(trash, made)| {
                let since = needless_since(trash, made);
                since.is_some_and(|since| is_over(since, grace, now))
            })
            .map(|(trash, made)| Reclaim {
                trash: trash.clone(),
                transcodes: made.iter().map(|made| made.id).collect(),
            });
        Due {
            uploads: uploads.cloned().collect(),
            trash: trash.collect(),
        }
    }

    /// The deleted videos, each with the transcodes that go with it: all that
    /// were made of it, unless it is shown again.
    pub(super) fn deleted(&self) -> Vec<(&Trash, Vec<&Made>)> {
        let shown: HashSet<VideoId> = self.videos.iter().map(|video| video.id).collect();
        // A film may be published and deleted again and is the same video then:
        // its last deletion counts.
        let mut last: HashMap<VideoId, &Trash> = HashMap::new();
        let mut showed: HashMap<TranscodeId, &Trash> = HashMap::new();
        for trash in &self.trash {
            let latest = last.entry(trash.video_id).or_insert(trash);
            if trash.deleted_at > latest.deleted_at {
                *latest = trash;
            }
            showed.extend(trash.transcode_id.map(|id| (id, trash)));
        }
        let mut made_of: HashMap<(VideoId, Time), Vec<&Made>> = HashMap::new();
        for made in &self.transcodes {
            let of_video = made.video_id.and_then(|id| last.get(&id));
            let trash = of_video
                .or_else(|| showed.get(&made.id))
                // What was made since is of its next life.
                .filter(|trash| made.created_at < trash.deleted_at);
            if let Some(trash) = trash.filter(|trash| !shown.contains(&trash.video_id)) {
                let key = (trash.video_id, trash.deleted_at);
                made_of.entry(key).or_default().push(made);
            }
        }
        let mut made_of = |trash: &Trash| {
            let made = made_of.remove(&(trash.video_id, trash.deleted_at));
            made.unwrap_or_default()
        };
        let trash = self.trash.iter();
        trash.map(|trash| (trash, made_of(trash))).collect()
    }
}

/// When the last of a deleted video's files was needed; nothing while one of
/// its transcodes is still being worked on.
pub(super) fn needless_since(trash: &Trash, made: &[&Made]) -> Option<Time> {
    made.iter().try_fold(trash.deleted_at, |since, made| {
        made.ended.map(|(_, ended)| since.max(ended))
    })
}

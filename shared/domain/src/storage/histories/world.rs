//! The tables and the bucket, and what people do with them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::{Ended, Made, Object, Origin, Shown, Trash};
use super::Event;
use crate::ids::{JobId, TranscodeId, VideoId};
use crate::keys;
use crate::rendition::Quality;
use crate::time::Time;
use crate::upload::Upload;

#[derive(Debug, Clone)]
pub(super) struct Video {
    pub(super) key: String,
    pub(super) source: Origin,
    pub(super) transcode_id: Option<TranscodeId>,
}

/// The tables and the bucket.
#[derive(Debug)]
pub(super) struct World {
    pub(super) now: Time,
    pub(super) ids: u32,
    pub(super) uploads: BTreeMap<String, Upload>,
    pub(super) confirming: Vec<String>,
    pub(super) videos: BTreeMap<VideoId, Video>,
    pub(super) trash: Vec<Trash>,
    /// When each video was deleted, forever.
    pub(super) deletions: BTreeMap<VideoId, Vec<Time>>,
    pub(super) transcodes: BTreeMap<TranscodeId, Made>,
    pub(super) jobs: BTreeMap<JobId, VideoId>,
    /// Where each job's film lies, and since when.
    pub(super) films: BTreeMap<JobId, (String, Time)>,
    pub(super) bucket: BTreeMap<String, Object>,
    pub(super) needed_last: BTreeMap<String, Time>,
    pub(super) removed: usize,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            now: Time::from_millisecond(1_795_176_000_000),
            ids: 0,
            uploads: BTreeMap::new(),
            confirming: Vec::new(),
            videos: BTreeMap::new(),
            trash: Vec::new(),
            deletions: BTreeMap::new(),
            transcodes: BTreeMap::new(),
            jobs: BTreeMap::new(),
            films: BTreeMap::new(),
            bucket: BTreeMap::new(),
            needed_last: BTreeMap::new(),
            removed: 0,
        }
    }

    fn id<T: std::str::FromStr>(&mut self) -> T
    where
        T::Err: std::fmt::Debug,
    {
        self.ids += 1;
        let text = format!("0198c0de-0000-7000-8000-{:012}", self.ids);
        text.parse().unwrap()
    }

    fn put(&mut self, key: String) {
        let object = Object {
            key: key.clone(),
            size: 1,
            modified: self.now,
        };
        self.bucket.insert(key.clone(), object);
        self.needed_last.insert(key, self.now);
    }

    /// The transcodes in that state, of which one is chosen.
    pub(super) fn transcode(&self, who: usize, is: impl Fn(&Made) -> bool) -> Option<TranscodeId> {
        let found: Vec<_> = self.transcodes.values().filter(|made| is(made)).collect();
        found.get(who % found.len().max(1)).map(|made| made.id)
    }

    pub(super) fn happen(&mut self, event: &Event) {
        self.note_needs();
        self.change(event);
        self.note_needs();
    }

    fn change(&mut self, event: &Event) {
        match event {
            Event::Announce => self.announce(),
            Event::Put(who) => {
                let open = self.uploads.values();
                let open: Vec<_> = open.filter(|row| row.confirmed_at.is_none()).collect();
                if let Some(row) = open.get(who % open.len().max(1)) {
                    self.put(row.s3_key.clone());
                }
            }
            Event::Confirm(who) => {
                let there = self.uploads.keys();
                let there: Vec<_> = there.filter(|key| self.bucket.contains_key(*key)).collect();
                if let Some(key) = there.get(who % there.len().max(1)) {
                    self.confirming.push((*key).clone());
                }
            }
            Event::Settle => self.settle(),
            Event::Delete(who) => self.delete(*who),
            Event::NewJob => {
                let (job, video) = (self.id(), self.id());
                self.jobs.insert(job, video);
                self.put(keys::scene(job, 1, 1));
                self.show_film(job, keys::film(job));
            }
            Event::Redo(who) => {
                let job = self.jobs.keys().nth(who % self.jobs.len().max(1));
                if let Some(job) = job.copied() {
                    let run = self.ids;
                    self.ids += 1;
                    self.put(keys::scene(job, 1, run));
                    self.show_film(job, keys::redone_film(job, run));
                }
            }
            Event::Publish(who) => self.publish(*who),
            Event::Transcode(who) => {
                let video = self.videos.keys().nth(who % self.videos.len().max(1));
                let video_id = video.copied();
                let id = self.id();
                let made = Made {
                    id,
                    video_id,
                    created_at: self.now,
                    ended: None,
                };
                self.transcodes.insert(id, made);
            }
            Event::StorePiece(who) => {
                if let Some(id) = self.transcode(*who, |made| made.ended.is_none()) {
                    self.put(keys::transcode_segment(id, 0, Quality::High));
                }
            }
            Event::StoreOutput(who) => {
                if let Some(id) = self.transcode(*who, |made| made.ended.is_none()) {
                    self.put(keys::transcode_output(id, "hls/high.mp4"));
                }
            }
            Event::Complete(who) => self.complete(*who),
            Event::Fail(who) => {
                if let Some(id) = self.transcode(*who, |made| made.ended.is_none()) {
                    self.end(id, Ended::Failed);
                }
            }
            Event::Restart(who) => {
                let failed = |made: &Made| matches!(made.ended, Some((Ended::Failed, _)));
                if let Some(id) = self.transcode(*who, failed) {
                    self.transcodes.get_mut(&id).unwrap().ended = None;
                }
            }
            Event::Cleanup(who, whole) => {
                if let Some(id) = self.transcode(*who, |made| made.ended.is_some()) {
                    self.remove_transcode(id, *whole);
                }
            }
            Event::Stray(who) => {
                let (job, transcode) = (self.id(), self.id());
                let key = match who {
                    0 => keys::gallery_upload("u", i64::from(self.ids), "stray.mp4"),
                    1 => keys::film(job),
                    2 => keys::transcode_output(transcode, "high.mp4"),
                    _ => format!("reports/{}.json", self.ids),
                };
                self.put(key);
            }
            Event::Pass(hours) => {
                self.now = self.now.after(Duration::from_secs(3600) * *hours);
            }
            Event::Janitor(meanwhile) => self.clean(&mut meanwhile.iter()),
        }
    }

    fn announce(&mut self) {
        let video_id = self.id();
        let key = keys::gallery_upload("u", i64::from(self.ids), "a.mp4");
        let upload = Upload {
            s3_key: key.clone(),
            user_id: "u".to_owned(),
            video_id,
            content_type: "video/mp4".to_owned(),
            size: None,
            etag: None,
            created_at: self.now,
            confirmed_at: None,
            multipart: None,
        };
        self.uploads.insert(key.clone(), upload);
        self.needed_last.insert(key, self.now);
    }

    /// The transaction of a confirmation: only if its row is there, unconfirmed.
    fn settle(&mut self) {
        let Some(key) = self.confirming.pop() else {
            return;
        };
        let Some(row) = self.uploads.get_mut(&key) else {
            return;
        };
        if row.confirmed_at.is_some() {
            return;
        }
        row.confirmed_at = Some(self.now);
        let video = Video {
            key: key.clone(),
            source: Origin::Upload,
            transcode_id: None,
        };
        self.videos.insert(row.video_id, video);
        assert!(self.bucket.contains_key(&key), "confirmed without its file");
    }

    /// The film is there, in the place of the one before.
    fn show_film(&mut self, job: JobId, key: String) {
        self.put(key.clone());
        self.films.insert(job, (key, self.now));
    }

    fn publish(&mut self, who: usize) {
        let job = self.jobs.iter().nth(who % self.jobs.len().max(1));
        let Some((job, id)) = job.map(|(job, id)| (*job, *id)) else {
            return;
        };
        let key = self.films[&job].0.clone();
        self.videos.entry(id).or_insert(Video {
            key,
            source: Origin::Film,
            transcode_id: None,
        });
    }

    fn delete(&mut self, who: usize) {
        let id = self.videos.keys().nth(who % self.videos.len().max(1));
        let Some(id) = id.copied() else { return };
        // A row of the trash is found by when and which: no two deletions are at one moment.
        self.now = self.now.after(Duration::from_millis(1));
        let video = self.videos.remove(&id).unwrap();
        self.deletions.entry(id).or_default().push(self.now);
        // Whether the registry forgets it now or with the trash is all the same.
        if self.ids.is_multiple_of(2) {
            self.uploads.remove(&video.key);
        }
        self.trash.push(Trash {
            video_id: id,
            user_id: "u".to_owned(),
            s3_key: video.key,
            transcode_id: video.transcode_id,
            bytes: 1,
            source: video.source,
            deleted_at: self.now,
        });
    }

    fn complete(&mut self, who: usize) {
        let Some(id) = self.transcode(who, |made| made.ended.is_none()) else {
            return;
        };
        self.put(keys::transcode_output(id, "high.mp4"));
        self.put(keys::transcode_output(id, "hls/high.mp4"));
        self.end(id, Ended::Completed);
        let video = self.transcodes[&id].video_id;
        if let Some(video) = video.and_then(|video| self.videos.get_mut(&video)) {
            video.transcode_id = Some(id);
        }
    }

    pub(super) fn end(&mut self, id: TranscodeId, ended: Ended) {
        let now = self.now;
        self.transcodes.get_mut(&id).unwrap().ended = Some((ended, now));
    }

    /// The record first; its objects at once or, if that is cut short, never.
    pub(super) fn remove_transcode(&mut self, id: TranscodeId, whole: bool) {
        self.note_needs();
        self.transcodes.remove(&id);
        for video in self.videos.values_mut() {
            video.transcode_id = video.transcode_id.filter(|shown| *shown != id);
        }
        let folder = keys::transcode_folder(id);
        if whole {
            self.bucket.retain(|key, _| !key.starts_with(&folder));
        }
        // A transcode is removed with its files: they have no grace.
        let files = self.needed_last.iter_mut();
        for (_, last) in files.filter(|(key, _)| key.starts_with(&folder)) {
            *last = Time::from_millisecond(0);
        }
    }

    pub(super) fn needs(&self, key: &str) -> bool {
        if self.videos.values().any(|video| video.key == key) {
            return true;
        }
        let in_folder = |id: TranscodeId| key.starts_with(&keys::transcode_folder(id));
        let is_shown = |id| {
            let mut shown = self.videos.values();
            shown.any(|video| video.transcode_id == Some(id))
        };
        if let Some(made) = self.transcodes.values().find(|made| in_folder(made.id)) {
            let deleted = made.video_id.and_then(|id| self.deletions.get(&id));
            let is_of_deleted =
                deleted.is_some_and(|all| all.iter().any(|at| *at > made.created_at));
            return match made.ended {
                None => true,
                Some((Ended::Failed, _)) => false,
                Some((Ended::Completed, _)) => {
                    !key.contains("/segments/") && (is_shown(made.id) || !is_of_deleted)
                }
            };
        }
        let mut films = self.films.iter();
        films.any(|(job, (film, _))| {
            let is_another = key.ends_with("/final.mp4") && key != film;
            key.starts_with(&format!("{job}/")) && !is_another
        })
    }

    /// An output of an earlier life of a video that is shown again: the rules
    /// leave it until the video is deleted for good.
    pub(super) fn is_of_earlier_life(&self, key: &str) -> bool {
        let in_folder = |id: TranscodeId| key.starts_with(&keys::transcode_folder(id));
        let made = self.transcodes.values().find(|made| in_folder(made.id));
        let video = made.and_then(|made| made.video_id);
        video.is_some_and(|id| self.videos.contains_key(&id)) && !key.contains("/segments/")
    }

    pub(super) fn note_needs(&mut self) {
        let keys: Vec<String> = self.bucket.keys().cloned().collect();
        for key in keys {
            if self.needs(&key) {
                self.needed_last.insert(key, self.now);
            }
        }
    }

    pub(super) fn rows(&self) -> BTreeSet<String> {
        let uploads = self.uploads.keys().cloned();
        let trash = self.trash.iter().map(|trash| format!("{trash:?}"));
        let transcodes = self.transcodes.keys().map(ToString::to_string);
        uploads.chain(trash).chain(transcodes).collect()
    }
}

impl Video {
    pub(super) fn shown(&self, id: VideoId) -> Shown {
        let output = |id| keys::transcode_output(id, "high.mp4");
        let outputs = self.transcode_id.map(output);
        Shown {
            id,
            keys: [self.key.clone()].into_iter().chain(outputs).collect(),
            transcode_id: self.transcode_id,
        }
    }
}

//! One run of the janitor.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use domain::failure::StepError;
use domain::ids::{TranscodeId, VideoId};
use domain::keys::transcode_folder;
use domain::storage::{
    Disposition, Due, Made, Reason, Reclaim, References, Report, Shown, Trash, transcode_of,
};
use domain::time::Time;
use store::{ListedObject, StoreError, UnfinishedUpload, unless_conflict};

use super::{Janitor, SweepRequest};

/// One run.
#[derive(Debug)]
pub(super) struct Sweep<'a> {
    janitor: &'a Janitor,
    request: &'a SweepRequest,
    grace: Duration,
    /// The records are as of then, or later: what is judged is judged as of then.
    began: Time,
    deadline: Instant,
    due: Due,
    references: References,
    /// Keys that shown videos name and that were not seen yet.
    awaited: BTreeMap<String, VideoId>,
    /// Objects of deleted videos that could not be removed, or not yet.
    left: BTreeSet<String>,
    /// What was found and done.
    pub(super) report: Report,
}

impl<'a> Sweep<'a> {
    /// Reads the records.
    pub(super) async fn begin(
        janitor: &'a Janitor,
        request: &'a SweepRequest,
        grace: Duration,
        began: Time,
        deadline: Instant,
    ) -> Result<Self, StepError> {
        let mut records = janitor.table_scan.records().await?;
        let references = References::of(&records);
        records.restrict_to(&request.prefix);
        let mut awaited = BTreeMap::new();
        for video in &records.videos {
            let keys = video.keys.iter().cloned();
            let keys = keys.filter(|key| key.starts_with(&request.prefix));
            awaited.extend(keys.map(|key| (key, video.id)));
        }
        Ok(Self {
            janitor,
            request,
            grace,
            began,
            deadline,
            due: records.due(grace, began),
            references,
            awaited,
            left: BTreeSet::new(),
            report: Report::default(),
        })
    }

    /// Answers behind which key it stopped, if it did not come to the end.
    pub(super) async fn run(&mut self, behind: &str) -> Result<Option<String>, StepError> {
        let due = std::mem::take(&mut self.due);
        self.forget_uploads(&due).await;
        let reclaimed = self.reclaim_transcodes(&due.trash).await;
        let prefix = &self.request.prefix;
        if let Some(stopped) = self.sweep(prefix, behind).await? {
            return Ok(Some(stopped));
        }
        // A part of the bucket may not hold all that a deleted video has made.
        for id in reclaimed.iter().flat_map(|reclaim| &reclaim.transcodes) {
            let folder = transcode_folder(*id);
            if !folder.starts_with(prefix) && self.sweep(&folder, "").await?.is_some() {
                return Ok(Some(behind.to_owned()));
            }
        }
        if behind.is_empty() {
            self.forget_deleted(&reclaimed).await;
            self.report_missing().await?;
            self.give_up_unfinished().await?;
        }
        Ok(None)
    }

    fn is_late(&self) -> bool {
        Instant::now() >= self.deadline
    }

    fn note_failure(&mut self, what: &'static str, error: &StoreError) {
        self.report.failures += 1;
        tracing::warn!(error = ?error, "could not {what}");
    }

    /// Rows of uploads that were not confirmed in time. One that was confirmed meanwhile keeps
    /// its object. A run that is late here removes no object either.
    async fn forget_uploads(&mut self, due: &Due) {
        for upload in &due.uploads {
            if self.is_late() {
                return;
            }
            if self.request.dry_run {
                self.report.expired_uploads += 1;
                continue;
            }
            let usage = &self.janitor.counters.usage;
            match self.janitor.videos.forget_upload(usage, upload).await {
                Ok(()) => {
                    self.report.expired_uploads += 1;
                    continue;
                }
                Err(error) if error.is_conflict() => {}
                Err(error) => self.note_failure("forget an upload", &error),
            }
            self.references.keep(&upload.s3_key);
        }
    }

    /// The records of transcodes whose video was deleted; their objects follow.
    /// Answers the deleted videos that nothing keeps any more.
    async fn reclaim_transcodes<'d>(&mut self, due: &'d [Reclaim]) -> Vec<&'d Reclaim> {
        let mut done = Vec::new();
        for reclaim in due {
            if self.is_late() {
                return done;
            }
            let mut is_done = true;
            for id in &reclaim.transcodes {
                is_done &= self.reclaim_transcode(*id).await;
            }
            if is_done {
                done.push(reclaim);
            }
        }
        done
    }

    /// Whether its records are gone: a transcode that was restarted stays.
    async fn reclaim_transcode(&mut self, id: TranscodeId) -> bool {
        if self.request.dry_run {
            return true;
        }
        let removed = match self.remove_transcode(id).await {
            Ok(removed) => removed,
            Err(error) => {
                self.note_failure("remove a transcode", &error);
                false
            }
        };
        if !removed {
            self.references.keep_transcode(id);
        }
        removed
    }

    async fn remove_transcode(&self, id: TranscodeId) -> Result<bool, StoreError> {
        let janitor = self.janitor;
        let Some(state) = janitor.transcodes.get(id).await? else {
            return Ok(true);
        };
        if !Made::of(&state.transcode).is_long_over(self.grace, self.began) {
            return Ok(false);
        }
        let removed = janitor
            .transcodes
            .remove(&janitor.counters, &janitor.videos, &state.transcode)
            .await;
        unless_conflict(removed)
    }

    /// Judges every object under `prefix` behind a key. Answers where it stopped,
    /// if it is late.
    async fn sweep(&mut self, prefix: &str, behind: &str) -> Result<Option<String>, StepError> {
        let mut behind = behind.to_owned();
        loop {
            if self.is_late() {
                return Ok(Some(behind));
            }
            let page = self.janitor.objects.listing(prefix, &behind).await?;
            let Some(last) = page.last() else {
                return Ok(None);
            };
            behind.clone_from(&last.object.key);
            self.take(&page).await?;
        }
    }

    async fn take(&mut self, page: &[ListedObject]) -> Result<(), StepError> {
        let mut going = Vec::new();
        for listed in page {
            let object = &listed.object;
            self.awaited.remove(&object.key);
            match self
                .references
                .disposition_of(object, self.grace, self.began)
            {
                Disposition::Remove(reason) => going.push((listed, reason)),
                disposition => {
                    if disposition == Disposition::Wait(Reason::Deleted) {
                        self.left.insert(object.key.clone());
                    }
                    self.report.count(object, disposition);
                }
            }
        }
        if !self.request.dry_run {
            self.keep_what_is_used_again(&mut going).await?;
        }
        let stay = self.remove(&going).await?;
        for (listed, reason) in going {
            let object = &listed.object;
            if stay.contains(&listed) {
                self.report.failures += 1;
                self.report.count(object, Disposition::Wait(reason));
                self.left.insert(object.key.clone());
            } else {
                self.report.count(object, Disposition::Remove(reason));
            }
        }
        Ok(())
    }

    async fn remove<'p>(
        &self,
        going: &[(&'p ListedObject, Reason)],
    ) -> Result<Vec<&'p ListedObject>, StoreError> {
        if self.request.dry_run {
            return Ok(Vec::new());
        }
        let listed: Vec<_> = going.iter().map(|(listed, _)| *listed).collect();
        self.janitor.objects.remove_unchanged(&listed).await
    }

    /// A failed transcode may have been restarted since its record was read, and
    /// then uses its stored pieces. One that has not must not count on them later.
    async fn keep_what_is_used_again(
        &mut self,
        going: &mut Vec<(&ListedObject, Reason)>,
    ) -> Result<(), StoreError> {
        let leftovers = going
            .iter()
            .filter(|(_, reason)| *reason == Reason::Leftover);
        let transcodes: BTreeSet<TranscodeId> = leftovers
            .filter_map(|(listed, _)| transcode_of(&listed.object.key))
            .collect();
        for id in transcodes {
            let state = self.janitor.transcodes.get(id).await?;
            let made = state.map(|state| Made::of(&state.transcode));
            if made.is_none_or(|made| made.is_long_over(self.grace, self.began)) {
                self.janitor.transcodes.forget_work(id).await?;
                continue;
            }
            self.references.keep_transcode(id);
            going.retain(|(listed, _)| {
                let is_used = transcode_of(&listed.object.key) == Some(id);
                if is_used {
                    self.report.count(&listed.object, Disposition::Keep);
                }
                !is_used
            });
        }
        Ok(())
    }

    /// Deleted videos of which nothing is left.
    async fn forget_deleted(&mut self, reclaimed: &[&Reclaim]) {
        for reclaim in reclaimed {
            let trash = &reclaim.trash;
            if self.left.contains(&trash.s3_key) {
                continue;
            }
            if self.request.dry_run {
                self.report.reclaimed_videos += 1;
                continue;
            }
            match self.forget(trash).await {
                Ok(()) => self.report.reclaimed_videos += 1,
                Err(error) if error.is_conflict() => {}
                Err(error) => self.note_failure("forget a deleted video", &error),
            }
        }
    }

    async fn forget(&self, trash: &Trash) -> Result<(), StoreError> {
        let stats = &self.janitor.counters.stats;
        self.janitor.videos.forget_deleted(stats, trash).await
    }

    /// Shown videos that name what was not found. They are asked again: one may
    /// have been changed, and its files removed, since the records were read.
    async fn report_missing(&mut self) -> Result<(), StepError> {
        let mut missing: BTreeMap<VideoId, BTreeSet<String>> = BTreeMap::new();
        for (key, id) in std::mem::take(&mut self.awaited) {
            missing.entry(id).or_default().insert(key);
        }
        for (id, mut keys) in missing {
            if self.is_late() {
                return Ok(());
            }
            let Some(video) = self.janitor.videos.get(id).await? else {
                continue;
            };
            let named = Shown::of(&video).keys;
            keys.retain(|key| named.contains(key));
            let mut gone = Vec::new();
            for key in keys {
                if !self.janitor.objects.exists(&key).await? {
                    gone.push(key);
                }
            }
            if !gone.is_empty() {
                tracing::warn!(video = %id, keys = ?gone, "a shown video lacks its files");
                self.report.miss(id, gone);
            }
        }
        Ok(())
    }

    /// Uploads in parts that were begun a grace ago.
    async fn give_up_unfinished(&mut self) -> Result<(), StepError> {
        let objects = &self.janitor.objects;
        let unfinished = objects.unfinished_uploads(&self.request.prefix).await?;
        for upload in unfinished {
            if self.is_late() || self.began.since(upload.begun) < self.grace {
                continue;
            }
            match self.give_up(&upload).await {
                Ok(bytes) => self.report.count_removed(Reason::Abandoned, bytes),
                Err(StoreError::NotFound { .. }) => {}
                Err(error) => self.note_failure("give an upload up", &error),
            }
        }
        Ok(())
    }

    async fn give_up(&self, upload: &UnfinishedUpload) -> Result<u64, StoreError> {
        let objects = &self.janitor.objects;
        let (key, id) = (&upload.key, &upload.upload_id);
        let parts = objects.stored_parts(key, id).await?;
        if !self.request.dry_run {
            objects.abort_parts(key, id).await?;
        }
        Ok(parts.values().map(|part| part.size).sum())
    }
}

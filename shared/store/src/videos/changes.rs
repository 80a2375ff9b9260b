//! How a video comes, changes and goes: with its words and counters, at once.

use std::time::Duration;

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::holding::HoldingRefusal;
use domain::storage::{Origin, Trash};
use domain::time::Time;
use domain::upload::Upload;
use domain::video::{UpdateVideo, Video};
use serde::Serialize;

use super::words::words_of;
use super::{IS_NEW, TRASH, VideoRow, VideosTable, key, owner_count, upload_key, video_key};
use crate::change::Change;
use crate::error::StoreError;
use crate::transaction::{self, Refusal};
use crate::usage::{HoldError, confirm_upload, free_bytes};
use crate::{Counters, UsageTable};

/// How often a change that another one overtook is tried again.
const TRIES: u64 = 5;

/// What was found at a key when it was confirmed.
#[derive(Debug, Clone, Copy)]
pub struct Confirmation<'a> {
    /// The key as it was handed out.
    pub upload: &'a Upload,
    /// The object's `ETag`: which bytes were looked at.
    pub etag: &'a str,
}

/// What became of a video that was to be new.
#[derive(Debug, Clone, PartialEq)]
pub enum NewVideo {
    /// It is there now.
    Created,
    /// It, or what it was to be made of, was there before.
    Existed,
}

/// A confirmed row of the registry.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Confirmed<'a> {
    #[serde(flatten)]
    upload: &'a Upload,
    etag: &'a str,
    bytes: u64,
}

impl VideosTable {
    /// Makes the video of an upload: the video, its words, its counters, the
    /// registry and the statistics, in one transaction. Of several confirmations
    /// one creates it. Its user may store `limit` bytes in all.
    ///
    /// # Errors
    ///
    /// [`HoldError`]: the file does not fit any more, or the table failed.
    pub async fn confirm(
        &self,
        counters: &Counters,
        confirmation: Confirmation<'_>,
        video: &Video,
        limit: u64,
    ) -> Result<NewVideo, HoldError> {
        const OPERATION: &str = "confirm upload";
        let upload = confirmation.upload;
        let size = video.facts.file_size;
        if size > limit {
            return Err(HoldError::Refused(HoldingRefusal::StoredBytes));
        }
        let registry = Change::new()
            .set("confirmedAt", &video.created_at)?
            .set("etag", &confirmation.etag)?
            .set("bytes", &size)?
            .remove("expiresAt")
            .when("userId", "=", &video.user_id)?
            .when_absent("confirmedAt");
        let bytes = i64::try_from(size).unwrap_or(i64::MAX);
        let held = confirm_upload(video.id, size, limit)?;
        let mut writes = self.new_video(video)?;
        writes.push(registry.write(&self.table, upload_key(&upload.s3_key))?);
        writes.push(counters.stats.uploads_write(video.id, bytes)?);
        let place = writes.len();
        writes.push(counters.usage.holding_write(&video.user_id, &held)?);
        match transaction::write(&self.client, OPERATION, writes).await {
            Ok(()) => Ok(NewVideo::Created),
            Err(Refusal::Conditions(refused)) if refused == [place] => {
                Err(HoldError::Refused(HoldingRefusal::StoredBytes))
            }
            Err(Refusal::Conditions(_)) => Ok(NewVideo::Existed),
            Err(Refusal::Other(error)) => Err(error.into()),
        }
    }

    /// Makes the video of a finished film, which stays where it is. The film
    /// stands in the registry as an upload that is confirmed.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn publish(
        &self,
        confirmation: Confirmation<'_>,
        video: &Video,
    ) -> Result<NewVideo, StoreError> {
        let row = Confirmed {
            upload: confirmation.upload,
            etag: confirmation.etag,
            bytes: video.facts.file_size,
        };
        let mut writes = self.new_video(video)?;
        // A film that was taken out of the gallery before stands there already.
        writes.push(self.put(upload_key(&confirmation.upload.s3_key), &row, None)?);
        match transaction::write(&self.client, "publish film", writes).await {
            Ok(()) => Ok(NewVideo::Created),
            Err(Refusal::Conditions(_)) => Ok(NewVideo::Existed),
            Err(Refusal::Other(error)) => Err(error),
        }
    }

    fn new_video(&self, video: &Video) -> Result<Vec<TransactWriteItem>, StoreError> {
        let feed = video.feed();
        let row = VideoRow::of(video, &feed);
        let mut writes = vec![
            self.put(video_key(video.id), &row, Some(IS_NEW))?,
            self.count(feed.as_str(), 1)?,
            self.count(&owner_count(&video.user_id), 1)?,
        ];
        writes.extend(self.put_words(video)?);
        Ok(writes)
    }

    /// Changes what an owner says about a video. A change that another one
    /// overtakes is made again on what that one left. `None` when the video is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn update(
        &self,
        video: Video,
        update: &UpdateVideo,
        now: Time,
    ) -> Result<Option<Video>, StoreError> {
        let mut before = video;
        for _ in 0..TRIES {
            let after = update.apply(&before, now);
            let writes = self.update_writes(&before, &after)?;
            match transaction::write(&self.client, "update video", writes).await {
                Ok(()) => return Ok(Some(after)),
                Err(Refusal::Other(error)) => return Err(error),
                Err(Refusal::Conditions(_)) => {}
            }
            match self.get(before.id).await? {
                Some(video) => before = video,
                None => return Ok(None),
            }
        }
        Err(StoreError::Conflict {
            operation: "update video",
        })
    }

    fn update_writes(
        &self,
        before: &Video,
        after: &Video,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let (from, to) = (before.feed(), after.feed());
        let change = unmoved(before)?
            .set("title", &after.title)?
            .set("description", &after.description)?
            .set("visibility", &after.visibility)?
            .set("feed", &to.as_str())?
            .set("updatedAt", &after.updated_at)?;
        let mut writes = vec![change.write(&self.table, video_key(after.id))?];
        if from != to {
            writes.push(self.count(from.as_str(), -1)?);
            writes.push(self.count(to.as_str(), 1)?);
        }
        if from != to || words_of(before) != words_of(after) {
            writes.extend(self.drop_words(before, Some(after))?);
            writes.extend(self.put_words(after)?);
        }
        Ok(writes)
    }

    /// Takes a video out of the gallery (D25): the record goes at once, its files
    /// are noted in the trash, and what its user uploaded is free again. `false` when
    /// it is gone already.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn delete(
        &self,
        usage: &UsageTable,
        video: Video,
        now: Time,
    ) -> Result<bool, StoreError> {
        let mut video = video;
        for millisecond in 0..TRIES {
            // Two deletions of a video at one moment are two rows: its film may be another.
            let at = now.after(Duration::from_millis(millisecond));
            let writes = self.delete_writes(usage, &video, at)?;
            match transaction::write(&self.client, "delete video", writes).await {
                Ok(()) => return Ok(true),
                Err(Refusal::Other(error)) => return Err(error),
                Err(Refusal::Conditions(_)) => {}
            }
            match self.get(video.id).await? {
                Some(found) => video = found,
                None => return Ok(false),
            }
        }
        Err(StoreError::Conflict {
            operation: "delete video",
        })
    }

    fn delete_writes(
        &self,
        usage: &UsageTable,
        video: &Video,
        now: Time,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let trash = trash_of(video, now);
        let mut writes = vec![
            unmoved(video)?.delete(&self.table, video_key(video.id))?,
            self.put(trash_key(&trash), &trash, Some(IS_NEW))?,
            self.count(video.feed().as_str(), -1)?,
            self.count(&owner_count(&video.user_id), -1)?,
        ];
        if trash.source == Origin::Upload {
            let freed = free_bytes(trash.bytes);
            writes.push(usage.holding_write(&video.user_id, &freed)?);
        }
        writes.extend(self.drop_words(video, None)?);
        Ok(writes)
    }
}

/// Only if the video still says what its words were made of.
fn unmoved(video: &Video) -> Result<Change, StoreError> {
    Change::new()
        .when("title", "=", &video.title)?
        .when("description", "=", &video.description)?
        .when("visibility", "=", &video.visibility)
}

fn trash_of(video: &Video, now: Time) -> Trash {
    let is_upload = video.s3_key.starts_with(domain::keys::GALLERY);
    Trash {
        video_id: video.id,
        user_id: video.user_id.clone(),
        s3_key: video.s3_key.clone(),
        transcode_id: video.renditions.as_ref().map(|made| made.transcode_id),
        bytes: video.facts.file_size,
        source: if is_upload {
            Origin::Upload
        } else {
            Origin::Film
        },
        deleted_at: now,
    }
}

pub(super) fn trash_key(trash: &Trash) -> crate::rows::Row {
    key(
        TRASH.to_owned(),
        &format!("{}#{}", trash.deleted_at, trash.video_id),
    )
}

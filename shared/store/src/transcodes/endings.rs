//! How a transcode comes and goes: accepted, completed, failed, tried again, removed.

use aws_sdk_dynamodb::types::{DeleteRequest, TransactWriteItem, WriteRequest};
use domain::ids::{TranscodeId, VideoId};
use domain::time::Time;
use domain::transcode::{Asset, Transcode, TranscodeError, TranscodeStatus};
use domain::video::{Facts, Renditions};

use super::{ASSET, IS_NEW, JOB_ROW, TranscodesTable, key, texts};
use crate::change::Change;
use crate::error::StoreError;
use crate::transaction::{self, Refusal};
use crate::{StatsTable, VideosTable};

/// Rows that the transaction of a removal takes with it; what is more goes before.
const ROWS_AT_ONCE: usize = 90;
/// Requests of one batch.
const BATCH: usize = 25;

/// What a completed transcode has made.
#[derive(Debug)]
pub struct Completion<'a> {
    /// The files, as they are told.
    pub assets: &'a [Asset],
    /// The master playlist, if there is one.
    pub playlist_key: Option<&'a str>,
    /// Bytes of everything that was made, playlists and all.
    pub stored_bytes: u64,
    /// What the gallery's video gets of it, if the source is one.
    pub video: Option<Rendered<'a>>,
}

/// What a gallery's video gets of a transcode (R111).
#[derive(Debug)]
pub struct Rendered<'a> {
    /// The video.
    pub id: VideoId,
    /// Its renditions.
    pub renditions: &'a Renditions,
    /// Its picture.
    pub thumbnail_key: &'a str,
    /// What is known of its file.
    pub facts: &'a Facts,
}

impl TranscodesTable {
    /// Writes a new transcode and counts it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn create(
        &self,
        stats: &StatsTable,
        transcode: &Transcode,
    ) -> Result<(), StoreError> {
        let counters = Change::new().add("pending", 1);
        let writes = vec![
            self.put(transcode.id, JOB_ROW, transcode, Some(IS_NEW))?,
            stats.transcode_write(transcode.id, &counters)?,
        ];
        transaction::commit(&self.client, "create transcode", writes).await
    }

    /// Takes a new transcode back whose message could not be sent. A conflict
    /// when somebody works on it: then the message was sent after all.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn withdraw(&self, stats: &StatsTable, id: TranscodeId) -> Result<(), StoreError> {
        let untouched = Change::new()
            .when("status", "=", &TranscodeStatus::Pending)?
            .when_absent("leaseUntil");
        let counters = Change::new().add("pending", -1);
        let writes = vec![
            untouched.delete(&self.table, key(id, JOB_ROW))?,
            stats.transcode_write(id, &counters)?,
        ];
        transaction::commit(&self.client, "withdraw transcode", writes).await
    }

    /// `PROCESSING` becomes `COMPLETED`, and everything that was made is shown at
    /// once: assets, counters, and the gallery's video if it is still there. A
    /// conflict when the lease is lost.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn complete(
        &self,
        stats: &StatsTable,
        videos: &VideosTable,
        transcode: &Transcode,
        owner: &str,
        made: &Completion<'_>,
        now: Time,
    ) -> Result<(), StoreError> {
        let id = transcode.id;
        let took = now.since(transcode.started_at.unwrap_or(now));
        let bytes = i64::try_from(made.stored_bytes).unwrap_or(i64::MAX);
        let close = ended(TranscodeStatus::Completed, now)?
            .set("progress", &100)?
            .set("storedBytes", &made.stored_bytes)?
            .set_some("playlistKey", made.playlist_key.as_ref())?
            .when("status", "=", &TranscodeStatus::Processing)?
            .when("leaseOwner", "=", &owner)?;
        let counters = Change::new()
            .add("processing", -1)
            .add("completed", 1)
            .add("storedBytes", bytes)
            .add("processingMs", milliseconds(took));
        let mut writes = vec![
            self.job_update(id, &close)?,
            stats.transcode_write(id, &counters)?,
        ];
        for (number, asset) in made.assets.iter().enumerate() {
            writes.push(self.put(id, &format!("{ASSET}{number}"), asset, None)?);
        }
        let video = made.video.as_ref().map(|video| {
            videos.renditions_write(
                video.id,
                video.renditions,
                video.thumbnail_key,
                video.facts,
                now,
            )
        });
        self.transact_perhaps("complete transcode", writes, video.transpose()?)
            .await
    }

    /// An open transcode becomes `FAILED`. By the worker that holds its lease
    /// (`owner`), or by anybody while nobody holds it; a conflict otherwise.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn fail(
        &self,
        stats: &StatsTable,
        transcode: &Transcode,
        owner: Option<&str>,
        error: &TranscodeError,
        now: Time,
    ) -> Result<(), StoreError> {
        if transcode.status.is_final() {
            return Err(StoreError::Conflict {
                operation: "fail transcode",
            });
        }
        let counter = transcode.status.counter();
        let close = ended(TranscodeStatus::Failed, now)?
            .set("error", error)?
            .when_in("status", &texts(&counted_in(counter)));
        let close = match owner {
            Some(owner) => close.when("leaseOwner", "=", &owner)?,
            None => close.when_absent_or("leaseUntil", "<", &now)?,
        };
        let counters = Change::new().add(counter, -1).add("failed", 1);
        let writes = vec![
            self.job_update(transcode.id, &close)?,
            stats.transcode_write(transcode.id, &counters)?,
        ];
        transaction::commit(&self.client, "fail transcode", writes).await
    }

    /// `FAILED` becomes `PENDING`, as if it were new (R31); what was stored of it
    /// is used again. A conflict when it is not `FAILED`.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn restart(
        &self,
        stats: &StatsTable,
        id: TranscodeId,
        now: Time,
    ) -> Result<(), StoreError> {
        let mut change = Change::new()
            .set("status", &TranscodeStatus::Pending)?
            .set("progress", &0)?
            .set("updatedAt", &now)?
            .when("status", "=", &TranscodeStatus::Failed)?;
        for forgotten in ["error", "lastFault", "startedAt", "completedAt", "resentAt"] {
            change = change.remove(forgotten);
        }
        let counters = Change::new().add("failed", -1).add("pending", 1);
        let writes = vec![
            self.job_update(id, &change)?,
            stats.transcode_write(id, &counters)?,
        ];
        transaction::commit(&self.client, "restart transcode", writes).await
    }

    /// Removes a transcode that has ended, with all its rows and its part of the
    /// counters; its gallery video forgets the renditions (R32). A conflict when
    /// it has not ended, or has moved since it was read.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn remove(
        &self,
        stats: &StatsTable,
        videos: &VideosTable,
        transcode: &Transcode,
    ) -> Result<(), StoreError> {
        let (id, status) = (transcode.id, transcode.status);
        if !status.is_final() {
            return Err(StoreError::Conflict {
                operation: "remove transcode",
            });
        }
        let rows = self.rows_beside_the_job(id).await?;
        let unmoved = Change::new().when("status", "=", &status)?.when(
            "updatedAt",
            "=",
            &transcode.updated_at,
        )?;
        let mut writes = vec![
            unmoved.delete(&self.table, key(id, JOB_ROW))?,
            stats.transcode_write(id, &uncounted(transcode))?,
        ];
        for row in rows {
            writes.push(Change::new().delete(&self.table, key(id, &row))?);
        }
        let video = transcode
            .video_id
            .map(|video| videos.forget_renditions_write(video, id));
        self.transact_perhaps("remove transcode", writes, video.transpose()?)
            .await
    }

    /// The names of a transcode's rows but its own; so many are removed that the
    /// rest fits into a transaction.
    async fn rows_beside_the_job(&self, id: TranscodeId) -> Result<Vec<String>, StoreError> {
        let mut rows = self.row_names(id).await?;
        rows.retain(|row| row != JOB_ROW);
        if rows.len() > ROWS_AT_ONCE {
            let more = rows.split_off(ROWS_AT_ONCE);
            self.delete_rows(id, &more).await?;
        }
        Ok(rows)
    }

    /// Forgets the plan and the segments of a transcode that has ended: nobody
    /// needs them any more.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn forget_work(&self, id: TranscodeId) -> Result<(), StoreError> {
        let mut rows = self.row_names(id).await?;
        rows.retain(|row| row != JOB_ROW && !row.starts_with(ASSET));
        self.delete_rows(id, &rows).await
    }

    async fn delete_rows(&self, id: TranscodeId, rows: &[String]) -> Result<(), StoreError> {
        for batch in rows.chunks(BATCH) {
            let mut requests = Vec::new();
            for row in batch {
                let delete = DeleteRequest::builder()
                    .set_key(Some(key(id, row)))
                    .build()
                    .map_err(|error| StoreError::unsendable("delete rows", error))?;
                requests.push(WriteRequest::builder().delete_request(delete).build());
            }
            let answer = self
                .client
                .batch_write_item()
                .request_items(&self.table, requests)
                .send()
                .await
                .map_err(|error| StoreError::from_sdk("delete rows", error))?;
            if answer
                .unprocessed_items
                .is_some_and(|left| !left.is_empty())
            {
                return Err(StoreError::Throttled {
                    operation: "delete rows",
                    source: "not every row was deleted".into(),
                });
            }
        }
        Ok(())
    }

    /// All writes or none; without `perhaps`, when that is what refuses: the
    /// video is gone, or is another transcode's.
    async fn transact_perhaps(
        &self,
        operation: &'static str,
        writes: Vec<TransactWriteItem>,
        perhaps: Option<TransactWriteItem>,
    ) -> Result<(), StoreError> {
        let Some(perhaps) = perhaps else {
            return transaction::commit(&self.client, operation, writes).await;
        };
        let mut with_it = writes.clone();
        with_it.push(perhaps);
        match transaction::write(&self.client, operation, with_it).await {
            Ok(()) => Ok(()),
            Err(Refusal::Conditions(refused)) if refused == [writes.len()] => {
                transaction::commit(&self.client, operation, writes).await
            }
            Err(refusal) => Err(refusal.into_error(operation)),
        }
    }
}

/// What every end does to the row.
fn ended(status: TranscodeStatus, now: Time) -> Result<Change, StoreError> {
    Ok(Change::new()
        .set("status", &status)?
        .set("completedAt", &now)?
        .set("updatedAt", &now)?
        .remove("leaseOwner")
        .remove("leaseUntil"))
}

fn counted_in(counter: &str) -> Vec<TranscodeStatus> {
    TranscodeStatus::ALL
        .into_iter()
        .filter(|status| status.counter() == counter)
        .collect()
}

/// Takes an ended transcode out of the counters.
fn uncounted(transcode: &Transcode) -> Change {
    let change = Change::new().add(transcode.status.counter(), -1);
    if transcode.status != TranscodeStatus::Completed {
        return change;
    }
    let bytes = i64::try_from(transcode.stored_bytes).unwrap_or(i64::MAX);
    let took = transcode.processing_time().unwrap_or_default();
    change
        .add("storedBytes", -bytes)
        .add("processingMs", -milliseconds(took))
}

fn milliseconds(time: std::time::Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

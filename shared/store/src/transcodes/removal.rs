//! A transcode that has ended goes, and what its work has left.

use aws_sdk_dynamodb::types::{DeleteRequest, WriteRequest};
use domain::ids::TranscodeId;
use domain::transcode::{Transcode, TranscodeStatus};

use super::endings::milliseconds;
use super::{ASSET, JOB_ROW, TranscodesTable, key};
use crate::change::Change;
use crate::error::StoreError;
use crate::usage::free_bytes;
use crate::{Counters, VideosTable};

/// Rows that the transaction of a removal takes with it; what is more goes before.
const ROWS_AT_ONCE: usize = 90;
/// Requests of one batch.
const BATCH: usize = 25;

impl TranscodesTable {
    /// Removes a transcode that has ended, with all its rows and its part of the
    /// counters; its gallery video forgets the renditions (R32). A conflict when
    /// it has not ended, or has moved since it was read.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn remove(
        &self,
        counters: &Counters,
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
        let freed = free_bytes(transcode.stored_bytes);
        let mut writes = vec![
            unmoved.delete(&self.table, key(id, JOB_ROW))?,
            counters.stats.transcode_write(id, &uncounted(transcode))?,
            counters.usage.holding_write(&transcode.user_id, &freed)?,
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
        // The plan, which is the last, goes with the transcode: parts of another one would not fit.
        rows.reverse();
        if rows.len() > ROWS_AT_ONCE {
            let more = rows.split_off(ROWS_AT_ONCE);
            self.delete_rows(id, &more).await?;
        }
        Ok(rows)
    }

    /// Forgets the plan and the parts of a transcode that has ended, or whose plan cannot be
    /// read: they are of no use any more.
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
                return Err(StoreError::Unavailable {
                    operation: "delete rows",
                    source: "not every row was deleted".into(),
                });
            }
        }
        Ok(())
    }
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

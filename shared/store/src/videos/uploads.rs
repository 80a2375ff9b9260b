//! The registry of uploads: which keys were handed out, and to which users.

use std::time::Duration;

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::holding::HoldingLimits;
use domain::ids::UploadId;
use domain::time::Time;
use domain::upload::Upload;
use serde::{Deserialize, Serialize};

use super::{IS_NEW, UPLOAD, VideosTable, key, upload_key};
use crate::UsageTable;
use crate::change::Change;
use crate::error::StoreError;
use crate::transaction::{self, Refusal};
use crate::usage::{HoldError, end_upload};

/// How long a row waits to be confirmed: a day longer than the janitor, which
/// takes the object with it.
const UNCONFIRMED_LIFE: Duration = Duration::from_secs(8 * 24 * 3600);

const ANNOUNCE: &str = "announce upload";
/// How often a place is tried for that another upload took. Of the uploads that meet one
/// always gets it, so that a burst is through, or at its limit, in as many rounds.
const TRIES: u32 = 50;

/// A row that goes by itself unless it is confirmed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Unconfirmed<'a> {
    #[serde(flatten)]
    upload: &'a Upload,
    expires_at: i64,
}

/// Where an upload in parts is found by its name.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MultipartRow {
    s3_key: String,
    #[serde(default)]
    expires_at: i64,
}

impl VideosTable {
    /// What was handed out under this key.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn upload(&self, s3_key: &str) -> Result<Option<Upload>, StoreError> {
        self.row("get upload", upload_key(s3_key)).await
    }

    /// An upload in parts, by its name.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn multipart(&self, id: UploadId) -> Result<Option<Upload>, StoreError> {
        let row: Option<MultipartRow> = self.row("get multipart", multipart_key(id)).await?;
        match row {
            Some(row) => self.upload(&row.s3_key).await,
            None => Ok(None),
        }
    }

    /// Notes that a key is handed out, and takes its place among its user's open
    /// uploads; a conflict when it was before.
    ///
    /// # Errors
    ///
    /// [`HoldError`]: the user holds as much as may be, or the table failed.
    pub async fn announce(
        &self,
        usage: &UsageTable,
        upload: &Upload,
        limits: HoldingLimits,
    ) -> Result<(), HoldError> {
        let rows = self.announcement(upload)?;
        for _ in 0..TRIES {
            let mut writes = rows.clone();
            writes.push(usage.upload_place(upload, limits).await?);
            match transaction::write(&self.client, ANNOUNCE, writes).await {
                Ok(()) => return Ok(()),
                // Another upload of the user's took a place meanwhile.
                Err(Refusal::Conditions(refused)) if refused == [rows.len()] => {}
                Err(refusal) => return Err(refusal.into_error(ANNOUNCE).into()),
            }
        }
        Err(HoldError::Store(StoreError::Unavailable {
            operation: ANNOUNCE,
            source: "too many uploads of one user at once".into(),
        }))
    }

    /// The rows of a key that is handed out.
    fn announcement(&self, upload: &Upload) -> Result<Vec<TransactWriteItem>, StoreError> {
        let expires_at = expiry(upload.created_at);
        let row = Unconfirmed { upload, expires_at };
        let mut writes = vec![self.put(upload_key(&upload.s3_key), &row, Some(IS_NEW))?];
        if let Some(multipart) = &upload.multipart {
            let row = MultipartRow {
                s3_key: upload.s3_key.clone(),
                expires_at,
            };
            writes.push(self.put(multipart_key(multipart.upload_id), &row, Some(IS_NEW))?);
        }
        Ok(writes)
    }

    /// Forgets a key that was handed out and gives its place back; a conflict when it
    /// was confirmed.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn forget_upload(
        &self,
        usage: &UsageTable,
        upload: &Upload,
    ) -> Result<(), StoreError> {
        let unconfirmed = Change::new()
            .when("videoId", "=", &upload.video_id)?
            .when_absent("confirmedAt");
        let mut writes = vec![
            unconfirmed.delete(&self.table, upload_key(&upload.s3_key))?,
            usage.holding_write(&upload.user_id, &end_upload(upload.video_id))?,
        ];
        if let Some(multipart) = &upload.multipart {
            let row = multipart_key(multipart.upload_id);
            writes.push(Change::new().delete(&self.table, row)?);
        }
        transaction::commit(&self.client, "forget upload", writes).await
    }
}

fn expiry(created_at: Time) -> i64 {
    created_at.after(UNCONFIRMED_LIFE).as_second()
}

fn multipart_key(id: UploadId) -> crate::rows::Row {
    key(format!("multipart#{id}"), UPLOAD)
}

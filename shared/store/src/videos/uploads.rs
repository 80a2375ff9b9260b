//! The registry of uploads: which keys were handed out, and to whom.

use std::time::Duration;

use domain::ids::UploadId;
use domain::time::Time;
use domain::upload::Upload;
use serde::{Deserialize, Serialize};

use super::{IS_NEW, UPLOAD, VideosTable, key, upload_key};
use crate::change::Change;
use crate::error::StoreError;
use crate::transaction;

/// How long a row waits to be confirmed: a day longer than the janitor, which
/// takes the object with it.
const UNCONFIRMED_LIFE: Duration = Duration::from_secs(8 * 24 * 3600);

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

    /// Notes that a key is handed out; a conflict when it was before.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn announce(&self, upload: &Upload) -> Result<(), StoreError> {
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
        transaction::commit(&self.client, "announce upload", writes).await
    }

    /// Forgets a key that was handed out; a conflict when it was confirmed.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn forget_upload(&self, upload: &Upload) -> Result<(), StoreError> {
        let unconfirmed = Change::new()
            .when("videoId", "=", &upload.video_id)?
            .when_absent("confirmedAt");
        let mut writes = vec![unconfirmed.delete(&self.table, upload_key(&upload.s3_key))?];
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

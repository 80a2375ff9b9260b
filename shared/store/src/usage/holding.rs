//! What a user holds at once, in the row `holding`: `transcodes`, `storedBytes`, and for
//! each open upload an attribute with the second at which it is open no more.
//!
//! Places are taken and given back as parts of the transactions that write what takes
//! them, so that parallel requests never pass a limit (fault S3).

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::holding::{Holding, HoldingLimits, HoldingRefusal};
use domain::ids::VideoId;
use domain::time::Time;
use domain::upload::Upload;

use super::{UsageTable, key};
use crate::change::Change;
use crate::error::StoreError;
use crate::rows::{Row, stored_row};

pub(super) const HOLDING: &str = "holding";
const TRANSCODES: &str = "transcodes";
const STORED_BYTES: &str = "storedBytes";
/// Which upload took the last place: another that takes one meanwhile is refused.
const LAST_UPLOAD: &str = "lastUpload";
/// What the attributes of open uploads begin with.
const OPEN_UPLOAD: &str = "upload_";

/// Why something that a user is to hold was not written.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// The user holds as much as may be at once.
    #[error("a limit of the user's is reached: {0:?}")]
    Refused(HoldingRefusal),
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl UsageTable {
    /// What a user holds at `now`.
    pub(crate) async fn holding(&self, user_id: &str, now: Time) -> Result<Holding, StoreError> {
        Ok(holding_of(&self.holding_row(user_id).await?, now))
    }

    async fn holding_row(&self, user_id: &str) -> Result<Row, StoreError> {
        let key = key(user_id, HOLDING);
        let row = stored_row("get holding", &self.client, &self.table, key).await?;
        Ok(row.unwrap_or_default())
    }

    /// Changes what a user holds, as part of the transaction that writes or ends it.
    pub(crate) fn holding_write(
        &self,
        user_id: &str,
        change: &Change,
    ) -> Result<TransactWriteItem, StoreError> {
        change.write(&self.table, key(user_id, HOLDING))
    }

    /// A place for an upload that is handed out now. Refused as a condition when another
    /// upload took one since the row was read; what has expired is forgotten.
    pub(crate) async fn upload_place(
        &self,
        upload: &Upload,
        limits: HoldingLimits,
    ) -> Result<TransactWriteItem, HoldError> {
        let now = upload.created_at;
        let row = self.holding_row(&upload.user_id).await?;
        holding_of(&row, now)
            .may_upload(upload.size, limits)
            .map_err(HoldError::Refused)?;
        let mut change = Change::new()
            .set(
                &open_upload(upload.video_id),
                &upload.open_until().as_second(),
            )?
            .set(LAST_UPLOAD, &upload.video_id)?;
        change = match row.get(LAST_UPLOAD).and_then(|last| last.as_s().ok()) {
            Some(last) => change.when(LAST_UPLOAD, "=", last)?,
            None => change.when_absent(LAST_UPLOAD),
        };
        for (name, _) in open_uploads(&row).filter(|(_, until)| *until <= now.as_second()) {
            change = change.remove(name);
        }
        Ok(self.holding_write(&upload.user_id, &change)?)
    }
}

/// Takes a place for a transcode, unless as many are open as may be or nothing more may
/// be stored.
pub(crate) fn take_transcode(limits: HoldingLimits) -> Result<Change, StoreError> {
    Change::new()
        .add(TRANSCODES, 1)
        .when_absent_or(TRANSCODES, "<", &limits.at_once)?
        .when_absent_or(STORED_BYTES, "<", &limits.stored_bytes)
}

/// Gives a transcode's place back, and stores what it made.
pub(crate) fn end_transcode(stored_bytes: u64) -> Change {
    Change::new()
        .add(TRANSCODES, -1)
        .add(STORED_BYTES, signed(stored_bytes))
}

/// Gives back what was stored.
pub(crate) fn free_bytes(bytes: u64) -> Change {
    Change::new().add(STORED_BYTES, -signed(bytes))
}

/// Gives an upload's place back, if it has one still.
pub(crate) fn end_upload(id: VideoId) -> Change {
    Change::new().remove(&open_upload(id))
}

/// An upload becomes a video, unless its bytes do not fit; they are at most `limit`.
pub(crate) fn confirm_upload(id: VideoId, bytes: u64, limit: u64) -> Result<Change, StoreError> {
    end_upload(id)
        .add(STORED_BYTES, signed(bytes))
        .when_absent_or(STORED_BYTES, "<=", &limit.saturating_sub(bytes))
}

/// What a row tells; below zero is none.
pub(super) fn holding_of(row: &Row, now: Time) -> Holding {
    let open = open_uploads(row).filter(|(_, until)| *until > now.as_second());
    Holding {
        transcodes: super::number(row, TRANSCODES),
        open_uploads: u32::try_from(open.count()).unwrap_or(u32::MAX),
        stored_bytes: super::amount(row, STORED_BYTES),
    }
}

/// The attributes of open uploads, and until when they are open, in seconds.
fn open_uploads(row: &Row) -> impl Iterator<Item = (&str, i64)> {
    let is_upload = |name: &&str| name.starts_with(OPEN_UPLOAD);
    let names = row.keys().map(String::as_str).filter(is_upload);
    names.filter_map(|name| Some((name, row.get(name).and_then(integer)?)))
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn integer(value: &AttributeValue) -> Option<i64> {
    value.as_n().ok()?.parse().ok()
}

/// Without dashes: a placeholder of an expression must not have any.
fn open_upload(id: VideoId) -> String {
    format!("{OPEN_UPLOAD}{}", id.0.simple())
}

//! The parts of a long transcode: each a row, with a lease of its own and what was made.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use domain::ids::TranscodeId;
use domain::rendition::Quality;
use domain::time::Time;
use domain::transcode::{Asset, TranscodeError, TranscodePart, TranscodeStatus};
use serde::{Deserialize, Serialize};

use super::{JOB_ROW, PART, TranscodesTable, key, sort_key};
use crate::change::{Change, from_item};
use crate::error::StoreError;
use crate::rows::{every_row, row_of};
use crate::transaction;

/// A part as it stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartState {
    /// Until when a worker has it for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<Time>,
    /// How much of it is encoded, in percent, while it is being made.
    #[serde(default)]
    pub encoded: u32,
    /// What was made, once it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<MadePart>,
    /// The worker that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<String>,
    /// Why the last try failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_fault: Option<TranscodeError>,
}

impl PartState {
    /// Whether a worker has it now.
    pub fn is_held(&self, now: Time) -> bool {
        self.lease_until.is_some_and(|until| until > now)
    }
}

/// What was made of a part; all of it is in the bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MadePart {
    /// A segment's pieces, one of each rendition.
    Segment(Vec<StoredPiece>),
    /// The sound, if there is one, and the pictures.
    Sound {
        /// The encoded sound.
        sound: Option<StoredFile>,
        /// Thumbnail and preview.
        pictures: Vec<Asset>,
    },
    /// A rendition as a file.
    Rendition(Asset),
    /// A rendition as a stream.
    Stream {
        /// Bytes of the stream and its playlist.
        bytes: u64,
        /// What the playlist of all says of it.
        line: String,
    },
}

/// A piece of a rendition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredPiece {
    /// Of which rendition.
    pub quality: Quality,
    /// Its bytes.
    #[serde(flatten)]
    pub file: StoredFile,
}

/// The bytes of a file in the bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredFile {
    /// How many.
    pub size: u64,
    /// Their SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// What became of the wish to make a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartLease {
    /// It is the caller's alone until the lease's end.
    Taken,
    /// Another worker has it until then.
    Held(Time),
    /// It is made.
    Made,
}

impl TranscodesTable {
    /// The parts that were begun, in the order of their rows.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn parts(
        &self,
        id: TranscodeId,
    ) -> Result<Vec<(TranscodePart, PartState)>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("transcodeId = :id AND begins_with(sk, :part)")
            .expression_attribute_values(":id", AttributeValue::S(id.to_string()))
            .expression_attribute_values(":part", AttributeValue::S(PART.to_owned()))
            .consistent_read(true);
        let mut parts = Vec::new();
        for row in every_row("list parts", query).await? {
            let name = sort_key(&row);
            let part = name.strip_prefix(PART).and_then(TranscodePart::from_row);
            if let Some(part) = part {
                parts.push((part, from_item("list parts", row)?));
            }
        }
        Ok(parts)
    }

    /// A part, if it was begun.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn part(
        &self,
        id: TranscodeId,
        part: TranscodePart,
    ) -> Result<Option<PartState>, StoreError> {
        let key = key(id, &row(part));
        row_of("get part", &self.client, &self.table, key).await
    }

    /// Takes a part that is not made and that no worker holds, for `owner`, until `until`.
    /// Of any number that try at once, one gets it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn take_part(
        &self,
        id: TranscodeId,
        part: TranscodePart,
        owner: &str,
        now: Time,
        until: Time,
    ) -> Result<PartLease, StoreError> {
        let change = Change::new()
            .set("leaseOwner", &owner)?
            .set("leaseUntil", &until)?
            .set("encoded", &0)?
            .remove("lastFault")
            .when_absent("made")
            .when_absent_or("leaseUntil", "<", &now)?;
        let request = change
            .request(&self.client, &self.table, key(id, &row(part)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let refused = match transaction::update(request).await {
            Ok(_) => return Ok(PartLease::Taken),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
                    refusal.item.clone().unwrap_or_default()
                }
                _ => return Err(StoreError::from_sdk("take part", error)),
            },
        };
        let state: PartState = from_item("take part", refused)?;
        Ok(match state.made {
            Some(_) => PartLease::Made,
            None => PartLease::Held(state.lease_until.unwrap_or(now)),
        })
    }

    /// Makes the lease on a part last until `until`; a conflict when it is lost.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn renew_part(
        &self,
        id: TranscodeId,
        part: TranscodePart,
        owner: &str,
        until: Time,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("leaseUntil", &until)?
            .when("leaseOwner", "=", &owner)?;
        self.change_part("renew part", id, part, &change).await
    }

    /// Notes how much of a part is encoded, in percent; a conflict when the lease is lost.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn note_encoded(
        &self,
        id: TranscodeId,
        part: TranscodePart,
        owner: &str,
        percent: u32,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("encoded", &percent)?
            .when("leaseOwner", "=", &owner)?;
        self.change_part("note encoded", id, part, &change).await
    }

    /// Gives a part out of one's hands, and notes why if the work failed. A conflict when
    /// the lease is lost.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn release_part(
        &self,
        id: TranscodeId,
        part: TranscodePart,
        owner: &str,
        fault: Option<&TranscodeError>,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("encoded", &0)?
            .set_some("lastFault", fault)?
            .remove("leaseOwner")
            .remove("leaseUntil")
            .when("leaseOwner", "=", &owner)?;
        self.change_part("release part", id, part, &change).await
    }

    /// Notes what was made of a part, while its transcode is worked on. A conflict when
    /// the lease is lost or the transcode has ended.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn put_part(
        &self,
        id: TranscodeId,
        part: TranscodePart,
        owner: &str,
        made: &MadePart,
        now: Time,
    ) -> Result<(), StoreError> {
        let done = Change::new()
            .set("made", made)?
            .set("madeBy", &owner)?
            .remove("leaseOwner")
            .remove("leaseUntil")
            .when("leaseOwner", "=", &owner)?;
        let is_open = Change::new().set("updatedAt", &now)?.when(
            "status",
            "=",
            &TranscodeStatus::Processing,
        )?;
        let writes = vec![
            done.write(&self.table, key(id, &row(part)))?,
            is_open.write(&self.table, key(id, JOB_ROW))?,
        ];
        transaction::commit(&self.client, "put part", writes).await
    }

    /// What was stored of a part is not what was made: it is to be made again. A conflict
    /// when that has been done since, or is being done.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn forget_part(
        &self,
        id: TranscodeId,
        part: TranscodePart,
        made: &MadePart,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("encoded", &0)?
            .remove("made")
            .remove("madeBy")
            .when("made", "=", made)?;
        self.change_part("forget part", id, part, &change).await
    }

    async fn change_part(
        &self,
        operation: &'static str,
        id: TranscodeId,
        part: TranscodePart,
        change: &Change,
    ) -> Result<(), StoreError> {
        let request = change.request(&self.client, &self.table, key(id, &row(part)));
        transaction::apply(operation, request).await
    }
}

fn row(part: TranscodePart) -> String {
    format!("{PART}{}", part.row())
}

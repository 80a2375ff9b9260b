//! The table `omnigen-transcodes`: a transcode, its assets and its
//! parts, as rows under one key, the dead letters, and two indexes (by user
//! and time; by status and time).
//!
//! Whatever moves a transcode from status to status moves the counters of
//! [`StatsTable`](crate::StatsTable) in the same transaction (D30, D35).

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use config::Bootstrap;
use domain::delivery::LeaseState;
use domain::ids::{AssetId, TranscodeId};
use domain::transcode::{Asset, Transcode, TranscodeError, TranscodeStatus};
use serde::{Deserialize, Serialize};

use crate::change::{Change, from_item, put};
use crate::error::StoreError;
use crate::rows::{Row, every_row, row_of};
use crate::transaction;

mod dead_letters;
mod endings;
mod lease;
mod lists;
mod parts;
mod progress;
mod removal;
#[cfg(test)]
mod tests;

pub use dead_letters::DeadLetter;
pub use endings::{Completion, Rendered};
pub use lease::Lease;
pub use lists::{TranscodeFilter, TranscodePosition};
pub use parts::{MadePart, PartLease, PartState, StoredFile, StoredPiece};

const JOB_ROW: &str = "job";
const PLAN_ROW: &str = "plan";
const ASSET: &str = "asset#";
/// Before the name of a part in its row's.
const PART: &str = "part#";
/// Only if there is no such row yet.
const IS_NEW: &str = "attribute_not_exists(transcodeId)";
/// The statuses of a transcode that has not ended.
const OPEN: [TranscodeStatus; 3] = [
    TranscodeStatus::Pending,
    TranscodeStatus::Downloading,
    TranscodeStatus::Processing,
];

/// Access to the table of transcodes.
#[derive(Debug, Clone)]
pub struct TranscodesTable {
    pub(crate) client: Client,
    pub(crate) table: String,
}

/// A transcode, and who works on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TranscodeState {
    /// The transcode.
    #[serde(flatten)]
    pub transcode: Transcode,
    /// Who works on it.
    #[serde(flatten)]
    pub lease_state: LeaseState,
    /// Why the last try failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_fault: Option<TranscodeError>,
}

impl TranscodesTable {
    /// The table that `TRANSCODE_TABLE` names.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let table = bootstrap.environment().required("TRANSCODE_TABLE");
        Self::new(Client::new(bootstrap.sdk()), table)
    }

    /// A table behind a client.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    /// The transcode, and who works on it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn get(&self, id: TranscodeId) -> Result<Option<TranscodeState>, StoreError> {
        row_of("get transcode", &self.client, &self.table, key(id, JOB_ROW)).await
    }

    /// The transcode and what it made, in one query; assets are in the order in
    /// which they were told. They are there only when it is completed.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn with_assets(
        &self,
        id: TranscodeId,
    ) -> Result<Option<(Transcode, Vec<Asset>)>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            // Assets stand before the job, its parts and the plan behind it.
            .key_condition_expression("transcodeId = :id AND sk <= :job")
            .expression_attribute_values(":id", AttributeValue::S(id.to_string()))
            .expression_attribute_values(":job", AttributeValue::S(JOB_ROW.to_owned()))
            .consistent_read(true);
        let (mut transcode, mut assets) = (None, Vec::new());
        for row in every_row("get assets", query).await? {
            if sort_key(&row) == JOB_ROW {
                transcode = Some(from_item("get assets", row)?);
            } else {
                assets.push(from_item("get assets", row)?);
            }
        }
        Ok(transcode.map(|transcode| (transcode, assets)))
    }

    /// One asset with its transcode.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn asset(
        &self,
        id: TranscodeId,
        asset: AssetId,
    ) -> Result<Option<(Transcode, Asset)>, StoreError> {
        let Some((transcode, assets)) = self.with_assets(id).await? else {
            return Ok(None);
        };
        let asset = assets.into_iter().find(|found| found.id == asset);
        Ok(asset.map(|asset| (transcode, asset)))
    }

    /// One conditional change of the transcode's own row.
    async fn apply(
        &self,
        operation: &'static str,
        id: TranscodeId,
        change: &Change,
    ) -> Result<(), StoreError> {
        let request = change.request(&self.client, &self.table, key(id, JOB_ROW));
        transaction::apply(operation, request).await
    }

    /// A change of the transcode's own row, as part of a transaction.
    fn job_update(
        &self,
        id: TranscodeId,
        change: &Change,
    ) -> Result<TransactWriteItem, StoreError> {
        change.write(&self.table, key(id, JOB_ROW))
    }

    /// A row as it is to be, as part of a transaction.
    fn put(
        &self,
        id: TranscodeId,
        row: &str,
        content: &impl Serialize,
        condition: Option<&str>,
    ) -> Result<TransactWriteItem, StoreError> {
        put(&self.table, key(id, row), content, condition)
    }

    /// The keys of all rows of a transcode.
    async fn row_names(&self, id: TranscodeId) -> Result<Vec<String>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("transcodeId = :id")
            .expression_attribute_values(":id", AttributeValue::S(id.to_string()))
            .projection_expression("sk")
            .consistent_read(true);
        let rows = every_row("rows of transcode", query).await?;
        Ok(rows.iter().map(sort_key).collect())
    }
}

fn key(id: TranscodeId, row: &str) -> Row {
    named_key(&id.to_string(), row)
}

fn named_key(partition: &str, row: &str) -> Row {
    Row::from([
        (
            "transcodeId".to_owned(),
            AttributeValue::S(partition.to_owned()),
        ),
        ("sk".to_owned(), AttributeValue::S(row.to_owned())),
    ])
}

fn sort_key(row: &Row) -> String {
    let value = row.get("sk").and_then(|value| value.as_s().ok());
    value.cloned().unwrap_or_default()
}

/// The texts of those statuses.
fn texts(statuses: &[TranscodeStatus]) -> Vec<&'static str> {
    statuses.iter().map(|status| status.as_str()).collect()
}

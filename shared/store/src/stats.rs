//! The table `omnigen-stats`: counters that move in the same transaction as what
//! they count (D35), spread over sixteen rows, so that concurrent writers seldom conflict.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use config::Bootstrap;
use domain::ids::{TranscodeId, VideoId};
use uuid::Uuid;

use crate::change::Change;
use crate::error::StoreError;
use crate::rows::{Row, every_row};

const TRANSCODES: &str = "transcodes";
const UPLOADS: &str = "uploads";

/// Access to the table of counters.
#[derive(Debug, Clone)]
pub struct StatsTable {
    client: Client,
    table: String,
}

/// What is known of all transcodes together (R30).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TranscodeStats {
    /// Waiting.
    pub pending: u64,
    /// Being worked on.
    pub processing: u64,
    /// Ended well.
    pub completed: u64,
    /// Ended without.
    pub failed: u64,
    /// Ended by their owners.
    pub cancelled: u64,
    /// Milliseconds that the completed ones took, together.
    pub processing_ms: u64,
    /// Bytes that their outputs take.
    pub stored_bytes: u64,
}

impl TranscodeStats {
    /// All there are.
    pub fn total(&self) -> u64 {
        self.pending + self.processing + self.completed + self.failed + self.cancelled
    }
}

impl StatsTable {
    /// The table that `STATS_TABLE` names.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let table = bootstrap.environment().required("STATS_TABLE");
        Self::new(Client::new(bootstrap.sdk()), table)
    }

    /// A table behind a client.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    /// Moves the counters of transcodes, as part of the transaction that moves
    /// this one.
    pub(crate) fn transcode_write(
        &self,
        id: TranscodeId,
        change: &Change,
    ) -> Result<TransactWriteItem, StoreError> {
        change.write(&self.table, key(TRANSCODES, &shard(id.0)))
    }

    /// Adds to the bytes that uploads take, as part of the transaction that
    /// confirms or reclaims this one.
    pub(crate) fn uploads_write(
        &self,
        id: VideoId,
        bytes: i64,
    ) -> Result<TransactWriteItem, StoreError> {
        let change = Change::new().add("storedBytes", bytes);
        change.write(&self.table, key(UPLOADS, &shard(id.0)))
    }

    /// All transcodes together, in one query of sixteen rows.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn transcodes(&self) -> Result<TranscodeStats, StoreError> {
        let rows = self.rows("transcode stats", TRANSCODES).await?;
        Ok(TranscodeStats {
            pending: sum(&rows, "pending"),
            processing: sum(&rows, "processing"),
            completed: sum(&rows, "completed"),
            failed: sum(&rows, "failed"),
            cancelled: sum(&rows, "cancelled"),
            processing_ms: sum(&rows, "processingMs"),
            stored_bytes: sum(&rows, "storedBytes"),
        })
    }

    /// Bytes that all uploads take, in one query.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn upload_bytes(&self) -> Result<u64, StoreError> {
        let rows = self.rows("upload stats", UPLOADS).await?;
        Ok(sum(&rows, "storedBytes"))
    }

    async fn rows(&self, operation: &'static str, name: &str) -> Result<Vec<Row>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#name = :name")
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":name", AttributeValue::S(name.to_owned()))
            .consistent_read(true);
        every_row(operation, query).await
    }
}

/// The last digit of an id is random: a sixteenth of all falls to each row.
fn shard(id: Uuid) -> String {
    format!("{:x}", id.as_u128() & 0xf)
}

fn key(name: &str, shard: &str) -> Row {
    Row::from([
        ("name".to_owned(), AttributeValue::S(name.to_owned())),
        ("shard".to_owned(), AttributeValue::S(shard.to_owned())),
    ])
}

/// The rows' counters together; below zero is none.
fn sum(rows: &[Row], counter: &str) -> u64 {
    let numbers = rows.iter().filter_map(|row| row.get(counter)?.as_n().ok());
    let total: i64 = numbers
        .filter_map(|number| number.parse::<i64>().ok())
        .sum();
    u64::try_from(total).unwrap_or(0)
}

//! Messages that were given up, for an administrator to look at and send again.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::administration::DeadLetterId;
use domain::ids::TranscodeId;
use domain::time::Time;
use serde::{Deserialize, Serialize};

use super::{TranscodesTable, named_key, sort_key};
use crate::change::{from_item, to_item};
use crate::error::{StoreError, unless_conflict};
use crate::rows::{Row, rows_of};

const PARTITION: &str = "dead-letters";
/// Bytes of a body that are kept.
const MAX_BODY: usize = 4096;

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    /// Its name: when it was given up, and the message's own id.
    #[serde(skip)]
    pub id: String,
    /// The message's body, at most 4,096 bytes of it.
    pub body: String,
    /// Its transcode; none for a message that cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcode: Option<TranscodeId>,
    /// How often it was received.
    pub receives: u32,
    /// Why it was given up.
    pub cause: String,
}

impl DeadLetter {
    /// The letter of a message that is given up now.
    pub fn new(
        message_id: &str,
        body: &str,
        transcode: Option<TranscodeId>,
        receives: u32,
        cause: impl Into<String>,
        now: Time,
    ) -> Self {
        let end = body.floor_char_boundary(MAX_BODY);
        Self {
            id: format!("{now}#{message_id}"),
            body: body[..end].to_owned(),
            transcode,
            receives,
            cause: cause.into(),
        }
    }

    /// When it was given up: ISO 8601.
    pub fn given_up_at(&self) -> &str {
        self.id.split('#').next().unwrap_or_default()
    }

    fn read(row: Row) -> Result<Self, StoreError> {
        let id = sort_key(&row);
        let letter: Self = from_item("read dead letter", row)?;
        Ok(Self { id, ..letter })
    }
}

impl TranscodesTable {
    /// Keeps a dead letter.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn put_dead_letter(&self, letter: &DeadLetter) -> Result<(), StoreError> {
        let mut item = to_item(letter)?;
        item.extend(named_key(PARTITION, &letter.id));
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk("put dead letter", error))
    }

    /// At most `limit` dead letters behind `after`, newest first or oldest first,
    /// and whether there are more.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn dead_letters(
        &self,
        limit: u32,
        after: Option<&str>,
        newest_first: bool,
    ) -> Result<(Vec<DeadLetter>, bool), StoreError> {
        let page = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("transcodeId = :letters")
            .expression_attribute_values(":letters", AttributeValue::S(PARTITION.to_owned()))
            .scan_index_forward(!newest_first)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX).saturating_add(1))
            .set_exclusive_start_key(after.map(|after| named_key(PARTITION, after)))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("list dead letters", error))?;
        let mut letters: Vec<DeadLetter> = page
            .items
            .unwrap_or_default()
            .into_iter()
            .map(DeadLetter::read)
            .collect::<Result<_, _>>()?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = letters.len() > limit || page.last_evaluated_key.is_some();
        letters.truncate(limit);
        Ok((letters, more))
    }

    /// The dead letters of these names, as far as there are such, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn dead_letters_of(
        &self,
        ids: &[DeadLetterId],
    ) -> Result<Vec<DeadLetter>, StoreError> {
        let keys = ids
            .iter()
            .map(|id| named_key(PARTITION, id.as_str()))
            .collect();
        let rows = rows_of("get dead letters", &self.client, &self.table, keys).await?;
        let mut letters: Vec<DeadLetter> = rows
            .into_iter()
            .map(DeadLetter::read)
            .collect::<Result<_, _>>()?;
        letters.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(letters)
    }

    /// Takes a dead letter away; `false` when another caller did.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn take_dead_letter(&self, id: &str) -> Result<bool, StoreError> {
        let result = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(named_key(PARTITION, id)))
            .condition_expression("attribute_exists(sk)")
            .send()
            .await;
        unless_conflict(result.map_err(|error| StoreError::from_sdk("take dead letter", error)))
    }
}

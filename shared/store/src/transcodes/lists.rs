//! Lists of transcodes, newest first: of a user, of a status, of all.
//!
//! The indexes know keys only, so that progress writes to none; a list is one
//! query for each status at most, merged, and one batch of the page's rows.

use std::cmp::Reverse;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use domain::ids::TranscodeId;
use domain::time::Time;
use domain::transcode::{Transcode, TranscodeStatus};
use serde::{Deserialize, Serialize};

use super::{JOB_ROW, OPEN, TranscodeState, TranscodesTable, key};
use crate::change::Change;
use crate::error::StoreError;
use crate::rows::{Row, every_row, rows_in_order};

const BY_USER: &str = "byUser";
const BY_STATUS: &str = "byStatus";
/// Sort before and after every time there is.
const FIRST: &str = "0";
const LAST: &str = "9999-12-31T23:59:59.999Z";

/// Which transcodes a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TranscodeFilter {
    /// Of this user only.
    pub user_id: Option<String>,
    /// In this status only.
    pub status: Option<TranscodeStatus>,
    /// Accepted then or later.
    pub from: Option<Time>,
    /// Accepted then or earlier.
    pub to: Option<Time>,
}

/// Where a list goes on: behind this transcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TranscodePosition {
    /// When it was accepted.
    pub created_at: Time,
    /// Its name.
    pub id: TranscodeId,
}

impl TranscodePosition {
    fn of(row: &Row) -> Option<Self> {
        let text = |name: &str| row.get(name).and_then(|value| value.as_s().ok());
        let created_at = serde_json::from_value(text("createdAt")?.as_str().into()).ok()?;
        let id = text("transcodeId")?.parse().ok()?;
        Some(Self { created_at, id })
    }
}

/// The order in which an index is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    NewestFirst,
    OldestFirst,
}

impl TranscodesTable {
    /// A page of at most `limit` transcodes, newest first, behind `after` and
    /// `skip` more; and where the next page goes on, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn list(
        &self,
        filter: &TranscodeFilter,
        limit: usize,
        skip: usize,
        after: Option<&TranscodePosition>,
    ) -> Result<(Vec<Transcode>, Option<TranscodePosition>), StoreError> {
        let needed = skip + limit + 1;
        let mut found = Vec::new();
        for query in self.queries(filter, after) {
            found.extend(positions(query, after, needed).await?);
        }
        found.sort_unstable_by_key(|position| Reverse(*position));
        let more = found.len() > skip + limit;
        let page: Vec<TranscodePosition> = found.into_iter().skip(skip).take(limit).collect();
        let next = page.last().filter(|_| more).copied();
        let transcodes = self.transcodes_of(&page).await?;
        Ok((transcodes, next))
    }

    /// How many a filter finds; reads keys only.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn count(&self, filter: &TranscodeFilter) -> Result<u64, StoreError> {
        let mut total = 0;
        for query in self.queries(filter, None) {
            let mut pages = query.select(Select::Count).into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| StoreError::from_sdk("count transcodes", error))?;
                total += u64::try_from(page.count).unwrap_or(0);
            }
        }
        Ok(total)
    }

    /// The oldest of a status that were accepted before `before`, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn oldest(
        &self,
        status: TranscodeStatus,
        before: Time,
        limit: usize,
    ) -> Result<Vec<Transcode>, StoreError> {
        let query = self.by_status(status, FIRST, &before.to_string(), Order::OldestFirst);
        let mut rows = query.into_paginator().items().send();
        let mut found = Vec::new();
        while found.len() < limit {
            let Some(row) = rows.next().await else { break };
            let row = row.map_err(|error| StoreError::from_sdk("oldest transcodes", error))?;
            found.extend(TranscodePosition::of(&row));
        }
        self.transcodes_of(&found).await
    }

    /// How many wait that were accepted before a waiting one. `None` for more than `most`:
    /// only so many keys are read.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn waiting_before(
        &self,
        transcode: &Transcode,
        most: u32,
    ) -> Result<Option<u32>, StoreError> {
        let until = transcode.created_at.to_string();
        let with_itself = most.saturating_add(1);
        let limit = i32::try_from(with_itself).unwrap_or(i32::MAX);
        let page = self
            .by_status(TranscodeStatus::Pending, FIRST, &until, Order::OldestFirst)
            .select(Select::Count)
            .limit(limit.saturating_add(1))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("waiting before", error))?;
        let count = u32::try_from(page.count).unwrap_or(0);
        Ok((count <= with_itself).then(|| count.saturating_sub(1)))
    }

    /// Transcodes by their names, in this order; those that are not there are left out.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn by_ids(&self, ids: &[TranscodeId]) -> Result<Vec<Transcode>, StoreError> {
        let states = self.states_of(ids).await?;
        Ok(states.into_iter().map(|state| state.transcode).collect())
    }

    /// Every open transcode that was accepted before `before`, and who works on it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn open_since(&self, before: Time) -> Result<Vec<TranscodeState>, StoreError> {
        let mut ids = Vec::new();
        for status in OPEN {
            let query = self.by_status(status, FIRST, &before.to_string(), Order::OldestFirst);
            let rows = every_row("open transcodes", query).await?;
            ids.extend(rows.iter().filter_map(TranscodePosition::of));
        }
        let ids: Vec<TranscodeId> = ids.into_iter().map(|position| position.id).collect();
        self.states_of(&ids).await
    }

    /// Notes that messages are sent again; a conflict when another caller did so, or a
    /// worker gave it up, after `since`, or it has ended.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn note_asked(
        &self,
        id: TranscodeId,
        since: Option<Time>,
        now: Time,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("askedAt", &now)?
            .when_in("status", &super::texts(&OPEN));
        let change = match since {
            Some(since) => change.when("askedAt", "=", &since)?,
            None => change.when_absent("askedAt"),
        };
        self.apply("note asked", id, &change).await
    }

    async fn transcodes_of(
        &self,
        positions: &[TranscodePosition],
    ) -> Result<Vec<Transcode>, StoreError> {
        let ids: Vec<TranscodeId> = positions.iter().map(|position| position.id).collect();
        self.by_ids(&ids).await
    }

    async fn states_of(&self, ids: &[TranscodeId]) -> Result<Vec<TranscodeState>, StoreError> {
        let keys = ids.iter().map(|id| key(*id, JOB_ROW)).collect();
        rows_in_order("get transcodes", &self.client, &self.table, keys).await
    }

    /// One query for each status in question; one for a user's.
    fn queries(
        &self,
        filter: &TranscodeFilter,
        after: Option<&TranscodePosition>,
    ) -> Vec<QueryFluentBuilder> {
        let from = filter
            .from
            .map_or(FIRST.to_owned(), |from| from.to_string());
        let to = [filter.to, after.map(|position| position.created_at)];
        let to = to.into_iter().flatten().min();
        let to = to.map_or(LAST.to_owned(), |to| to.to_string());
        // A forged position may lie before the list begins; a table refuses to
        // look between two times in the wrong order.
        if from > to {
            return Vec::new();
        }
        if let Some(user_id) = &filter.user_id {
            let query = self.between(BY_USER, "userId", user_id, &from, &to, Order::NewestFirst);
            return vec![match filter.status {
                Some(status) => query
                    .filter_expression("#status = :status")
                    .expression_attribute_names("#status", "status")
                    .expression_attribute_values(
                        ":status",
                        AttributeValue::S(status.as_str().to_owned()),
                    ),
                None => query,
            }];
        }
        let wanted = |status: &TranscodeStatus| filter.status.is_none_or(|only| only == *status);
        TranscodeStatus::ALL
            .into_iter()
            .filter(wanted)
            .map(|status| self.by_status(status, &from, &to, Order::NewestFirst))
            .collect()
    }

    fn by_status(
        &self,
        status: TranscodeStatus,
        from: &str,
        to: &str,
        order: Order,
    ) -> QueryFluentBuilder {
        self.between(BY_STATUS, "status", status.as_str(), from, to, order)
    }

    fn between(
        &self,
        index: &str,
        partition: &str,
        value: &str,
        from: &str,
        to: &str,
        order: Order,
    ) -> QueryFluentBuilder {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        self.client
            .query()
            .table_name(&self.table)
            .index_name(index)
            .key_condition_expression("#partition = :partition AND createdAt BETWEEN :from AND :to")
            .expression_attribute_names("#partition", partition)
            .expression_attribute_values(":partition", text(value))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to))
            .scan_index_forward(order == Order::OldestFirst)
    }
}

/// The first `needed` keys behind `after`. Of those that were accepted in the
/// last one's millisecond all are read, since the index orders them as it likes.
async fn positions(
    query: QueryFluentBuilder,
    after: Option<&TranscodePosition>,
    needed: usize,
) -> Result<Vec<TranscodePosition>, StoreError> {
    let page = i32::try_from(needed).unwrap_or(i32::MAX).saturating_add(1);
    let mut rows = query.limit(page).into_paginator().items().send();
    let mut found: Vec<TranscodePosition> = Vec::new();
    while let Some(row) = rows.next().await {
        let row = row.map_err(|error| StoreError::from_sdk("list transcodes", error))?;
        let Some(position) = TranscodePosition::of(&row) else {
            continue;
        };
        let is_enough = found.len() >= needed
            && found
                .last()
                .is_some_and(|last| last.created_at != position.created_at);
        if is_enough {
            break;
        }
        if after.is_none_or(|after| position < *after) {
            found.push(position);
        }
    }
    Ok(found)
}

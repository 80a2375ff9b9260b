//! How a transcode comes and ends: accepted, completed, failed, cancelled, tried again.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::holding::HoldingLimits;
use domain::ids::VideoId;
use domain::time::Time;
use domain::transcode::{Asset, Transcode, TranscodeError, TranscodeStatus};
use domain::video::{Facts, Renditions};
use domain::webhook::Event;

use super::{ASSET, IS_NEW, JOB_ROW, TranscodesTable, key, texts};
use crate::change::Change;
use crate::error::StoreError;
use crate::transaction::{self, Refusal};
use crate::usage::{HoldError, end_transcode, take_transcode};
use crate::{Counters, VideosTable, WebhooksTable};

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
    /// Where the event of it is laid out.
    pub webhooks: &'a WebhooksTable,
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
    /// Writes a new transcode, counts it and takes its place among its user's.
    ///
    /// # Errors
    ///
    /// [`HoldError`]: the user holds as much as may be, or the table failed.
    pub async fn create(
        &self,
        counters: &Counters,
        transcode: &Transcode,
        limits: HoldingLimits,
    ) -> Result<(), HoldError> {
        let counted = Change::new().add("pending", 1);
        let writes = vec![
            self.put(transcode.id, JOB_ROW, transcode, Some(IS_NEW))?,
            counters.stats.transcode_write(transcode.id, &counted)?,
        ];
        self.take_place("create transcode", counters, transcode, limits, writes)
            .await
    }

    /// All writes and a place for the transcode, or none.
    async fn take_place(
        &self,
        operation: &'static str,
        counters: &Counters,
        transcode: &Transcode,
        limits: HoldingLimits,
        mut writes: Vec<TransactWriteItem>,
    ) -> Result<(), HoldError> {
        let (usage, user) = (&counters.usage, &transcode.user_id);
        let place = writes.len();
        writes.push(usage.holding_write(user, &take_transcode(limits)?)?);
        match transaction::write(&self.client, operation, writes).await {
            Ok(()) => Ok(()),
            Err(Refusal::Conditions(refused)) if refused == [place] => {
                let held = usage.holding(user, transcode.updated_at).await?;
                Err(HoldError::Refused(held.transcode_refusal(limits)))
            }
            Err(refusal) => Err(refusal.into_error(operation).into()),
        }
    }

    /// Takes a new transcode back whose message could not be sent. A conflict
    /// when a worker has begun it: then the message was sent after all.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn withdraw(
        &self,
        counters: &Counters,
        transcode: &Transcode,
    ) -> Result<(), StoreError> {
        let id = transcode.id;
        let untouched = Change::new()
            .when("status", "=", &TranscodeStatus::Pending)?
            .when_absent("leaseUntil");
        let counted = Change::new().add("pending", -1);
        let usage = &counters.usage;
        let writes = vec![
            untouched.delete(&self.table, key(id, JOB_ROW))?,
            counters.stats.transcode_write(id, &counted)?,
            usage.holding_write(&transcode.user_id, &end_transcode(0))?,
        ];
        transaction::commit(&self.client, "withdraw transcode", writes).await
    }

    /// `PROCESSING` becomes `COMPLETED`, and everything that was made is shown at
    /// once: assets, counters, the gallery's video if it is still there, and the event
    /// for the owner's webhooks, which is answered. A conflict when the lease is lost.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn complete(
        &self,
        counters: &Counters,
        videos: &VideosTable,
        transcode: &Transcode,
        owner: &str,
        made: &Completion<'_>,
        now: Time,
    ) -> Result<Event, StoreError> {
        let id = transcode.id;
        let took = now.since(transcode.started_at.unwrap_or(now));
        let bytes = i64::try_from(made.stored_bytes).unwrap_or(i64::MAX);
        let close = ended(TranscodeStatus::Completed, now)?
            .set("progress", &100)?
            .set("storedBytes", &made.stored_bytes)?
            .set_some("playlistKey", made.playlist_key.as_ref())?
            .when("status", "=", &TranscodeStatus::Processing)?
            .when("leaseOwner", "=", &owner)?;
        let counted = Change::new()
            .add("processing", -1)
            .add("completed", 1)
            .add("storedBytes", bytes)
            .add("processingMs", milliseconds(took));
        let event = Event::transcode_ended(transcode, None, now);
        let held = end_transcode(made.stored_bytes);
        let mut writes = vec![
            self.job_update(id, &close)?,
            counters.stats.transcode_write(id, &counted)?,
            counters.usage.holding_write(&transcode.user_id, &held)?,
            made.webhooks.event_write(&transcode.user_id, &event)?,
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
            .await?;
        Ok(event)
    }

    /// An open transcode becomes `FAILED`. By the worker that holds its lease
    /// (`owner`), or by any caller while no worker holds it; a conflict otherwise. Answers
    /// the event for the owner's webhooks, which is written with it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn fail(
        &self,
        counters: &Counters,
        webhooks: &WebhooksTable,
        transcode: &Transcode,
        owner: Option<&str>,
        error: &TranscodeError,
        now: Time,
    ) -> Result<Event, StoreError> {
        let close = ended(TranscodeStatus::Failed, now)?.set("error", error)?;
        let close = match owner {
            Some(owner) => close.when("leaseOwner", "=", &owner)?,
            None => close.when_absent_or("leaseUntil", "<", &now)?,
        };
        let event = Event::transcode_ended(transcode, Some(error), now);
        let counted = Change::new().add("failed", 1);
        self.end_without_outputs(counters, webhooks, transcode, close, counted, &event)
            .await?;
        Ok(event)
    }

    /// An open transcode becomes `CANCELLED`, even while it is worked on: the worker that
    /// holds the whole finds the lease lost, one that makes a part finds the status (D43). Its
    /// place among its user's is given back. A conflict when it has ended, or has been begun
    /// since it was read. Answers the event for the owner's webhooks, which is written with it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn cancel(
        &self,
        counters: &Counters,
        webhooks: &WebhooksTable,
        transcode: &Transcode,
        now: Time,
    ) -> Result<Event, StoreError> {
        let close = ended(TranscodeStatus::Cancelled, now)?;
        let event = Event::transcode_cancelled(transcode, now);
        let counted = Change::new().add("cancelled", 1);
        self.end_without_outputs(counters, webhooks, transcode, close, counted, &event)
            .await?;
        Ok(event)
    }

    /// `close` and `counted` end an open transcode that has made nothing.
    async fn end_without_outputs(
        &self,
        counters: &Counters,
        webhooks: &WebhooksTable,
        transcode: &Transcode,
        close: Change,
        counted: Change,
        event: &Event,
    ) -> Result<(), StoreError> {
        if transcode.status.is_final() {
            return Err(StoreError::Conflict {
                operation: "end transcode",
            });
        }
        let counter = transcode.status.counter();
        let close = close.when_in("status", &texts(&counted_in(counter)));
        let counted = counted.add(counter, -1);
        let (id, user) = (transcode.id, &transcode.user_id);
        let writes = vec![
            self.job_update(id, &close)?,
            counters.stats.transcode_write(id, &counted)?,
            counters.usage.holding_write(user, &end_transcode(0))?,
            webhooks.event_write(user, event)?,
        ];
        transaction::commit(&self.client, "end transcode", writes).await
    }

    /// `FAILED` becomes `PENDING`, as if it were new (R31); what was stored of it
    /// is used again. It takes a place among its user's, as a new one does. A conflict
    /// when it is not `FAILED`.
    ///
    /// # Errors
    ///
    /// [`HoldError`]: the user holds as much as may be, or the table failed.
    pub async fn restart(
        &self,
        counters: &Counters,
        transcode: &Transcode,
        limits: HoldingLimits,
        now: Time,
    ) -> Result<(), HoldError> {
        let id = transcode.id;
        let mut change = Change::new()
            .set("status", &TranscodeStatus::Pending)?
            .set("progress", &0)?
            .set("updatedAt", &now)?
            .when("status", "=", &TranscodeStatus::Failed)?;
        for forgotten in ["error", "lastFault", "startedAt", "completedAt", "askedAt"] {
            change = change.remove(forgotten);
        }
        let counted = Change::new().add("failed", -1).add("pending", 1);
        let writes = vec![
            self.job_update(id, &change)?,
            counters.stats.transcode_write(id, &counted)?,
        ];
        self.take_place("restart transcode", counters, transcode, limits, writes)
            .await
    }

    /// All writes or none; without `perhaps`, when that is what refuses: the
    /// video is gone, or is another transcode's.
    pub(super) async fn transact_perhaps(
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

pub(super) fn milliseconds(time: std::time::Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

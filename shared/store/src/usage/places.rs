//! A film's place in its user's month: taken when it is accepted, and again when it goes on.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::job::{Job, Place, SceneStatus};
use domain::quota::{Month, Usage};
use serde::Deserialize;

use super::{UsageTable, key, month_row, paid_failures};
use crate::change::Change;
use crate::error::StoreError;
use crate::jobs::{JobRecord, JobsTable};
use crate::rows::row_of;
use crate::spending;
use crate::transaction::{self, Refusal};

/// What a creation may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ceilings {
    /// Films of the user's month, unless the user has a number of their own (R84).
    pub quota: u32,
    /// Films of the user's that may be made at once (fault S3).
    pub running: u32,
    /// Films of the user's month that may fail after money was spent on them (fault S2).
    pub paid_failures: u32,
    /// What the installation may spend in the day, in billionths of a dollar (D49).
    pub daily_nano_usd: u64,
}

impl Ceilings {
    /// Only a quota.
    pub const fn of_quota(quota: u32) -> Self {
        Self {
            quota,
            running: u32::MAX,
            paid_failures: u32::MAX,
            daily_nano_usd: u64::MAX,
        }
    }

    /// By what a creation would be refused in a month that stands so, whose quota goes
    /// before the one here.
    pub fn refusal(self, usage: Usage) -> Option<ReserveError> {
        let ceilings = Self {
            quota: usage.quota,
            ..self
        };
        let counters = MonthCounters {
            taken: usage.used + usage.reserved,
            reserved: usage.reserved,
            risked: usage.reserved + usage.paid_failures,
            redoing: 0,
        };
        (!counters.has_room(ceilings)).then(|| counters.refusal(ceilings))
    }
}

/// What a month's row counts, as far as a refusal asks.
#[derive(Default, Deserialize)]
pub(super) struct MonthCounters {
    #[serde(default)]
    pub(super) taken: u32,
    #[serde(default)]
    pub(super) reserved: u32,
    #[serde(default)]
    pub(super) risked: u32,
    #[serde(default)]
    pub(super) redoing: u32,
}

impl MonthCounters {
    /// Whether there is room for one more.
    fn has_room(&self, ceilings: Ceilings) -> bool {
        self.taken < ceilings.quota
            && self.reserved < ceilings.running
            && self.risked < ceilings.paid_failures
    }

    /// By what a creation was refused. Films that are being made may yet fail, so that
    /// the last ones before the limit of paid failures wait for each other.
    pub(super) fn refusal(&self, ceilings: Ceilings) -> ReserveError {
        let paid_failures = paid_failures(self.risked, self.reserved + self.redoing);
        if self.reserved >= ceilings.running {
            ReserveError::TooManyRunning
        } else if paid_failures >= ceilings.paid_failures {
            ReserveError::TooManyFailures
        } else if self.taken < ceilings.quota && self.risked >= ceilings.paid_failures {
            ReserveError::TooManyRunning
        } else {
            ReserveError::QuotaExceeded
        }
    }

    /// By what a scene that is free of the quota was not redone.
    fn refusal_of_free(&self, ceilings: Ceilings) -> ReserveError {
        let paid_failures = paid_failures(self.risked, self.reserved + self.redoing);
        match paid_failures >= ceilings.paid_failures && self.redoing < ceilings.running {
            true => ReserveError::TooManyFailures,
            false => ReserveError::TooManyRunning,
        }
    }
}

/// Why a job was not created.
#[derive(Debug, thiserror::Error)]
pub enum ReserveError {
    /// The user's month is used up (R66).
    #[error("monthly quota exceeded")]
    QuotaExceeded,
    /// As many of the user's films are being made as may be at once.
    #[error("too many films are being made")]
    TooManyRunning,
    /// As many of the user's films failed this month after money was spent as may.
    #[error("too many films failed after money was spent")]
    TooManyFailures,
    /// The installation's day is used up (D49).
    #[error("daily spending limit reached")]
    SpendingLimit,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl UsageTable {
    /// Writes the job, takes its place in the month (D9) and its quote from the
    /// installation's day (D49), all or nothing. However many creations run side by
    /// side, no more than the quota and the day's limit pass.
    ///
    /// # Errors
    ///
    /// [`ReserveError`]: the month or the day is used up, or the table failed.
    pub async fn reserve(
        &self,
        jobs: &JobsTable,
        job: &Job,
        ceilings: Ceilings,
    ) -> Result<(), ReserveError> {
        let writes = vec![jobs.put_new(job)?];
        self.take_place("reserve", job, writes, ceilings).await
    }

    /// Lets a job that ended without a film go on as `resumed` (D44), with a place and a
    /// quote of their own, all or nothing. Its scenes that are not there wait again. A job
    /// that went on already, or never ended, is a conflict.
    ///
    /// # Errors
    ///
    /// [`ReserveError`]: the month or the day is used up, or the table failed.
    pub async fn resume(
        &self,
        jobs: &JobsTable,
        record: &JobRecord,
        resumed: &Job,
        ceilings: Ceilings,
    ) -> Result<(), ReserveError> {
        let mut writes = vec![jobs.resumption(&record.job, resumed)?];
        for scene in &record.scenes {
            if matches!(scene.status, SceneStatus::Generating | SceneStatus::Failed) {
                writes.push(jobs.scene_again(resumed, scene.index)?);
            }
        }
        self.take_place("resume", resumed, writes, ceilings).await
    }

    /// The writes of a job together with those that take its place and its quote.
    pub(super) async fn take_place(
        &self,
        operation: &'static str,
        job: &Job,
        writes: Vec<TransactWriteItem>,
        ceilings: Ceilings,
    ) -> Result<(), ReserveError> {
        let quota = self.quota_of(&job.user_id, ceilings.quota).await?;
        let ceilings = Ceilings { quota, ..ceilings };
        let is_free = job.place() == Place::Free;
        if quota == 0 && !is_free {
            return Err(ReserveError::QuotaExceeded);
        }
        if job.quote_nano_usd > ceilings.daily_nano_usd {
            return Err(ReserveError::SpendingLimit);
        }
        let in_work = if is_free { "redoing" } else { "reserved" };
        let take = Change::new()
            .add(in_work, 1)
            .add("risked", 1)
            .when_absent_or("risked", "<", &ceilings.paid_failures)?
            .when_absent_or(in_work, "<", &ceilings.running)?;
        let take = match is_free {
            true => take,
            false => take.add("taken", 1).when_absent_or("taken", "<", &quota)?,
        };
        let month = self.month_update(&job.user_id, &job.month, &take)?;
        let quote = match job.quote_nano_usd {
            0 => None,
            _ => Some(spending::take_quote(
                &self.table,
                job,
                ceilings.daily_nano_usd,
            )?),
        };
        let quote_at = writes.len() + 1;
        let writes = [month].into_iter().chain(writes).chain(quote).collect();
        match transaction::write(&self.client, operation, writes).await {
            Ok(()) => Ok(()),
            Err(Refusal::Conditions(refused)) if refused == [0] || refused == [0, quote_at] => {
                let month = self.counters(&job.user_id, &job.month).await?;
                Err(match is_free {
                    true => month.refusal_of_free(ceilings),
                    false => month.refusal(ceilings),
                })
            }
            Err(Refusal::Conditions(refused)) if refused == [quote_at] => {
                Err(ReserveError::SpendingLimit)
            }
            // The job itself is not as it was.
            Err(refusal) => Err(ReserveError::Store(refusal.into_error(operation))),
        }
    }

    async fn quota_of(&self, user_id: &str, default_quota: u32) -> Result<u32, StoreError> {
        #[derive(Deserialize)]
        struct Quota {
            quota: u32,
        }
        let key = key(user_id, "quota");
        let quota: Option<Quota> = row_of("get quota", &self.client, &self.table, key).await?;
        Ok(quota.map_or(default_quota, |own| own.quota))
    }

    async fn counters(&self, user_id: &str, month: &Month) -> Result<MonthCounters, StoreError> {
        let key = key(user_id, &month_row(month));
        let month = row_of("get month", &self.client, &self.table, key).await?;
        Ok(month.unwrap_or_default())
    }
}

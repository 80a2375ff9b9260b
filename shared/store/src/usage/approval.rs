//! The owner's approval of a storyboard (D44): the job goes on, and what it now costs more
//! or less is taken from the installation's day (D49).

use domain::job::Job;

use super::UsageTable;
use crate::error::StoreError;
use crate::jobs::JobsTable;
use crate::spending;
use crate::transaction::{self, Refusal};

/// Why a storyboard was not approved.
#[derive(Debug, thiserror::Error)]
pub enum ApproveError {
    /// The job does not wait for approval any more, or its storyboard was changed meanwhile.
    #[error("the storyboard is not the one that was approved")]
    Changed,
    /// The installation's day is used up (D49).
    #[error("daily spending limit reached")]
    SpendingLimit,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl UsageTable {
    /// Writes `approved` in the place of the job that waits, with the difference of their
    /// quotes, all or nothing. However many approvals run side by side, one passes.
    ///
    /// # Errors
    ///
    /// [`ApproveError`]: the job is another one by now, the day is used up, or the table
    /// failed.
    pub async fn approve(
        &self,
        jobs: &JobsTable,
        waiting: &Job,
        approved: &Job,
        daily_nano_usd: u64,
    ) -> Result<(), ApproveError> {
        let quote = approved.quote_nano_usd;
        if quote.saturating_sub(waiting.quote_nano_usd) > daily_nano_usd {
            return Err(ApproveError::SpendingLimit);
        }
        let mut writes = vec![jobs.approve_write(waiting, approved)?];
        if quote != waiting.quote_nano_usd {
            let taken = spending::change_quote(&self.table, waiting, quote, daily_nano_usd)?;
            writes.push(taken);
        }
        match transaction::write(&self.client, "approve", writes).await {
            Ok(()) => Ok(()),
            Err(Refusal::Conditions(positions)) if positions.contains(&0) => {
                Err(ApproveError::Changed)
            }
            Err(Refusal::Conditions(_)) => Err(ApproveError::SpendingLimit),
            Err(refusal) => Err(ApproveError::Store(refusal.into_error("approve"))),
        }
    }
}

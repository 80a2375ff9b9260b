//! One worker at a time looks after the whole: a lease on the transcode's row, with an
//! owner and an end. Its parts have leases of their own.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use domain::ids::TranscodeId;
use domain::time::Time;
use domain::transcode::{TranscodeError, TranscodeStatus};

use super::{JOB_ROW, OPEN, TranscodeState, TranscodesTable, key, texts};
use crate::change::{Change, from_item};
use crate::error::StoreError;
use crate::transaction;

/// What became of the wish to work on a transcode.
#[derive(Debug, Clone, PartialEq)]
pub enum Lease {
    /// It is the caller's alone until the lease's end.
    Taken(Box<TranscodeState>),
    /// Another worker has it until then.
    Held(Time),
    /// It has ended so; there is nothing to do.
    Ended(TranscodeStatus),
    /// There is no such transcode.
    Missing,
}

impl TranscodesTable {
    /// Takes an open transcode that no worker holds, for `owner`, until `until`.
    /// Of any number that try at once, one gets it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn take(
        &self,
        id: TranscodeId,
        owner: &str,
        now: Time,
        until: Time,
    ) -> Result<Lease, StoreError> {
        let change = Change::new()
            .set("leaseOwner", &owner)?
            .set("leaseUntil", &until)?
            .remove("lastFault")
            .when_in("status", &texts(&OPEN))
            .when_absent_or("leaseUntil", "<", &now)?;
        let request = change
            .request(&self.client, &self.table, key(id, JOB_ROW))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let row = match transaction::update(request).await {
            Ok(answer) => {
                let row = answer.attributes.unwrap_or_default();
                return Ok(Lease::Taken(Box::new(from_item("take transcode", row)?)));
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
                    refusal.item.clone()
                }
                _ => return Err(StoreError::from_sdk("take transcode", error)),
            },
        };
        let Some(row) = row.filter(|row| !row.is_empty()) else {
            return Ok(Lease::Missing);
        };
        let state: TranscodeState = from_item("take transcode", row)?;
        if state.transcode.status.is_final() {
            return Ok(Lease::Ended(state.transcode.status));
        }
        Ok(Lease::Held(state.lease_state.lease_until.unwrap_or(now)))
    }

    /// Makes the lease last until `until`; a conflict when it is lost.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn renew(&self, id: TranscodeId, owner: &str, until: Time) -> Result<(), StoreError> {
        let change = Change::new()
            .set("leaseUntil", &until)?
            .when("leaseOwner", "=", &owner)?
            .when_in("status", &texts(&OPEN));
        self.apply("renew lease", id, &change).await
    }

    /// Gives the transcode out of one's hands, so that the next worker may take
    /// it at once, and leaves it to the messages in the queue; notes why, if the work
    /// failed. A conflict when it is lost.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn release(
        &self,
        id: TranscodeId,
        owner: &str,
        fault: Option<&TranscodeError>,
        now: Time,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("updatedAt", &now)?
            .set("askedAt", &now)?
            .set_some("lastFault", fault)?
            .remove("leaseOwner")
            .remove("leaseUntil")
            .when("leaseOwner", "=", &owner)?
            .when_in("status", &texts(&OPEN));
        self.apply("release lease", id, &change).await
    }
}

//! A part of a film made anew (D44): what it takes of the month and of the day.

use domain::job::{Job, Place};

use super::UsageTable;
use super::places::{Ceilings, ReserveError};
use crate::error::StoreError;
use crate::jobs::JobsTable;
use crate::transaction;

impl UsageTable {
    /// Lets another execution change a part of `film`, as `redone` says, with what that
    /// holds of the month and its quote, all or nothing. However many are asked for side
    /// by side, one passes; a film that is being changed, or is none, is a conflict.
    ///
    /// # Errors
    ///
    /// [`ReserveError`]: the month or the day is used up, or the table failed.
    pub async fn redo(
        &self,
        jobs: &JobsTable,
        film: &Job,
        redone: &Job,
        ceilings: Ceilings,
    ) -> Result<(), ReserveError> {
        let operation = "redo";
        let redo = redone.redo.as_ref();
        let redo = redo.ok_or(StoreError::Conflict { operation })?;
        let writes = jobs.redo_writes(film, redone, redo)?;
        match redo.place {
            Place::None => Ok(transaction::commit(&self.client, operation, writes).await?),
            Place::Free | Place::Counted => {
                self.take_place(operation, redone, writes, ceilings).await
            }
        }
    }
}

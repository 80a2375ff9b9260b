//! A film's turn to ask the provider.

use config::Bootstrap;
use domain::attempt::Target;
use domain::failure::{Failure, StepError};
use domain::job::Job;
use domain::time::Time;
use domain::turns::{Budget, Turn};
use store::TurnsTable;

/// Predictions that an account with a payment method may create in a minute at Replicate.
const CREATES_PER_MINUTE: u32 = 600;

/// The one budget of the installation, and the list of what waits for it.
#[derive(Debug, Clone)]
pub struct Turns {
    /// The list.
    pub table: TurnsTable,
    /// The budget.
    pub budget: Budget,
}

impl Turns {
    /// The list in the table that `STATS_TABLE` names, with the budget of
    /// `PROVIDER_CREATES_PER_MINUTE`.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let table = TurnsTable::connect(bootstrap);
        let environment = bootstrap.environment();
        let per_minute = environment.parsed("PROVIDER_CREATES_PER_MINUTE", CREATES_PER_MINUTE);
        let budget = Budget { per_minute };
        Self { table, budget }
    }

    /// Takes the turn of one try to make something of a film.
    ///
    /// # Errors
    ///
    /// [`Failure::TurnNotCome`]: the state machine comes again. The table is out of reach.
    pub(crate) async fn take(
        &self,
        job: &Job,
        target: Target,
        number: u32,
        now: Time,
    ) -> Result<(), StepError> {
        let unit = format!("{}/{target}/{number}", job.job_id);
        let turn = self.table.ask(&job.user_id, &unit, self.budget, now);
        match turn.await? {
            Turn::Now => Ok(()),
            Turn::Later { ahead } => {
                tracing::info!(job = %job.job_id, %target, ahead, "others go first");
                Err(Failure::TurnNotCome.into())
            }
        }
    }
}

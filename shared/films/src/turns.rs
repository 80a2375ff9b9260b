//! A film's turn to ask the provider.

use std::collections::HashMap;

use config::Bootstrap;
use domain::attempt::Target;
use domain::failure::{Failure, StepError};
use domain::job::Job;
use domain::time::Time;
use domain::turns::{Budget, Turn};
use store::{StoreError, TurnsTable};

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
        let unit = format!("{}{target}/{number}", unit_prefix(job));
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

/// How many requests go to the provider before each one of a film that waits for its turn.
///
/// # Errors
///
/// [`StoreError`]: what failed, by its meaning.
pub async fn turns_before(
    table: &TurnsTable,
    job: &Job,
    now: Time,
) -> Result<HashMap<Target, u32>, StoreError> {
    if !job.status.is_running() {
        return Ok(HashMap::new());
    }
    let units = unit_prefix(job);
    let places = table.list().await?.places(&units, now).into_iter();
    let places = places.filter_map(|(unit, ahead)| {
        let (target, _) = unit.strip_prefix(&units)?.split_once('/')?;
        Some((target.parse().ok()?, u32::try_from(ahead).ok()?))
    });
    Ok(places.collect())
}

/// How the names of all that a film asks for begin.
fn unit_prefix(job: &Job) -> String {
    format!("{}/", job.job_id)
}

#[cfg(test)]
mod tests {
    use domain::job::Status;
    use store::testing::{Tables, job, now};

    use super::*;

    #[tokio::test]
    async fn what_waits_has_its_place_and_what_goes_has_none() {
        let tables = Tables::default();
        let turns = Turns {
            table: TurnsTable::new(tables.client(), "stats"),
            budget: Budget { per_minute: 6 },
        };
        let (mut one, mut other) = (job(1, "one"), job(2, "other"));
        one.status = Status::Processing;
        other.status = Status::Processing;
        let scene = Target::Scene;
        turns.take(&one, scene(1), 1, now()).await.unwrap();
        for target in [scene(2), Target::Soundtrack] {
            turns.take(&one, target, 1, now()).await.unwrap_err();
        }
        turns.take(&other, scene(1), 3, now()).await.unwrap_err();

        let of = async |job: &Job| turns_before(&turns.table, job, now()).await.unwrap();
        let expected = HashMap::from([(scene(2), 0), (Target::Soundtrack, 2)]);
        assert_eq!(of(&one).await, expected);
        assert_eq!(of(&other).await, HashMap::from([(scene(1), 1)]));
        other.status = Status::Failed;
        assert_eq!(of(&other).await, HashMap::new());
    }
}

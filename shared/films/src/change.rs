//! Changing a film that is there (D44): what the routes that ask for it stand on.

use std::time::Duration;

use config::Bootstrap;
use domain::attempt::Target;
use domain::job::{Job, Redo};
use domain::time::Clock;
use edge::http::{ApiError, Caller};
use store::{Ceilings, JobRecord, JobsTable, ReserveError, StoreError, UsageTable, Workflow};
use uuid::Uuid;

use crate::own::own_job;
use crate::start::start_or_leave;
use crate::takes::{BEING_CHANGED, chosen_take};

/// Begins changes of films.
#[derive(Debug, Clone)]
pub struct FilmChanges {
    /// The films.
    pub jobs: JobsTable,
    /// What they hold of the month.
    pub usage: UsageTable,
    /// What makes them.
    pub workflow: Workflow,
    /// How long a change may take.
    pub time_limit: Duration,
    /// The clock.
    pub clock: Clock,
}

impl FilmChanges {
    /// Wires the changing of films up.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            jobs: JobsTable::connect(bootstrap),
            usage: UsageTable::connect(bootstrap),
            workflow: Workflow::connect(bootstrap),
            time_limit: bootstrap.environment().job_time_limit(),
            clock: bootstrap.clock(),
        }
    }

    /// Lets another execution make the change, under the name of its request if that has
    /// one; the job as it goes on. A film that is being changed is a conflict.
    ///
    /// # Errors
    ///
    /// [`ReserveError`]: the month or the day is used up, or the table failed.
    pub async fn begin(
        &self,
        film: &Job,
        redo: &Redo,
        name: Option<Uuid>,
        quote_nano_usd: u64,
        ceilings: Ceilings,
    ) -> Result<Job, ReserveError> {
        let now = self.clock.now();
        let redone = film.redone(redo.clone(), name, quote_nano_usd, now, self.time_limit);
        let operation = "redo";
        let redone = redone.ok_or(StoreError::Conflict { operation })?;
        let begun = self.usage.redo(&self.jobs, film, &redone, ceilings);
        begun.await.map(|()| redone)
    }

    /// Has a take that is there put into the film: nothing is generated, nothing paid for,
    /// no place taken. The job as it is then, and the change. The same choice that is being
    /// followed, or that the film has, is no other.
    ///
    /// # Errors
    ///
    /// There is no such film (409), part (404) or take (400); or a table failed.
    pub async fn choose(
        &self,
        caller: &Caller,
        record: JobRecord,
        target: Target,
        take: u32,
    ) -> Result<(Job, Redo), ApiError> {
        let (job, redo) = match under_way(&record.job, target, take) {
            Some(redo) => (record.job, redo),
            None => self.begin_choice(caller, record, target, take).await?,
        };
        start_or_leave(&self.workflow, &self.jobs, &job).await;
        Ok((job, redo))
    }

    async fn begin_choice(
        &self,
        caller: &Caller,
        record: JobRecord,
        target: Target,
        take: u32,
    ) -> Result<(Job, Redo), ApiError> {
        let redo = chosen_take(&record, target, take)?;
        if record.job.has_take(target, take) {
            return Ok((record.job, redo));
        }
        // Nothing is taken that a ceiling is of.
        let ceilings = Ceilings::of_quota(0);
        match self.begin(&record.job, &redo, None, 0, ceilings).await {
            Ok(job) => Ok((job, redo)),
            Err(ReserveError::Store(error)) if !error.is_conflict() => Err(error.into()),
            Err(_) => {
                // Another request was faster, perhaps with the same choice.
                let job = own_job(&self.jobs, record.job.job_id, caller).await?;
                let redo = under_way(&job, target, take).ok_or(BEING_CHANGED)?;
                Ok((job, redo))
            }
        }
    }
}

/// The same choice, when it is being followed.
fn under_way(job: &Job, target: Target, take: u32) -> Option<Redo> {
    let redo = job.redo.clone()?;
    let is_same = !redo.is_new() && (redo.part.target(), redo.part.take()) == (target, take);
    is_same.then_some(redo)
}

//! How a job's execution ends: its place in the month and its quote are settled with it.

use domain::failure::JobError;
use domain::job::{Job, Place, Stage, Status};
use domain::quota::Reservation;
use domain::time::Time;
use domain::webhook::Event;

use super::{PAID, UsageTable};
use crate::change::Change;
use crate::error::StoreError;
use crate::jobs::{JobsTable, end_redo};
use crate::spending;
use crate::transaction;
use crate::webhooks::WebhooksTable;

/// How a job ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// With its film; the place in the month is used.
    Completed,
    /// Without; the place is given back.
    Failed(JobError),
    /// Its creator could not start its execution: it fails, unless an execution has begun
    /// it, which is a conflict. A start that was not answered may have taken effect.
    Unstarted,
    /// By its owner's will; the place is given back.
    Cancelled,
}

impl Ending {
    /// The job's status then. A film that was there stays, whatever becomes of a change of
    /// it (D44).
    pub fn status(&self, job: &Job) -> Status {
        match self {
            _ if job.redo.is_some() => Status::Completed,
            Self::Completed => Status::Completed,
            Self::Failed(_) | Self::Unstarted => Status::Failed,
            Self::Cancelled => Status::Cancelled,
        }
    }

    /// The statuses that it may follow. What is being cancelled is not completed.
    fn follows(&self) -> Vec<&'static str> {
        match self {
            Self::Completed => vec![Status::Processing.as_str()],
            Self::Failed(_) | Self::Unstarted => Status::before(Status::Failed),
            Self::Cancelled => Status::before(Status::Cancelled),
        }
    }

    /// What the owner's webhooks are told of it.
    pub fn event(&self, job: &Job, now: Time) -> Event {
        match self {
            Self::Completed => Event::job_ended(job.job_id, None, now),
            Self::Failed(error) => Event::job_ended(job.job_id, Some(error), now),
            Self::Unstarted => {
                Event::job_ended(job.job_id, Some(&JobError::workflow_failed()), now)
            }
            Self::Cancelled => Event::job_cancelled(job.job_id, now),
        }
    }

    /// What its month is told, if anything: what becomes of what the job held of it, and what
    /// was paid since that was taken.
    fn month(&self, place: Place, paid_since: u64) -> Option<Change> {
        let settled = self.settled(place, paid_since > 0);
        match paid_since {
            0 => settled,
            // What held nothing may find what an earlier execution did cost.
            paid => {
                let month = settled.unwrap_or_default();
                Some(month.add(PAID, spending::signed(paid)))
            }
        }
    }

    /// What becomes of what the job held of its month, if it held anything.
    fn settled(&self, place: Place, is_paid: bool) -> Option<Change> {
        let month = match place {
            Place::None => return None,
            Place::Counted => Change::new().add("reserved", -1),
            Place::Free => Change::new().add("redoing", -1),
        };
        Some(match (self, place) {
            (Self::Completed, Place::Counted) => month.add("risked", -1).add("used", 1),
            (Self::Completed, _) => month.add("risked", -1),
            // What was paid for stays counted.
            (_, Place::Counted) => month.add("taken", -1).add("risked", given_back(is_paid)),
            (_, _) => month.add("risked", given_back(is_paid)),
        })
    }
}

fn given_back(is_paid: bool) -> i64 {
    if is_paid { 0 } else { -1 }
}

impl UsageTable {
    /// Ends a job, settles its place, adds what was paid since it was taken to its month, puts
    /// that in the place of its quote (`paid` is all that was ever paid for the job, in
    /// billionths of a dollar) and lays out the event of it, which is answered; all or nothing,
    /// once: a job that has ended already is a conflict and nothing is written (D30).
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn settle(
        &self,
        jobs: &JobsTable,
        webhooks: &WebhooksTable,
        job: &Job,
        ending: &Ending,
        paid: u64,
        now: Time,
    ) -> Result<Event, StoreError> {
        let event = ending.event(job, now);
        // What turned out to be free after it was counted is made good by what is paid next.
        let paid = paid.max(job.paid_nano_usd);
        let paid_since = paid - job.paid_nano_usd;
        let close = Change::new()
            .set("status", &ending.status(job))?
            .set("paidNanoUsd", &paid)?
            .set("updatedAt", &now)?
            .remove("open")
            .when_in("status", &ending.follows())
            .when("reservation", "=", &Reservation::Held)?
            // What another execution began with meanwhile is not ended by this one's news.
            .when_absent_or("run", "=", &job.run)?;
        let close = match ending {
            Ending::Failed(error) => close.set("error", error)?,
            Ending::Unstarted => close.set("error", &JobError::workflow_failed())?.when(
                "stage",
                "=",
                &Stage::Queued,
            )?,
            Ending::Completed | Ending::Cancelled => close,
        };
        let mut writes = Vec::new();
        let close = match &job.redo {
            None => first_ending(close.set("completedAt", &now)?, ending)?,
            Some(redo) => {
                let is_made = *ending == Ending::Completed;
                let close = end_redo(close, job, redo, is_made)?;
                if is_made {
                    close.set("completedAt", &now)?
                } else {
                    writes.extend(jobs.scene_as_it_was(job, redo, now)?);
                    close
                }
            }
        };
        writes.push(jobs.job_update(job.job_id, &close)?);
        writes.push(webhooks.event_write(&job.user_id, &event)?);
        if let Some(month) = ending.month(job.place(), paid_since) {
            writes.push(self.month_update(&job.user_id, &job.month, &month)?);
        }
        // What cost nothing may find what an earlier execution did cost.
        if job.quote_nano_usd > 0 || paid_since > 0 {
            writes.push(spending::settle_quote(&self.table, job, paid_since)?);
        }
        transaction::commit(&self.client, "settle", writes).await?;
        Ok(event)
    }
}

/// What the end of a film's making adds to the end of its execution.
fn first_ending(close: Change, ending: &Ending) -> Result<Change, StoreError> {
    match ending {
        Ending::Completed => close
            .set("stage", &Stage::Done)?
            .set("reservation", &Reservation::Committed),
        Ending::Failed(_) | Ending::Unstarted | Ending::Cancelled => {
            close.set("reservation", &Reservation::Released)
        }
    }
}

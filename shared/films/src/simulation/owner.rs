//! What the job's owner does: cancels it, changes and approves its storyboard, lets it go on.
//! Each request may be killed anywhere.

use std::time::Duration;

use domain::failure::StepError;
use domain::job::JobId;
use domain::request::CreateJob;
use domain::storyboard::Storyboard;
use domain::time::Time;
use store::{ApproveError, Ceilings, JobsTable, ReserveError, UsageTable, Workflow};

use super::event::{Caller, Event};
use super::world::{QUOTA, World};
use crate::CancelError;
use crate::ask::ignore_conflict;

/// How long an execution may take.
const TIME_LIMIT: Duration = Duration::from_secs(3600);

impl World {
    /// One owner in three cancels, one in six twice.
    pub(super) fn may_cancel(&mut self) {
        for _ in 0..self.random.u8(0..6).saturating_sub(3) {
            let when = self.random.f64() * if self.random.bool() { 30.0 } else { 900.0 };
            self.after(when, Event::Cancel);
        }
    }

    /// The owner changes the storyboard now and then, and mostly approves it, sometimes twice
    /// or about when the time is up.
    pub(super) fn begin_review(&mut self) {
        for _ in 0..self.random.u8(0..3) {
            let when = self.random.f64() * 60.0;
            self.after(when, Event::Edit);
        }
        for _ in 0..self.random.u8(0..4) {
            let when = match self.random.bool() {
                true => self.random.f64() * 90.0,
                false => 3_590.0 + self.random.f64() * 90.0,
            };
            self.after(when, Event::Approve);
        }
    }

    /// Two owners in three let a film go on that ended without being made, some of them
    /// twice at once.
    pub(super) fn may_resume(&mut self) {
        if self.random.u8(0..3) == 0 {
            return;
        }
        let when = self.random.f64() * 200.0;
        for _ in 0..self.random.u8(1..3) {
            self.after(when, Event::Resume);
        }
    }

    /// What the owner's request does; it may be killed anywhere.
    pub(super) fn cancel(&mut self) {
        let (finisher, is_cancelled) = (self.finisher.clone(), self.is_cancelled.clone());
        let run = self.job.latest_run();
        self.invoke(Caller::Schedule, async move {
            match finisher.cancel(run.job_id).await {
                Ok(_) => is_cancelled.set(true),
                Err(CancelError::Ended) => {}
                Err(CancelError::Failed(error)) => return Err(error),
            }
            Ok(())
        });
    }

    pub(super) fn edit(&mut self, at: i64) {
        let (jobs, id) = (self.jobs.clone(), self.job.job_id);
        let edited = edit(jobs, id, Time::from_millisecond(at));
        self.invoke(Caller::Schedule, edited);
    }

    pub(super) fn approve(&mut self, at: i64) {
        let (jobs, usage, workflow) = self.parts();
        let id = self.job.job_id;
        let approved = approve(jobs, usage, workflow, id, Time::from_millisecond(at));
        self.invoke(Caller::Schedule, approved);
    }

    pub(super) fn resume(&mut self, at: i64) {
        let (jobs, usage, workflow) = self.parts();
        let id = self.job.job_id;
        let resumed = resume(jobs, usage, workflow, id, Time::from_millisecond(at));
        self.invoke(Caller::Schedule, resumed);
    }

    pub(super) fn parts(&self) -> (JobsTable, UsageTable, Workflow) {
        let workflow = self.generation.workflow.clone();
        (self.jobs.clone(), self.usage.clone(), workflow)
    }
}

/// What the route that changes a storyboard does: here one scene becomes two, or two one.
async fn edit(jobs: JobsTable, id: JobId, now: Time) -> Result<(), StepError> {
    let job = jobs.get(id).await?.filter(|job| job.is_in_review(now));
    let Some(job) = job else { return Ok(()) };
    let scenes = 3 - job.request.scenes;
    let wanted = CreateJob {
        scenes,
        ..job.request.clone()
    };
    let edited = job.with_edit(Storyboard::by_rules(&wanted), now);
    ignore_conflict(jobs.edit_storyboard(&job, &edited).await)
}

/// What the route that approves a storyboard does.
async fn approve(
    jobs: JobsTable,
    usage: UsageTable,
    workflow: Workflow,
    id: JobId,
    now: Time,
) -> Result<(), StepError> {
    let job = jobs.get(id).await?.filter(|job| job.is_in_review(now));
    let Some(job) = job else { return Ok(()) };
    let approved = job.approved(job.quote_nano_usd, now, TIME_LIMIT);
    match usage.approve(&jobs, &job, &approved, u64::MAX).await {
        Ok(()) => Ok(workflow.start(approved.latest_run()).await.map(drop)?),
        Err(ApproveError::Store(error)) => Err(error.into()),
        Err(ApproveError::Changed | ApproveError::SpendingLimit) => Ok(()),
    }
}

/// What the route that lets a job go on does.
async fn resume(
    jobs: JobsTable,
    usage: UsageTable,
    workflow: Workflow,
    id: JobId,
    now: Time,
) -> Result<(), StepError> {
    let Some(record) = jobs.load(id).await? else {
        return Ok(());
    };
    let resumed = record
        .job
        .resumed(record.job.quote_nano_usd, now, TIME_LIMIT);
    let Some(resumed) = resumed else {
        return Ok(());
    };
    let ceilings = Ceilings::of_quota(QUOTA);
    match usage.resume(&jobs, &record, &resumed, ceilings).await {
        Ok(()) => Ok(workflow.start(resumed.latest_run()).await.map(drop)?),
        Err(ReserveError::Store(error)) => ignore_conflict(Err(error)),
        Err(refusal) => panic!("there is room for one film: {refusal}"),
    }
}

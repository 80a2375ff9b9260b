//! What must hold whatever the order.

use std::time::Duration;

use domain::attempt::{Attempt, AttemptState, Target};
use domain::job::{Job, Status};
use domain::keys;
use domain::spending::Day;
use domain::time::Time;

use super::world::{QUOTA, USER, World};

const DAY: Duration = Duration::from_secs(24 * 3600);

impl World {
    /// Progress never falls; what is final stays.
    pub(super) async fn observe(&mut self) {
        let job = self.jobs.get(self.job.job_id).await.unwrap().unwrap();
        let (progress, status) = self.last;
        let went_on = job.run != self.seen_run;
        self.seen_run = job.run;
        self.observe_film(&job);
        if job.progress() < progress && job.status != Status::Failed && !went_on {
            let what = format!("progress fell from {progress} to {}", job.progress());
            self.violations.push(what);
        }
        let ended = status.filter(|before| before.is_final() && !went_on);
        if let Some(before) = ended.filter(|before| *before != job.status) {
            self.violations
                .push(format!("{before:?} became {:?}", job.status));
        }
        if job.status.is_final() && ended.is_none() {
            self.ended(&job).await;
        }
        if job.status == Status::AwaitingReview && status != Some(job.status) {
            self.begin_review();
        }
        self.last = (job.progress(), Some(job.status));
        self.check_costs().await;
    }

    /// What an attempt cost is noted before it ends: a job is settled by what is noted.
    async fn check_costs(&mut self) {
        let record = self.jobs.load(self.job.job_id).await.unwrap().unwrap();
        let is_noted = |attempt: &Attempt| {
            let mut lines = record.ledger.iter();
            lines.any(|line| line.step == attempt.step() && line.actual_nano_usd.is_some())
        };
        let unknown = record.attempts.iter().find(|attempt| {
            let has_ended = !attempt.state.is_open() && attempt.state != AttemptState::Void;
            has_ended && attempt.target != Target::Plan && !is_noted(attempt)
        });
        if let Some(attempt) = unknown {
            let what = format!("what {} cost is not noted", attempt.step());
            self.violations.push(what);
        }
    }

    /// An execution has ended the job.
    async fn ended(&mut self, job: &Job) {
        if job.status == Status::Completed {
            return self.film_is_there(job).await;
        }
        self.paid_failures += u32::from(job.paid_nano_usd > self.paid);
        self.paid = job.paid_nano_usd;
        self.may_resume();
    }

    /// The place in the month is used or given back, once.
    pub(super) async fn check_ending(&mut self) {
        let now = Time::from_millisecond(self.now());
        let account = self.usage.account(USER, now, QUOTA).await.unwrap();
        let usage = account.usage;
        let completed = self.last.1 == Some(Status::Completed);
        let has_film = self.bucket.object(&keys::film(self.job.job_id)).is_some();
        let job = self.jobs.get(self.job.job_id).await.unwrap().unwrap();
        let cancelled = job.status == Status::Cancelled;
        if self.is_cancelled.get() && !cancelled && job.reserved_at.is_none() {
            let what = format!("{:?}, though its owner cancelled it", job.status);
            self.violations.push(what);
        }
        if !completed && !cancelled && has_film && job.video_key.is_some() {
            self.violations
                .push("a film that stands was failed".to_owned());
        }
        if cancelled {
            self.check_books().await;
        }
        self.check_days(&job).await;
        if usage.paid_nano_usd != job.paid_nano_usd {
            let (counted, paid) = (usage.paid_nano_usd, job.paid_nano_usd);
            let what = format!("in the month {counted}, paid {paid}");
            self.violations.push(what);
        }
        if usage.paid_failures != self.paid_failures {
            let (counted, expected) = (usage.paid_failures, self.paid_failures);
            let what = format!("{counted} paid failures, not {expected}");
            self.violations.push(what);
        }
        if (usage.reserved, usage.used) != (0, self.film.used) {
            let what = format!("used {}, reserved {}", usage.used, usage.reserved);
            self.violations.push(what);
        }
    }

    /// What was taken from the installation's days is what the job counts as paid.
    async fn check_days(&mut self, job: &Job) {
        let days = (0..3).map(|days| self.job.created_at.after(DAY * days));
        let mut sums = (0, 0);
        for day in days {
            let day = Day::of(day);
            let of_day = self.generation.spending.spending_sums(&day).await.unwrap();
            sums = (sums.0 + of_day.taken, sums.1 + of_day.spent);
        }
        if sums != (job.paid_nano_usd, job.paid_nano_usd) {
            let what = format!("in the days {sums:?}, paid {}", job.paid_nano_usd);
            self.violations.push(what);
        }
    }

    /// Nothing runs for a cancelled job, and what was paid for it is what the provider
    /// charges: what succeeded, though it is of no use, and what was canceled while it ran;
    /// not what never ran or failed.
    async fn check_books(&mut self) {
        let record = self.jobs.load(self.job.job_id).await.unwrap().unwrap();
        let paid = domain::spending::paid(&record.attempts, &record.ledger);
        // What a storyboard cost is known to its planner alone: its prediction has no webhook.
        let plans = record.attempts.iter();
        let plans = plans.filter(|attempt| attempt.target == Target::Plan);
        let plans: Vec<Attempt> = plans.cloned().collect();
        let mut charged = domain::spending::paid(&plans, &record.ledger);
        for made in self.provider.predictions() {
            let attempts = record.attempts.iter();
            let mut attempts = attempts.filter(|attempt| attempt.attempt_id == made.attempt_id);
            let Some(attempt) = attempts.next() else {
                continue;
            };
            let line = record
                .ledger
                .iter()
                .find(|line| line.step == attempt.step());
            let noted = line.and_then(|line| line.actual_nano_usd);
            charged += match made.status {
                "succeeded" if made.is_usable => noted.unwrap_or(attempt.predicted_nano_usd),
                "succeeded" | "canceled" => attempt.predicted_nano_usd,
                _ => 0,
            };
            if !made.has_ended() {
                let what = format!("{} runs on for a cancelled job", made.id);
                self.violations.push(what);
            }
        }
        let day = Day::of(self.job.created_at);
        let sums = self.generation.spending.spending_sums(&day).await.unwrap();
        if paid != charged || (sums.taken, sums.spent) != (charged, charged) {
            let what = format!("paid {paid}, in the day {sums:?}, charged {charged}");
            self.violations.push(what);
        }
    }
}

//! What the owner of a film that is there does: has scenes and music made anew and chooses
//! takes, some of it twice at once, and cancels it. Each request may be killed anywhere.

use std::time::Duration;

use domain::attempt::Target;
use domain::failure::StepError;
use domain::job::{FREE_REDOS, Job, JobId, Place, Soundtrack};
use domain::take::{TakeRequest, takes_of};
use domain::time::{Clock, Time};
use store::{Ceilings, ReserveError};

use super::event::{Caller, Event};
use super::world::{QUOTA, World};
use crate::ask::ignore_conflict;
use crate::{FilmChanges, another_take, chosen_take};

/// How long an execution may take.
const TIME_LIMIT: Duration = Duration::from_secs(3600);

/// What has become of a film that is there, by what was seen of it.
#[derive(Debug, Default)]
pub(super) struct Film {
    /// Whether it is there.
    is_there: bool,
    /// Places of the month that it has used.
    pub(super) used: u32,
    /// Parts that were redone.
    redone: u32,
    /// What the change that is being made holds.
    place: Option<Place>,
    /// How often its owner has wished a change.
    wishes: u32,
}

impl World {
    /// Owners of films change them some times, and cancel some of the changes.
    fn may_redo(&mut self) {
        if self.film.wishes > self.random.u32(0..6) {
            return;
        }
        self.film.wishes += 1;
        let when = self.random.f64() * 200.0;
        for _ in 0..self.random.u8(1..3) {
            let targets = [Target::Scene(1), Target::Scene(2), Target::Soundtrack];
            let target = targets[self.random.usize(0..targets.len())];
            let is_new = self.random.bool();
            self.after(when, Event::Redo { target, is_new });
        }
        if self.random.u8(0..4) == 0 {
            let later = self.random.f64() * 200.0;
            self.after(when + later, Event::Cancel);
        }
    }

    pub(super) fn redo(&mut self, at: i64, target: Target, is_new: bool) {
        let (jobs, usage, workflow) = self.parts();
        let changes = FilmChanges {
            jobs,
            usage,
            workflow,
            time_limit: TIME_LIMIT,
            clock: Clock::fixed(Time::from_millisecond(at)),
        };
        let choice = if is_new {
            None
        } else {
            Some(self.random.usize(..))
        };
        let redone = redo(changes, self.job.job_id, target, choice);
        self.invoke(Caller::Schedule, redone);
    }

    /// A film that was there is there still, whatever is being made of it.
    pub(super) fn observe_film(&mut self, job: &Job) {
        if let Some(redo) = &job.redo {
            self.film.place = Some(redo.place);
        }
        if !self.film.is_there {
            return;
        }
        let film = job.film();
        if film.is_none_or(|key| self.bucket.object(key).is_none()) {
            let what = format!("{:?} has lost its film {film:?}", job.status);
            self.violations.push(what);
        }
    }

    /// The film is there, or a change of it has ended.
    pub(super) async fn film_is_there(&mut self, job: &Job) {
        let place = self.film.place.take();
        let is_first = !std::mem::replace(&mut self.film.is_there, true);
        let redone = job.redone_parts - self.film.redone;
        self.film.redone = job.redone_parts;
        let is_counted = job.redone_parts > FREE_REDOS;
        self.film.used += u32::from(is_first) + u32::from(redone > 0 && is_counted);
        let has_paid = job.paid_nano_usd > self.paid;
        let holds = place.is_some_and(|place| place != Place::None);
        self.paid_failures += u32::from(!is_first && redone == 0 && holds && has_paid);
        self.paid = job.paid_nano_usd;
        if redone > 1 || (is_first && redone > 0) {
            self.violations.push(format!("{redone} redone at once"));
        }
        self.check_takes(job).await;
        self.may_redo();
    }

    /// What is in the film was made.
    async fn check_takes(&mut self, job: &Job) {
        let record = self.jobs.load(job.job_id).await.unwrap().unwrap();
        let storyboard = record.job.storyboard.unwrap();
        let scenes = storyboard.scenes.iter();
        let scenes = scenes.map(|scene| Target::Scene(scene.index));
        let has_music = job.soundtrack == Soundtrack::Ready;
        let music = has_music.then_some(Target::Soundtrack);
        for target in scenes.chain(music) {
            let in_film = storyboard.part(target).unwrap().take();
            let takes = takes_of(&record.attempts, target);
            if !takes.iter().any(|take| take.number == in_film) {
                let what = format!("take {in_film} of {target} is none");
                self.violations.push(what);
            }
        }
    }
}

/// What the routes that change a film do: without a choice the part is made anew.
async fn redo(
    changes: FilmChanges,
    id: JobId,
    target: Target,
    choice: Option<usize>,
) -> Result<(), StepError> {
    let Some(record) = changes.jobs.load(id).await? else {
        return Ok(());
    };
    let takes = takes_of(&record.attempts, target);
    let redo = match choice {
        None => another_take(&record, target, TakeRequest::default()),
        // Music that could not be made has no take.
        Some(_) if takes.is_empty() => return Ok(()),
        Some(choice) => chosen_take(&record, target, takes[choice % takes.len()].number),
    };
    let Ok(redo) = redo else {
        return Ok(());
    };
    let quote = if redo.is_new() { 1_000_000_000 } else { 0 };
    let ceilings = Ceilings::of_quota(QUOTA);
    let begun = changes.begin(&record.job, &redo, None, quote, ceilings);
    match begun.await {
        Ok(job) => Ok(changes.workflow.start(job.latest_run()).await.map(drop)?),
        Err(ReserveError::Store(error)) => ignore_conflict(Err(error)),
        Err(refusal) => panic!("there is room for a change: {refusal}"),
    }
}

//! The state machine's order: plan, which may end the execution for a review; scenes and
//! music side by side; compose; finish. An approval begins the next execution.
//! How often and when a task is tried again is read from the shipped definition.

use std::cell::RefCell;
use std::rc::Rc;

use domain::attempt::Target;
use domain::failure::{Failure, StepError};
use domain::job::{JobId, JobRun, SceneStatus, Soundtrack};
use domain::keys;
use domain::time::Time;
use store::JobsTable;
use store::testing::{Bucket, ExecutionStatus};

use super::event::{Caller, Event};
use super::retries::Retries;
use super::world::World;
use crate::ask::ignore_conflict;
use crate::{Outcome, Plan};

/// What a task does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plan,
    Ask(Target),
    Compose,
    Finish,
    FinishFailed(Failure),
}

impl Kind {
    /// The state's name in the definition.
    fn state(self) -> &'static str {
        match self {
            Self::Plan => "Plan",
            Self::Ask(Target::Soundtrack) => "Make Soundtrack",
            Self::Ask(_) => "Generate Scene",
            Self::Compose => "Compose",
            Self::Finish => "Finish Job",
            Self::FinishFailed(_) => "Finish Failed Job",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Open,
    Done,
    GivenUp(String),
}

struct Task {
    kind: Kind,
    run: u32,
    retries: Retries,
    number: u32,
    state: State,
}

pub(super) struct Machine {
    tasks: Vec<Task>,
    job_id: JobId,
    /// The latest execution that has begun; 0 before the first.
    run: u32,
    /// What the planner has answered.
    plan: Rc<RefCell<Option<Plan>>>,
}

impl Machine {
    pub(super) fn begin(world: &World) -> Self {
        Self {
            tasks: Vec::new(),
            job_id: world.job.job_id,
            run: 0,
            plan: Rc::default(),
        }
    }

    fn job_run(&self, run: u32) -> JobRun {
        let job_id = self.job_id;
        JobRun { job_id, run }
    }

    fn is_running(&self, world: &World, run: u32) -> bool {
        let name = self.job_run(run).to_string();
        world.executions.status(&name) == Some(ExecutionStatus::Running)
    }

    fn end(&self, world: &World, status: ExecutionStatus, error: Option<&str>) {
        let name = self.job_run(self.run).to_string();
        world.executions.end(&name, status, error);
    }

    fn add(&mut self, world: &mut World, kind: Kind) {
        self.tasks.push(Task {
            kind,
            run: self.run,
            retries: Retries::of(kind.state()),
            number: 0,
            state: State::Open,
        });
        world.after(0.1, Event::Invoke(self.tasks.len() - 1));
    }

    fn token(&self, task: usize) -> String {
        format!("{task}-{}", self.tasks[task].number)
    }

    /// Tries a task.
    pub(super) fn invoke(&mut self, world: &mut World, index: usize) {
        let task = &self.tasks[index];
        if !self.is_running(world, task.run) || task.state != State::Open {
            return;
        }
        let run = self.job_run(task.run);
        self.tasks[index].number += 1;
        let (kind, number) = (self.tasks[index].kind, self.tasks[index].number);
        let token = self.token(index);
        let limit = self.tasks[index].retries.time_limit as f64;
        world.after(limit, Event::TimeOut(index, number));
        let caller = Caller::Task(index, number);
        match kind {
            Kind::Plan => {
                let (planner, plan) = (world.planner.clone(), self.plan.clone());
                world.invoke(caller, async move {
                    let answer = planner.plan(run).await?;
                    *plan.borrow_mut() = Some(answer);
                    Ok(())
                });
            }
            Kind::Ask(target) => {
                world.executions.begin_task(&token);
                let (generation, turns) = (world.generation.clone(), world.turns.clone());
                world.invoke(caller, async move {
                    generation.ask(run, target, &token, &turns).await
                });
            }
            Kind::Compose => {
                let (jobs, bucket) = (world.jobs.clone(), world.bucket.clone());
                let now = Time::from_millisecond(world.now());
                let scenes = self.planned().scenes;
                world.invoke(caller, compose(jobs, bucket, run, scenes, now));
            }
            Kind::Finish | Kind::FinishFailed(_) => {
                let outcome = match kind {
                    Kind::FinishFailed(failure) => Outcome::Failed(failure),
                    _ => Outcome::Completed,
                };
                let finisher = world.finisher.clone();
                world.invoke(caller, async move {
                    finisher.finish(run, outcome).await.map(drop)
                });
            }
        }
    }

    /// A try's function has ended. One that asked waits for its token on.
    pub(super) fn answered(
        &mut self,
        world: &mut World,
        index: usize,
        number: u32,
        answer: Result<(), String>,
    ) {
        let task = &mut self.tasks[index];
        if task.number != number || task.state != State::Open {
            return;
        }
        match answer {
            Ok(()) if matches!(task.kind, Kind::Ask(_)) => {}
            Ok(()) => task.state = State::Done,
            Err(error) => self.failed(world, index, &error),
        }
    }

    pub(super) fn timed_out(&mut self, world: &mut World, index: usize, number: u32) {
        let task = &self.tasks[index];
        if task.number == number && task.state == State::Open {
            self.failed(world, index, "States.Timeout");
        }
    }

    fn failed(&mut self, world: &mut World, index: usize, error: &str) {
        world.executions.forget_task(&self.token(index));
        // A late answer of this try is none any more.
        let task = &mut self.tasks[index];
        task.number += 1;
        match task.retries.next(error, &mut world.random) {
            Some(seconds) => world.after(seconds, Event::Invoke(index)),
            None => task.state = State::GivenUp(error.to_owned()),
        }
    }

    /// Reads the answers to waiting tasks and goes on to what comes next.
    pub(super) fn advance(&mut self, world: &mut World) {
        // An execution that was cancelled before it began is passed over.
        let mut later = self.run + 1..self.run + 10;
        if let Some(next) = later.find(|run| self.is_running(world, *run)) {
            self.run = next;
            self.add(world, Kind::Plan);
        }
        if !self.is_running(world, self.run) {
            return;
        }
        for index in 0..self.tasks.len() {
            let waits = matches!(self.tasks[index].kind, Kind::Ask(_))
                && self.tasks[index].state == State::Open;
            if !waits {
                continue;
            }
            match world.executions.answer(&self.token(index)) {
                Some(Ok(())) => self.tasks[index].state = State::Done,
                Some(Err(error)) => self.failed(world, index, &error),
                None => {}
            }
        }
        self.next(world);
    }

    fn next(&mut self, world: &mut World) {
        let Some(last) = self.tasks.last() else {
            return;
        };
        match (last.kind, last.state.clone()) {
            (Kind::Plan, State::Done) if self.planned().review => {
                self.end(world, ExecutionStatus::Succeeded, None);
            }
            (Kind::Plan, State::Done) => self.ask(world),
            (Kind::Plan | Kind::Compose, State::GivenUp(error)) => self.fail(world, &error),
            (Kind::Compose, State::Done) => self.add(world, Kind::Finish),
            (Kind::Finish, State::Done) => {
                self.end(world, ExecutionStatus::Succeeded, None);
            }
            (Kind::Finish | Kind::FinishFailed(_), State::GivenUp(error)) => {
                self.end(world, ExecutionStatus::Failed, Some(&error));
            }
            (Kind::FinishFailed(failure), State::Done) => {
                self.end(world, ExecutionStatus::Failed, Some(failure.name()));
            }
            (Kind::Ask(_), _) => self.gather(world),
            (_, State::Open) => {}
        }
    }

    fn planned(&self) -> Plan {
        let plan = self.plan.borrow().clone();
        plan.expect("the planner has answered")
    }

    fn ask(&mut self, world: &mut World) {
        let plan = self.planned();
        for scene in plan.scenes {
            self.add(world, Kind::Ask(Target::Scene(scene)));
        }
        if plan.soundtrack {
            self.add(world, Kind::Ask(Target::Soundtrack));
        }
    }

    /// A scene that is given up ends the film; music that is given up does not (D17), unless
    /// nothing else is made.
    fn gather(&mut self, world: &mut World) {
        let is_alone = self.planned().scenes.is_empty();
        let is_needed = |target| is_alone || target != Target::Soundtrack;
        let mut is_open = false;
        for task in self.tasks.iter().filter(|task| task.run == self.run) {
            match (&task.kind, &task.state) {
                (Kind::Ask(target), State::GivenUp(error)) if is_needed(*target) => {
                    let error = error.clone();
                    return self.fail(world, &error);
                }
                (_, State::Open) => is_open = true,
                _ => {}
            }
        }
        if !is_open {
            self.add(world, Kind::Compose);
        }
    }

    fn fail(&mut self, world: &mut World, error: &str) {
        for index in 0..self.tasks.len() {
            world.executions.forget_task(&self.token(index));
            if self.tasks[index].state == State::Open {
                self.tasks[index].state = State::GivenUp("stopped".to_owned());
            }
        }
        self.add(world, Kind::FinishFailed(Failure::from_name(error)));
    }
}

/// What preparing and composing write, without their FFmpeg.
async fn compose(
    jobs: JobsTable,
    bucket: Bucket,
    run: JobRun,
    scenes: Vec<u32>,
    now: Time,
) -> Result<(), StepError> {
    let id = run.job_id;
    let job = jobs.get(id).await?.filter(|job| job.is_worked_on_by(run));
    let job = job.ok_or(Failure::JobClosed)?;
    let storyboard = job.storyboard_in_work().expect("it was planned");
    for scene in &storyboard.scenes {
        let clip = keys::scene(id, scene.index, scene.take);
        assert!(bucket.object(&clip).is_some(), "{clip} is not there");
    }
    match job.soundtrack_in_work() {
        Soundtrack::None | Soundtrack::Failed => {}
        Soundtrack::Pending => {
            let failed = jobs.set_soundtrack(id, Soundtrack::Failed, Some("none"));
            match failed.await {
                Err(error) if error.is_conflict() => return Err(Failure::StoreUnavailable.into()),
                failed => failed?,
            }
        }
        Soundtrack::Ready => {
            let music = keys::soundtrack(id, storyboard.music.take);
            assert!(bucket.object(&music).is_some(), "{music} is not there");
        }
    }
    for scene in scenes {
        ignore_conflict(
            jobs.advance_scene(id, scene, SceneStatus::Complete, now)
                .await,
        )?;
    }
    jobs.begin_composing(id, now).await?;
    let film = job.new_film();
    bucket.put(&film.video_key, b"film");
    Ok(jobs.set_film(&job, &film).await?)
}

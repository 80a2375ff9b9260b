//! The state machine's order: plan; scenes and music side by side; compose; finish.
//! How often and when a task is tried again is read from the shipped definition.

use domain::attempt::Target;
use domain::failure::{Failure, StepError};
use domain::job::{JobId, SceneStatus};
use domain::keys;
use domain::time::Time;
use store::JobsTable;
use store::testing::{Bucket, ExecutionStatus};

use super::retries::Retries;
use super::world::{Caller, Event, World};
use crate::Outcome;
use crate::ask::ignore_conflict;

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
    retries: Retries,
    number: u32,
    state: State,
}

pub(super) struct Machine {
    tasks: Vec<Task>,
    name: String,
    has_begun: bool,
}

impl Machine {
    pub(super) fn begin(world: &World) -> Self {
        Self {
            tasks: Vec::new(),
            name: world.job.job_id.to_string(),
            has_begun: false,
        }
    }

    fn is_running(&self, world: &World) -> bool {
        world.executions.status(&self.name) == Some(ExecutionStatus::Running)
    }

    fn add(&mut self, world: &mut World, kind: Kind) {
        self.tasks.push(Task {
            kind,
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
        if !self.is_running(world) || self.tasks[index].state != State::Open {
            return;
        }
        self.tasks[index].number += 1;
        let (kind, number) = (self.tasks[index].kind, self.tasks[index].number);
        let token = self.token(index);
        let limit = self.tasks[index].retries.time_limit as f64;
        world.after(limit, Event::TimeOut(index, number));
        let (id, caller) = (world.job.job_id, Caller::Task(index, number));
        match kind {
            Kind::Plan => {
                let planner = world.planner.clone();
                world.invoke(caller, async move { planner.plan(id).await.map(drop) });
            }
            Kind::Ask(target) => {
                world.executions.begin_task(&token);
                let generation = world.generation.clone();
                world.invoke(
                    caller,
                    async move { generation.ask(id, target, &token).await },
                );
            }
            Kind::Compose => {
                let (jobs, bucket) = (world.jobs.clone(), world.bucket.clone());
                let now = Time::from_millisecond(world.now());
                let scenes = world.job.request.scenes;
                world.invoke(caller, compose(jobs, bucket, id, scenes, now));
            }
            Kind::Finish | Kind::FinishFailed(_) => {
                let outcome = match kind {
                    Kind::FinishFailed(failure) => Outcome::Failed(failure),
                    _ => Outcome::Completed,
                };
                let finisher = world.finisher.clone();
                world.invoke(caller, async move {
                    finisher.finish(id, outcome).await.map(drop)
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
        if !self.is_running(world) {
            return;
        }
        if !self.has_begun {
            self.has_begun = true;
            self.add(world, Kind::Plan);
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
            (Kind::Plan, State::Done) => self.ask(world),
            (Kind::Plan | Kind::Compose, State::GivenUp(error)) => self.fail(world, &error),
            (Kind::Compose, State::Done) => self.add(world, Kind::Finish),
            (Kind::Finish, State::Done) => {
                world
                    .executions
                    .end(&self.name, ExecutionStatus::Succeeded, None);
            }
            (Kind::Finish | Kind::FinishFailed(_), State::GivenUp(error)) => {
                let status = ExecutionStatus::Failed;
                world.executions.end(&self.name, status, Some(&error));
            }
            (Kind::FinishFailed(failure), State::Done) => {
                let status = ExecutionStatus::Failed;
                world
                    .executions
                    .end(&self.name, status, Some(failure.name()));
            }
            (Kind::Ask(_), _) => self.gather(world),
            (_, State::Open) => {}
        }
    }

    fn ask(&mut self, world: &mut World) {
        for scene in 1..=world.job.request.scenes {
            self.add(world, Kind::Ask(Target::Scene(scene)));
        }
        if world.job.request.audio.wants_music() {
            self.add(world, Kind::Ask(Target::Soundtrack));
        }
    }

    /// A scene that is given up ends the film; music that is given up does not (D17).
    fn gather(&mut self, world: &mut World) {
        let mut is_open = false;
        for task in &self.tasks {
            match (&task.kind, &task.state) {
                (Kind::Ask(Target::Scene(_)), State::GivenUp(error)) => {
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
    id: JobId,
    scenes: u32,
    now: Time,
) -> Result<(), StepError> {
    let open = jobs.get(id).await?.filter(|job| !job.status.is_final());
    open.ok_or(Failure::JobClosed)?;
    for scene in 1..=scenes {
        ignore_conflict(
            jobs.advance_scene(id, scene, SceneStatus::Complete, now)
                .await,
        )?;
    }
    jobs.begin_composing(id, now).await?;
    bucket.put(&keys::film(id), b"film");
    Ok(jobs
        .set_film(id, &keys::film(id), &keys::thumbnail(id))
        .await?)
}

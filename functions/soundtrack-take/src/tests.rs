use std::time::Duration;

use domain::attempt::{Attempt, AttemptState};
use domain::job::{Job, JobId, Status};
use domain::take::{TakeRequest, Words};
use domain::time::Clock;
use edge::http::testing::{answer, request, user};
use serde_json::{Value, json};
use store::testing::{ExecutionStatus, Executions, Tables, film, now, webhooks};
use store::{Ceilings, Ending, JobsTable, UsageTable, Workflow};

use super::*;

const USER: &str = "user";

struct World {
    executions: Executions,
    tables: Tables,
    changes: FilmChanges,
    id: JobId,
}

impl World {
    /// A film whose music has been made anew, and is in it so.
    async fn new() -> Self {
        let (tables, executions) = (Tables::default(), Executions::default());
        let changes = FilmChanges {
            jobs: JobsTable::new(tables.client(), "jobs"),
            usage: UsageTable::new(tables.client(), "usage"),
            workflow: Workflow::new(executions.client(), "arn:stateMachine:films"),
            time_limit: Duration::from_secs(3600),
            clock: Clock::fixed(now()),
        };
        let id = film(&tables, 1, USER).await;
        let world = Self {
            executions,
            tables,
            changes,
            id,
        };
        world.second_take().await;
        world
    }

    async fn second_take(&self) {
        let record = self.changes.jobs.load(self.id).await.unwrap().unwrap();
        let (film, jobs) = (&record.job, &self.changes.jobs);
        let wanted = TakeRequest::new(Some("Slow piano"), None, Some(7));
        let redo = films::another_take(&record, Target::Soundtrack, wanted.unwrap());
        let (redo, ceilings) = (redo.unwrap(), Ceilings::of_quota(9));
        let begun = self.changes.begin(film, &redo, None, 0, ceilings);
        begun.await.unwrap();
        let made = Attempt {
            target: Target::Soundtrack,
            number: 2,
            run: 2,
            take: 2,
            words: Some(redo.part.words()),
            ..Attempt::sample(AttemptState::Succeeded)
        };
        jobs.put_attempt(self.id, &made).await.unwrap();
        self.complete().await;
    }

    /// The execution ends with its film.
    async fn complete(&self) {
        let FilmChanges { jobs, usage, .. } = &self.changes;
        let job = self.job().await;
        jobs.set_film(&job, &job.new_film()).await.unwrap();
        let (job, hooks) = (self.job().await, webhooks(&self.tables));
        let settled = usage.settle(jobs, &hooks, &job, &Ending::Completed, 2, now());
        settled.await.unwrap();
    }

    async fn choose(&self, take: u32) -> (u16, Value) {
        self.choose_as(USER, take).await
    }

    async fn choose_as(&self, caller: &str, take: u32) -> (u16, Value) {
        let path = format!("/api/v1/jobs/{}/soundtrack/take", self.id);
        let request = request("PUT", &path, &json!({"take": take}));
        answer(handle(user(caller), request, self.changes.clone()).await)
    }

    async fn job(&self) -> Job {
        self.changes.jobs.get(self.id).await.unwrap().unwrap()
    }

    /// The take of the music that is in the film, and what was asked for.
    async fn in_film(&self) -> (u32, Words) {
        let music = self.job().await.storyboard.unwrap().music;
        (music.take, music.words())
    }
}

#[tokio::test]
async fn a_take_that_is_there_is_chosen_for_nothing() {
    let world = World::new().await;
    let (_, second) = world.in_film().await;
    let month = async || world.changes.usage.account(USER, now(), 9).await.unwrap();
    let before = month().await;
    let (status, body) = world.choose(1).await;
    assert_eq!((status, &body["status"]), (202, &json!("processing")));
    assert_eq!(
        (&body["take"], &body["cost"]["nanoUsd"]),
        (&json!(1), &json!(0))
    );
    let name = format!("{}-3", world.id);
    let status = world.executions.status(&name);
    assert_eq!(status, Some(ExecutionStatus::Running));
    assert_eq!((month().await, world.in_film().await.0), (before, 2));

    world.complete().await;
    let (take, words) = world.in_film().await;
    assert_eq!(take, 1);
    assert_ne!(words, second);
    assert_eq!(month().await, before);
    assert_eq!(
        world.job().await.redone_parts,
        1,
        "it is none that was made"
    );
    world.choose(2).await;
    world.complete().await;
    assert_eq!(world.in_film().await, (2, second));
}

#[tokio::test]
async fn repeated_the_answer_is_the_same() {
    let world = World::new().await;
    let (first, second) = tokio::join!(world.choose(1), world.choose(1));
    assert_eq!(first, second);
    assert_eq!(world.choose(1).await, first);
    assert_eq!(
        world.choose(2).await.0,
        409,
        "another one is being followed"
    );
    assert_eq!(world.job().await.run, 3);
    world.complete().await;
    let (status, body) = world.choose(1).await;
    assert_eq!((status, &body["status"]), (202, &json!("completed")));
    let job = world.job().await;
    assert_eq!((job.run, job.status), (3, Status::Completed));
}

#[tokio::test]
async fn what_is_not_there_cannot_be_chosen() {
    let world = World::new().await;
    for take in [0, 3] {
        let (status, body) = world.choose(take).await;
        assert_eq!((status, &body["details"]["field"]), (400, &json!("take")));
    }
    assert_eq!(world.choose_as("other", 1).await.0, 404);
    assert_eq!(world.job().await.run, 2);
}

/// Wherever the tables fail, the choice is followed as a whole or not at all.
#[tokio::test]
async fn what_cannot_be_stored_is_not_begun() {
    for calls in 0.. {
        let world = World::new().await;
        world.tables.outage().begin_after(calls);
        let (status, body) = world.choose(1).await;
        world.tables.outage().end();
        let job = world.job().await;
        if status == 202 {
            assert!(calls > 0 && job.redo.is_some());
            break;
        }
        assert_eq!(status, 500, "{body}");
        assert_eq!((job.run, job.redo), (2, None));
    }
}

use std::time::Duration;

use accounts::Installation;
use domain::job::{FREE_REDOS, JobId, Place, SceneStatus, Status};
use domain::time::Clock;
use edge::http::testing::{answer, request, user};
use serde_json::{Value, json};
use store::testing::{ExecutionStatus, Executions, Tables, film, now, webhooks};
use store::{Ending, JobsTable, SpendingTable, UsageTable, Workflow};
use uuid::Uuid;

use super::*;

const USER: &str = "user";
const QUOTA: u32 = 1;

struct World {
    executions: Executions,
    tables: Tables,
    state: State,
    id: JobId,
}

impl World {
    /// A film of two scenes, by which the month is used up.
    async fn new() -> Self {
        let (tables, executions) = (Tables::default(), Executions::default());
        let state = State {
            changes: FilmChanges {
                jobs: JobsTable::new(tables.client(), "jobs"),
                usage: UsageTable::new(tables.client(), "usage"),
                workflow: Workflow::new(executions.client(), "arn:stateMachine:films"),
                time_limit: Duration::from_secs(3600),
                clock: Clock::fixed(now()),
            },
            ceilings: FilmCeilings {
                quota: QUOTA,
                running: 1,
                paid_failures: 2,
                installation: Installation {
                    table: SpendingTable::new(tables.client(), "usage"),
                    default_limit: 10_000_000_000,
                    clock: Clock::fixed(now()),
                },
            },
            quotes: Arc::new(Quotes::new(config::Models::default()).unwrap()),
        };
        let id = film(&tables, 1, USER).await;
        Self {
            executions,
            tables,
            state,
            id,
        }
    }

    fn request(&self, scene: &str, body: &Value) -> Request {
        let path = format!("/api/v1/jobs/{}/scenes/{scene}/regenerate", self.id);
        request("POST", &path, body)
    }

    async fn regenerate(&self, body: &Value) -> (u16, Value) {
        let request = self.request("2", body);
        answer(handle(user(USER), request, self.state.clone()).await)
    }

    /// As one of the requests with a key, of which an earlier one may have died.
    async fn regenerate_with_key(&self) -> (u16, Value) {
        let mut request = self.request("2", &json!({}));
        request.extensions_mut().insert(Creation {
            id: Uuid::from_u128(7),
            is_repeated: true,
        });
        answer(handle(user(USER), request, self.state.clone()).await)
    }

    async fn job(&self) -> Job {
        self.state.changes.jobs.get(self.id).await.unwrap().unwrap()
    }

    /// The execution ends, after so much was paid for it; with its film if that is there.
    async fn end(&self, paid: u64, is_made: bool) {
        let FilmChanges { jobs, usage, .. } = &self.state.changes;
        let job = self.job().await;
        if is_made {
            jobs.set_film(&job, &job.new_film()).await.unwrap();
        }
        let job = self.job().await;
        let ending = match is_made {
            true => Ending::Completed,
            false => Ending::Failed(domain::failure::JobError::workflow_failed()),
        };
        let (hooks, paid) = (webhooks(&self.tables), job.paid_nano_usd + paid);
        let settled = usage.settle(jobs, &hooks, &job, &ending, paid, now());
        settled.await.unwrap();
    }

    /// Films that were made, are being made, and failed at a cost.
    async fn month(&self) -> (u32, u32, u32) {
        let account = self.state.changes.usage.account(USER, now(), QUOTA);
        let usage = account.await.unwrap().usage;
        (usage.used, usage.reserved, usage.paid_failures)
    }

    /// Whether an execution of that number was started.
    fn is_started(&self, run: u32) -> bool {
        let name = format!("{}-{run}", self.id);
        self.executions.status(&name) == Some(ExecutionStatus::Running)
    }
}

#[tokio::test]
async fn one_scene_is_made_anew_and_the_film_is_served_meanwhile() {
    let world = World::new().await;
    let film = world.job().await;
    let wanted = json!({"description": "A lighthouse burns", "seed": 7});
    let (status, body) = world.regenerate(&wanted).await;
    assert_eq!((status, &body["status"]), (202, &json!("processing")));
    let told = [&body["scene"], &body["take"], &body["usesPlace"]];
    assert_eq!(told, [&json!(2), &json!(2), &json!(false)]);
    let steps = body["cost"]["steps"].as_array().unwrap();
    assert_eq!((steps.len(), &steps[0]["step"]), (1, &json!("scene-002")));
    assert!(world.is_started(2));

    let record = world
        .state
        .changes
        .jobs
        .load(world.id)
        .await
        .unwrap()
        .unwrap();
    let job = &record.job;
    assert_eq!(job.film(), film.film());
    assert_eq!(job.storyboard, film.storyboard);
    assert_eq!(body["cost"]["nanoUsd"], job.quote_nano_usd);
    let scene = job.storyboard_in_work().unwrap().scenes[1].clone();
    assert_eq!((scene.take, scene.seed), (2, Some(7)));
    assert_eq!(scene.description, "A lighthouse burns");
    let scenes: Vec<_> = record.scenes.iter().map(|scene| scene.status).collect();
    assert_eq!(scenes, [SceneStatus::Complete, SceneStatus::Pending]);

    world.end(5, true).await;
    let job = world.job().await;
    assert_eq!(job.storyboard.as_ref().unwrap().scenes[1], scene);
    assert_ne!(job.film(), film.film());
    assert_eq!((job.status, job.redone_parts), (Status::Completed, 1));
    assert_eq!(job.open, None);
}

#[tokio::test]
async fn what_fails_leaves_the_film_as_it_was_and_says_why() {
    let world = World::new().await;
    let film = world.job().await;
    world.regenerate(&Value::Null).await;
    assert_eq!(world.month().await, (1, 0, 0));
    world.end(5, false).await;
    let record = world
        .state
        .changes
        .jobs
        .load(world.id)
        .await
        .unwrap()
        .unwrap();
    let job = record.job;
    assert_eq!((job.status, job.film()), (Status::Completed, film.film()));
    assert_eq!(job.storyboard, film.storyboard);
    assert_eq!((&job.redo, job.redone_parts), (&None, 0));
    assert_eq!(job.progress(), 100);
    assert!(job.error.is_some());
    let mut scenes = record.scenes.iter();
    assert!(scenes.all(|scene| scene.status == SceneStatus::Complete));
    assert_eq!(world.month().await, (1, 0, 1), "the money is gone");
    let (status, body) = world.regenerate(&Value::Null).await;
    assert_eq!((status, &body["take"]), (202, &json!(2)));
    assert_eq!(world.job().await.error, None);
}

#[tokio::test]
async fn of_two_at_once_one_wins() {
    let world = World::new().await;
    let nothing = json!({});
    let (one, other) = tokio::join!(world.regenerate(&nothing), world.regenerate(&nothing));
    let mut statuses = [one.0, other.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 409]);
    assert_eq!(world.regenerate(&nothing).await.0, 409);
    assert_eq!(world.job().await.run, 2);
}

/// However far the first one came before it died.
#[tokio::test]
async fn with_a_key_the_answer_is_the_same_and_nothing_is_made_twice() {
    let world = World::new().await;
    world.executions.outage().begin_after(0);
    let first = world.regenerate_with_key().await;
    assert!(!world.is_started(2));
    world.executions.outage().end();
    assert_eq!((first.0, world.regenerate_with_key().await), (202, first));
    assert!(world.is_started(2));
    assert_eq!(world.job().await.run, 2);
    world.end(5, true).await;
    let (status, body) = world.regenerate_with_key().await;
    assert_eq!((status, &body["take"]), (202, &json!(2)));
    assert_eq!(world.job().await.run, 2);
}

#[tokio::test]
async fn three_redone_scenes_are_free_of_the_quota_and_the_next_is_not() {
    let mut world = World::new().await;
    for times in 0..FREE_REDOS {
        assert_eq!(world.regenerate(&json!({})).await.0, 202, "{times}");
        assert_eq!(world.job().await.place(), Place::Free);
        assert_eq!(world.month().await, (1, 0, 0));
        world.end(5, true).await;
        assert_eq!(world.month().await, (1, 0, 0));
    }
    let (status, body) = world.regenerate(&json!({})).await;
    assert_eq!((status, &body["code"]), (429, &json!("QUOTA_EXCEEDED")));
    world.state.ceilings.quota = QUOTA + 1;
    let (status, body) = world.regenerate(&json!({})).await;
    assert_eq!((status, &body["usesPlace"]), (202, &json!(true)));
    assert_eq!(world.month().await, (1, 1, 0));
    world.end(0, false).await;
    assert_eq!(world.month().await, (1, 0, 0), "it is given back");
    world.regenerate(&json!({})).await;
    world.end(5, true).await;
    assert_eq!(world.month().await, (2, 0, 0));
}

#[tokio::test]
async fn free_ones_are_under_the_ceilings_of_money_and_of_work_at_once() {
    let world = World::new().await;
    let other = film(&world.tables, 2, USER).await;
    let of_other = World {
        id: other,
        executions: world.executions.clone(),
        tables: world.tables.clone(),
        state: world.state.clone(),
    };
    assert_eq!(of_other.regenerate(&json!({})).await.0, 202);
    let (status, body) = world.regenerate(&json!({})).await;
    assert_eq!((status, &body["code"]), (429, &json!("TOO_MANY_FILMS")));
    of_other.end(5, false).await;
    assert_eq!(world.regenerate(&json!({})).await.0, 202);
    world.end(5, false).await;
    let (status, body) = world.regenerate(&json!({})).await;
    assert_eq!((status, &body["code"]), (429, &json!("TOO_MANY_FAILURES")));

    let spending = &world.state.ceilings.installation.table;
    let stop = spending.set_spending(None, Some(true), "admin", now());
    stop.await.unwrap();
    let (_, body) = world.regenerate(&json!({})).await;
    assert_eq!(body["code"], "SPENDING_STOPPED");
    assert_eq!(world.job().await.status, Status::Completed);
}

#[tokio::test]
async fn only_a_scene_of_ones_own_film_that_is_there() {
    let world = World::new().await;
    for scene in ["0", "3", "x", ""] {
        let request = world.request(scene, &Value::Null);
        let refused = answer(handle(user(USER), request, world.state.clone()).await);
        assert_eq!(refused.0, 404, "{scene}");
    }
    let request = world.request("1", &Value::Null);
    let refused = answer(handle(user("other"), request, world.state.clone()).await);
    assert_eq!(refused.0, 404);
    let (status, body) = world.regenerate(&json!({"description": " "})).await;
    let field = &body["details"]["field"];
    assert_eq!((status, field), (400, &json!("description")));
    assert_eq!(world.job().await.run, 1);
}

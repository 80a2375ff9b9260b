use std::time::Duration;

use accounts::Installation;
use domain::job::{FREE_REDOS, JobId, SceneStatus, Soundtrack, Status};
use domain::request::{Audio, CreateJob};
use domain::time::Clock;
use edge::http::testing::{answer, request, user};
use serde_json::{Value, json};
use store::testing::{ExecutionStatus, Executions, Tables, film_of, job, now, webhooks};
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
    /// A film with music, by which the month is used up.
    async fn new() -> Self {
        Self::of_film(job(1, USER)).await
    }

    async fn of_film(job: Job) -> Self {
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
        let id = film_of(&tables, job).await;
        Self {
            executions,
            tables,
            state,
            id,
        }
    }

    fn request(&self, body: &Value) -> Request {
        let path = format!("/api/v1/jobs/{}/soundtrack/regenerate", self.id);
        request("POST", &path, body)
    }

    async fn regenerate_as(&self, caller: &str, body: &Value) -> (u16, Value) {
        let request = self.request(body);
        answer(handle(user(caller), request, self.state.clone()).await)
    }

    async fn regenerate(&self, body: &Value) -> (u16, Value) {
        self.regenerate_as(USER, body).await
    }

    /// As one of the requests with a key, of which an earlier one may have died.
    async fn regenerate_with_key(&self) -> (u16, Value) {
        let mut request = self.request(&json!({}));
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
async fn the_music_is_made_anew_and_the_film_is_served_with_its_own_meanwhile() {
    let world = World::new().await;
    let film = world.job().await;
    let wanted = json!({"description": "Slow piano", "seed": 7});
    let (status, body) = world.regenerate(&wanted).await;
    assert_eq!((status, &body["status"]), (202, &json!("processing")));
    assert_eq!(
        (&body["take"], &body["usesPlace"]),
        (&json!(2), &json!(false))
    );
    assert_eq!(body.get("scene"), None);
    let steps = body["cost"]["steps"].as_array().unwrap();
    assert_eq!((steps.len(), &steps[0]["step"]), (1, &json!("soundtrack")));
    assert!(steps[0]["nanoUsd"].as_u64().unwrap() > 0);
    assert!(world.is_started(2));

    let record = world.state.changes.jobs.load(world.id).await.unwrap();
    let record = record.unwrap();
    let job = &record.job;
    assert_eq!(
        (job.film(), job.soundtrack),
        (film.film(), Soundtrack::Ready)
    );
    assert_eq!(job.storyboard, film.storyboard);
    assert_eq!(body["cost"]["nanoUsd"], job.quote_nano_usd);
    let music = job.storyboard_in_work().unwrap().music;
    assert_eq!((music.take, music.seed), (2, Some(7)));
    assert_eq!(music.description, "Slow piano");
    let mut scenes = record.scenes.iter();
    assert!(scenes.all(|scene| scene.status == SceneStatus::Complete));

    world.end(5, true).await;
    let job = world.job().await;
    assert_eq!(job.storyboard.as_ref().unwrap().music, music);
    assert_ne!(job.film(), film.film());
    assert_eq!((job.status, job.redone_parts), (Status::Completed, 1));
}

#[tokio::test]
async fn what_fails_leaves_the_film_and_its_music_and_says_why() {
    let world = World::new().await;
    let film = world.job().await;
    world.regenerate(&Value::Null).await;
    world.end(5, false).await;
    let job = world.job().await;
    assert_eq!((job.status, job.film()), (Status::Completed, film.film()));
    assert_eq!(job.storyboard, film.storyboard);
    assert_eq!((job.soundtrack, &job.redo), (Soundtrack::Ready, &None));
    assert_eq!(job.redone_parts, 0);
    assert!(job.error.is_some());
    assert_eq!(world.month().await, (1, 0, 1), "the money is gone");
}

/// The film was made without it (D17).
#[tokio::test]
async fn music_that_could_not_be_made_is_in_the_film_once_it_is_redone() {
    let world = World::of_film(Job {
        soundtrack: Soundtrack::Failed,
        degraded: Some("No music.".to_owned()),
        ..job(1, USER)
    });
    let world = world.await;
    world.regenerate(&Value::Null).await;
    world.end(5, false).await;
    let job = world.job().await;
    assert_eq!(job.soundtrack, Soundtrack::Failed);
    assert!(job.degraded.is_some());
    world.regenerate(&Value::Null).await;
    world.end(5, true).await;
    let job = world.job().await;
    assert_eq!((job.soundtrack, job.degraded), (Soundtrack::Ready, None));
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

/// Wherever the tables fail, the change is begun as a whole or not at all.
#[tokio::test]
async fn what_cannot_be_stored_is_not_begun() {
    for calls in 0.. {
        let world = World::new().await;
        world.tables.outage().begin_after(calls);
        let (status, body) = world.regenerate(&Value::Null).await;
        world.tables.outage().end();
        let (job, month) = (world.job().await, world.month().await);
        if status == 202 {
            assert!(calls > 0 && job.redo.is_some());
            break;
        }
        assert_eq!(status, 500, "{body}");
        assert_eq!((job.run, job.redo, month), (1, None, (1, 0, 0)));
        assert!(!world.is_started(2));
    }
}

#[tokio::test]
async fn redone_music_counts_among_the_parts_that_are_free_of_the_quota() {
    let mut world = World::new().await;
    for times in 0..FREE_REDOS {
        assert_eq!(world.regenerate(&json!({})).await.0, 202, "{times}");
        world.end(5, true).await;
        assert_eq!(world.month().await, (1, 0, 0));
    }
    let (status, body) = world.regenerate(&json!({})).await;
    assert_eq!((status, &body["code"]), (429, &json!("QUOTA_EXCEEDED")));
    world.state.ceilings.quota = QUOTA + 1;
    let (status, body) = world.regenerate(&json!({})).await;
    assert_eq!((status, &body["usesPlace"]), (202, &json!(true)));
    world.end(5, true).await;
    assert_eq!(world.month().await, (2, 0, 0));
}

#[tokio::test]
async fn it_is_under_the_ceilings_of_money() {
    let world = World::new().await;
    for _ in 0..2 {
        assert_eq!(world.regenerate(&json!({})).await.0, 202);
        world.end(5, false).await;
    }
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
async fn only_of_ones_own_film_that_was_to_have_music() {
    let world = World::new().await;
    assert_eq!(world.regenerate_as("other", &Value::Null).await.0, 404);
    for (field, wanted) in [
        ("description", json!({"description": " "})),
        ("seed", json!({"seed": u32::MAX})),
    ] {
        let (status, body) = world.regenerate(&wanted).await;
        assert_eq!((status, &body["details"]["field"]), (400, &json!(field)));
    }
    assert_eq!(world.regenerate(&json!({"camera": "wide"})).await.0, 400);
    assert_eq!(world.job().await.run, 1);
    let request = CreateJob {
        audio: Audio::None,
        ..CreateJob::sample()
    };
    let world = World::of_film(Job {
        request,
        soundtrack: Soundtrack::None,
        ..job(1, USER)
    });
    let world = world.await;
    let (status, body) = world.regenerate(&Value::Null).await;
    assert_eq!((status, &body["code"]), (409, &json!("CONFLICT")));
    assert_eq!(world.job().await.run, 1);
}

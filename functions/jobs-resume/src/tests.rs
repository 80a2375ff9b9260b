use accounts::Installation;
use domain::attempt::{Attempt, AttemptState, Target};
use domain::failure::JobError;
use domain::job::{JobId, SceneStatus, Stage, Status};
use domain::request::CreateJob;
use domain::storyboard::Storyboard;
use edge::http::testing::{answer, request, user};
use serde_json::{Value, json};
use store::testing::{ExecutionStatus, Executions, Tables, job, now, webhooks};
use store::{Ending, SpendingTable};

use super::*;

const USER: &str = "user";
const QUOTA: u32 = 2;

struct World {
    executions: Executions,
    tables: Tables,
    state: State,
    id: JobId,
}

impl World {
    /// A film of two scenes, of which the first was made, that failed.
    async fn new() -> Self {
        let (tables, executions) = (Tables::default(), Executions::default());
        let state = State {
            jobs: JobsTable::new(tables.client(), "jobs"),
            usage: UsageTable::new(tables.client(), "usage"),
            workflow: Workflow::new(executions.client(), "arn:stateMachine:films"),
            ceilings: FilmCeilings {
                quota: QUOTA,
                running: QUOTA,
                paid_failures: 10,
                installation: Installation {
                    table: SpendingTable::new(tables.client(), "usage"),
                    default_limit: 10_000_000_000,
                    clock: Clock::fixed(now()),
                },
            },
            quotes: Arc::new(Quotes::new(config::Models::default()).unwrap()),
            time_limit: Duration::from_secs(3600),
            clock: Clock::fixed(now()),
        };
        let request = CreateJob {
            scenes: 2,
            ..CreateJob::sample()
        };
        let job = Job {
            request,
            ..job(1, USER)
        };
        let id = job.job_id;
        let world = Self {
            executions,
            tables,
            state,
            id,
        };
        world.begin(&job).await;
        world
    }

    async fn begin(&self, job: &Job) {
        let State { jobs, usage, .. } = &self.state;
        let ceilings = self.state.ceilings.now().await.unwrap();
        usage.reserve(jobs, job, ceilings).await.unwrap();
        let id = job.job_id;
        jobs.begin(id, now()).await.unwrap();
        let storyboard = Storyboard::by_rules(&job.request);
        jobs.save_storyboard(id, &storyboard, None, now())
            .await
            .unwrap();
        for (scene, state) in [(1, AttemptState::Succeeded), (2, AttemptState::Failed)] {
            let attempt = attempt(scene, state);
            jobs.put_attempt(id, &attempt).await.unwrap();
        }
        for (scene, status) in [(1, SceneStatus::Generated), (2, SceneStatus::Failed)] {
            jobs.advance_scene(id, scene, status, now()).await.unwrap();
        }
    }

    async fn fail(&self) {
        let failed = Ending::Failed(JobError::workflow_failed());
        let job = self.job().await;
        let State { jobs, usage, .. } = &self.state;
        let hooks = webhooks(&self.tables);
        let settled = usage.settle(jobs, &hooks, &job, &failed, 5, now());
        settled.await.unwrap();
    }

    async fn job(&self) -> Job {
        self.state.jobs.get(self.id).await.unwrap().unwrap()
    }

    async fn resume_as(&self, caller: &str) -> (u16, Value) {
        let path = format!("/api/v1/jobs/{}/resume", self.id);
        let request = request("POST", &path, &Value::Null);
        answer(handle(user(caller), request, self.state.clone()).await)
    }

    /// Places of the month that are reserved.
    async fn reserved(&self) -> u32 {
        let account = self.state.usage.account(USER, now(), QUOTA);
        account.await.unwrap().usage.reserved
    }

    /// Whether its second execution was started.
    fn is_started(&self) -> bool {
        let name = format!("{}-2", self.id);
        self.executions.status(&name) == Some(ExecutionStatus::Running)
    }
}

fn attempt(scene: u32, state: AttemptState) -> Attempt {
    Attempt {
        target: Target::Scene(scene),
        attempt_id: format!("attempt-{scene}"),
        predicted_nano_usd: 5,
        created_at: now(),
        updated_at: now(),
        ..Attempt::sample(state)
    }
}

#[tokio::test]
async fn a_failed_film_goes_on_with_what_it_has() {
    let world = World::new().await;
    world.fail().await;
    let (status, body) = world.resume_as(USER).await;
    assert_eq!((status, &body["status"]), (202, &json!("processing")));
    assert_eq!(body["kept"], json!(["scene-001"]));
    let steps = body["cost"]["steps"].as_array().unwrap();
    let names: Vec<_> = steps.iter().map(|step| step["step"].clone()).collect();
    assert_eq!(names, ["scene-002", "soundtrack"]);
    assert!(world.is_started());

    let record = world.state.jobs.load(world.id).await.unwrap().unwrap();
    let job = &record.job;
    assert_eq!((job.run, job.stage), (2, Stage::Generating));
    assert_eq!((&job.error, job.completed_at), (&None, None));
    let scenes: Vec<_> = record.scenes.iter().map(|scene| scene.status).collect();
    assert_eq!(scenes, [SceneStatus::Generated, SceneStatus::Pending]);
    assert_eq!(world.reserved().await, 1);
}

#[tokio::test]
async fn a_repeated_request_has_the_same_answer_and_takes_no_second_place() {
    let world = World::new().await;
    world.fail().await;
    let (first, second) = tokio::join!(world.resume_as(USER), world.resume_as(USER));
    assert_eq!(first, second);
    assert_eq!(world.resume_as(USER).await, first);
    assert_eq!((world.job().await.run, world.reserved().await), (2, 1));
}

#[tokio::test]
async fn what_did_not_fail_cannot_go_on() {
    let world = World::new().await;
    assert_eq!(world.resume_as(USER).await.0, 409);
    world.fail().await;
    assert_eq!(world.resume_as("other").await.0, 404);
    assert_eq!(world.job().await.status, Status::Failed);
}

#[tokio::test]
async fn without_a_place_it_stays_as_it_is() {
    let mut world = World::new().await;
    world.fail().await;
    world.state.ceilings.paid_failures = 1;
    let (status, body) = world.resume_as(USER).await;
    assert_eq!((status, &body["code"]), (429, &json!("TOO_MANY_FAILURES")));
    let spending = &world.state.ceilings.installation.table;
    let stop = spending.set_spending(None, Some(true), "admin", now());
    stop.await.unwrap();
    assert_eq!(world.resume_as(USER).await.1["code"], "SPENDING_STOPPED");
    assert_eq!((world.job().await.run, world.reserved().await), (1, 0));
    assert!(!world.is_started());
}

#[tokio::test]
async fn an_execution_that_cannot_be_started_is_left_to_the_reconciler() {
    let world = World::new().await;
    world.fail().await;
    world.executions.outage().begin_after(0);
    assert_eq!(world.resume_as(USER).await.0, 202);
    assert!(!world.is_started());
    assert_eq!(world.job().await.status, Status::Processing);
}

use domain::job::{JobId, Status};
use domain::storyboard::Storyboard;
use edge::http::testing::{answer, request, user};
use serde_json::{Value, json};
use store::testing::{ExecutionStatus, Executions, Tables, job, now};
use store::{Ceilings, SpendingTable};

use super::*;

const HOUR: Duration = Duration::from_secs(3600);
/// Ten dollars.
const DAILY_LIMIT: u64 = 10_000_000_000;

struct World {
    executions: Executions,
    state: State,
    id: JobId,
}

impl World {
    /// A film of `user`, accepted for nothing, whose storyboard waits for an hour.
    async fn new() -> Self {
        let (tables, executions) = (Tables::default(), Executions::default());
        let state = State {
            jobs: JobsTable::new(tables.client(), "jobs"),
            usage: UsageTable::new(tables.client(), "usage"),
            workflow: Workflow::new(executions.client(), "arn:stateMachine:films"),
            installation: Installation {
                table: SpendingTable::new(tables.client(), "usage"),
                default_limit: DAILY_LIMIT,
                clock: Clock::fixed(now()),
            },
            quotes: Arc::new(Quotes::new(config::Models::default()).unwrap()),
            time_limit: HOUR,
            clock: Clock::fixed(now()),
        };
        let (job, jobs) = (job(1, "user"), &state.jobs);
        let reserved = state.usage.reserve(jobs, &job, Ceilings::of_quota(1)).await;
        reserved.unwrap();
        jobs.begin(job.job_id, now()).await.unwrap();
        let (storyboard, until) = (Storyboard::by_rules(&job.request), now().after(HOUR));
        let saved = jobs.save_storyboard(job.job_id, &storyboard, Some(until), now());
        saved.await.unwrap();
        Self {
            executions,
            state,
            id: job.job_id,
        }
    }

    async fn there(&self) -> Job {
        self.state.jobs.get(self.id).await.unwrap().unwrap()
    }

    async fn approve(&self, caller: &str, version: u32) -> (u16, Value) {
        let path = format!("/api/v1/jobs/{}/approve", self.id);
        let request = request("POST", &path, &json!({ "version": version }));
        answer(handle(user(caller), request, self.state.clone()).await)
    }

    fn second_run(&self) -> Option<ExecutionStatus> {
        self.executions.status(&format!("{}-2", self.id))
    }
}

#[tokio::test]
async fn an_approval_starts_one_run_and_is_answered_alike_again() {
    let world = World::new().await;
    let (first, second) = tokio::join!(world.approve("user", 1), world.approve("user", 1));
    assert_eq!((first.0, &first.1["status"]), (202, &json!("processing")));
    assert_eq!(first, second);
    assert_eq!(world.approve("user", 1).await, first);
    assert_eq!(world.second_run(), Some(ExecutionStatus::Running));
    let job = world.there().await;
    assert_eq!((job.run, job.deadline), (2, now().after(HOUR)));
    assert!(job.execution_arn.is_some());
    let day = world.state.installation.day(now()).await.unwrap();
    let reserved = domain::prices::usd(job.quote_nano_usd);
    assert!((day.reserved_usd - reserved).abs() < 1e-9 && reserved > 0.0);
}

#[tokio::test]
async fn what_was_changed_lapsed_or_is_another_users_is_not_approved() {
    let world = World::new().await;
    assert_eq!(world.approve("other", 1).await.0, 404);
    assert_eq!(world.approve("user", 2).await.0, 409);
    let mut late = World::new().await;
    late.state.clock = Clock::fixed(now().after(2 * HOUR));
    assert_eq!(late.approve("user", 1).await.0, 409);
    for world in [world, late] {
        assert_eq!(world.there().await.status, Status::AwaitingReview);
        assert_eq!(world.second_run(), None);
    }
}

#[tokio::test]
async fn while_nothing_may_be_bought_it_goes_on_waiting() {
    let world = World::new().await;
    let table = &world.state.installation.table;
    table
        .set_spending(None, Some(true), "admin", now())
        .await
        .unwrap();
    let (status, refused) = world.approve("user", 1).await;
    assert_eq!(
        (status, &refused["code"]),
        (503, &json!("SPENDING_STOPPED"))
    );
    table
        .set_spending(Some(1), Some(false), "admin", now())
        .await
        .unwrap();
    let (status, refused) = world.approve("user", 1).await;
    assert_eq!((status, &refused["code"]), (429, &json!("SPENDING_LIMIT")));
    assert_eq!(world.there().await.status, Status::AwaitingReview);
    table
        .set_spending(Some(DAILY_LIMIT), None, "admin", now())
        .await
        .unwrap();
    assert_eq!(world.approve("user", 1).await.0, 202);
}

#[tokio::test]
async fn what_cannot_be_started_is_approved_and_started_by_the_next_request() {
    let world = World::new().await;
    world.executions.outage().begin_after(0);
    assert_eq!(world.approve("user", 1).await.0, 202);
    assert_eq!(world.second_run(), None);
    world.executions.outage().end();
    assert_eq!(world.approve("user", 1).await.0, 202);
    assert_eq!(world.second_run(), Some(ExecutionStatus::Running));
}

mod dry_run;
mod repeated;

use accounts::Installation;
use domain::failure::JobError;
use domain::job::Status;
use domain::spending::Day;
use edge::http::testing::{answer, request, user};
use serde_json::{Value, json};
use store::SpendingTable;
use store::testing::{ExecutionStatus, Executions, Pause, Tables, now};
use uuid::Uuid;

use super::*;

const USER: &str = "user";
const QUOTA: u32 = 2;
const RUNNING: u32 = 2;
/// Ten dollars.
const DAILY_LIMIT: u64 = 10_000_000_000;

struct World {
    tables: Tables,
    executions: Executions,
    state: State,
}

impl World {
    fn new() -> Self {
        let (tables, executions) = (Tables::default(), Executions::default());
        let state = State {
            jobs: JobsTable::new(tables.client(), "jobs"),
            usage: UsageTable::new(tables.client(), "usage"),
            webhooks: WebhooksTable::new(tables.client(), "webhooks"),
            workflow: Workflow::new(executions.client(), "arn:stateMachine:films"),
            ceilings: FilmCeilings {
                quota: QUOTA,
                running: RUNNING,
                paid_failures: 10,
                installation: Installation {
                    table: SpendingTable::new(tables.client(), "usage"),
                    default_limit: DAILY_LIMIT,
                    clock: Clock::fixed(now()),
                },
            },
            quotes: Arc::new(Quotes::new(config::Models::default()).unwrap()),
            times: FilmClock {
                history: store::History::new(tables.client(), "stats"),
            },
            time_limit: Duration::from_secs(3600),
            preset: Preset::Veryfast,
            clock: Clock::fixed(now()),
        };
        Self {
            tables,
            executions,
            state,
        }
    }

    async fn create(&self, body: &Value) -> (u16, Value) {
        self.send("/api/v1/jobs", body).await
    }

    async fn dry_run(&self, body: &Value) -> Value {
        let (status, quote) = self.send("/api/v1/jobs?dryRun=true", body).await;
        assert_eq!(status, 200, "{quote}");
        quote
    }

    async fn send(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = request("POST", path, body);
        answer(handle(user(USER), request, self.state.clone()).await)
    }

    /// Places of the month that are reserved, and that are used up.
    async fn places(&self) -> (u32, u32) {
        let account = self.state.usage.account(USER, now(), QUOTA);
        let usage = account.await.unwrap().usage;
        (usage.reserved, usage.used)
    }

    /// The jobs that are written.
    fn jobs(&self) -> Vec<String> {
        let rows = self.tables.under("jobs", "");
        rows.into_iter().map(|(id, _)| id).collect()
    }
}

fn film() -> Value {
    json!({"prompt": "A paper boat crosses a flooded city at dawn", "category": "music-video"})
}

#[tokio::test]
async fn an_accepted_film_is_written_takes_its_place_and_is_started() {
    let world = World::new();
    let (status, body) = world.create(&film()).await;
    assert_eq!(
        (status, &body["status"]),
        (202, &json!("pending")),
        "{body}"
    );
    let id = body["jobId"].as_str().unwrap();
    assert_eq!(world.executions.status(id), Some(ExecutionStatus::Running));
    assert_eq!(world.jobs(), [id]);
    assert_eq!(world.places().await, (1, 0));
    let job = world.state.jobs.get(id.parse().unwrap()).await.unwrap();
    assert_eq!(job.unwrap().preset, Preset::Veryfast);
}

#[tokio::test]
async fn what_is_refused_costs_nothing() {
    let world = World::new();
    for body in [
        json!({}),
        json!({"prompt": "short", "category": "music-video"}),
        json!({"prompt": "A paper boat crosses a city", "category": "opera"}),
    ] {
        let (status, answer) = world.create(&body).await;
        assert_eq!((status, &answer["code"]), (400, &json!("VALIDATION_ERROR")));
    }
    assert!(world.jobs().is_empty());
    assert_eq!(world.places().await, (0, 0));
}

#[tokio::test]
async fn no_film_is_made_beyond_the_months_places() {
    let mut world = World::new();
    world.state.ceilings.running = 10;
    for _ in 0..QUOTA {
        assert_eq!(world.create(&film()).await.0, 202);
    }
    let (status, body) = world.create(&film()).await;
    assert_eq!((status, &body["code"]), (429, &json!("QUOTA_EXCEEDED")));
    assert_eq!(world.jobs().len(), 2);
    assert_eq!(world.places().await, (QUOTA, 0));
}

#[tokio::test]
async fn no_more_films_are_made_at_once_than_may_be() {
    let mut world = World::new();
    world.state.ceilings.quota = 10;
    for _ in 0..RUNNING {
        assert_eq!(world.create(&film()).await.0, 202);
    }
    let (status, body) = world.create(&film()).await;
    assert_eq!((status, &body["code"]), (429, &json!("TOO_MANY_FILMS")));
    assert_eq!(world.places().await, (RUNNING, 0));

    // One has ended: there is room for another.
    let id: JobId = world.jobs()[0].parse().unwrap();
    let job = world.state.jobs.get(id).await.unwrap().unwrap();
    let ending = Ending::Failed(JobError::workflow_failed());
    let usage = &world.state.usage;
    usage
        .settle(
            &world.state.jobs,
            &world.state.webhooks,
            &job,
            &ending,
            0,
            now(),
        )
        .await
        .unwrap();
    assert_eq!(world.create(&film()).await.0, 202);
}

#[tokio::test]
async fn a_film_that_cannot_be_started_fails_and_gives_its_place_back() {
    let world = World::new();
    world.executions.outage().begin_after(0);
    let (status, body) = world.create(&film()).await;
    assert_eq!((status, &body["error"]), (500, &json!("Workflow failed")));
    let id: JobId = world.jobs()[0].parse().unwrap();
    let job = world.state.jobs.get(id).await.unwrap().unwrap();
    assert_eq!(job.status, Status::Failed);
    assert_eq!(world.places().await, (0, 0));
}

/// Given up, it would be paid for though its owner was told that it failed.
#[tokio::test]
async fn a_film_whose_execution_has_begun_is_accepted_though_the_starts_answer_was_lost() {
    let mut world = World::new();
    let (tables, jobs) = (world.tables.clone(), world.state.jobs.clone());
    let planner_begins = Pause::new(move || {
        let (tables, jobs) = (tables.clone(), jobs.clone());
        async move {
            for (id, _) in tables.under("jobs", "") {
                jobs.begin(id.parse().unwrap(), now()).await.unwrap();
            }
        }
    });
    world.executions = Executions::pausing(planner_begins);
    world.executions.outage().lose_answers();
    world.state.workflow = Workflow::new(world.executions.client(), "arn:stateMachine:films");

    let (status, body) = world.create(&film()).await;
    assert_eq!((status, &body["status"]), (202, &json!("processing")));
    assert_eq!(body["jobId"], world.jobs()[0].as_str());
    assert_eq!(world.places().await, (1, 0));
}

/// An execution that comes to work on it later finds it closed.
#[tokio::test]
async fn a_film_that_nothing_has_begun_fails_when_the_starts_answer_was_lost() {
    let world = World::new();
    world.executions.outage().lose_answers();
    assert_eq!(world.create(&film()).await.0, 503);
    let id: JobId = world.jobs()[0].parse().unwrap();
    assert!(world.state.jobs.begin(id, now()).await.is_err());
    assert_eq!(world.places().await, (0, 0));
}

#[tokio::test]
async fn nothing_is_started_that_could_not_be_written() {
    // The spending and the quota are read, then the job and its place are written in one
    // transaction.
    for calls in 0..3 {
        let world = World::new();
        world.tables.outage().begin_after(calls);
        assert_eq!(world.create(&film()).await.0, 500);
        world.tables.outage().end();
        assert!(world.jobs().is_empty());
        assert_eq!(world.places().await, (0, 0));
    }
}

/// The execution has the job's name, so that the reconciler finds it without its ARN.
#[tokio::test]
async fn a_film_whose_execution_could_not_be_noted_is_made() {
    let world = World::new();
    world.tables.outage().begin_after(3);
    let (status, body) = world.create(&film()).await;
    assert_eq!(status, 202);
    let id = body["jobId"].as_str().unwrap();
    assert_eq!(world.executions.status(id), Some(ExecutionStatus::Running));
}

fn day() -> Day {
    Day::of(now())
}

#[tokio::test]
async fn a_films_quote_is_taken_from_the_day_and_given_back_when_it_fails_to_start() {
    let world = World::new();
    let spending = &world.state.ceilings.installation.table;
    assert_eq!(world.create(&film()).await.0, 202);
    let taken = spending.spending_sums(&day()).await.unwrap().taken;
    let id: JobId = world.jobs()[0].parse().unwrap();
    let job = world.state.jobs.get(id).await.unwrap().unwrap();
    assert!(taken > 0 && taken == job.quote_nano_usd);

    world.executions.outage().begin_after(0);
    assert_eq!(world.create(&film()).await.0, 500);
    assert_eq!(spending.spending_sums(&day()).await.unwrap().taken, taken);
}

/// Of any number side by side.
#[tokio::test]
async fn no_film_is_accepted_beyond_the_days_limit() {
    let world = World::new();
    let spending = &world.state.ceilings.installation.table;
    let wanted = film();
    let quote = |world: &World| {
        let request: CreateJob = serde_json::from_value(film()).unwrap();
        let wanted = request.checked().unwrap();
        total(&world.state.quotes.film(&wanted).unwrap())
    };
    // Room for one film, and not for two.
    let limit = quote(&world) * 3 / 2;
    let set = spending.set_spending(Some(limit), None, "admin", now());
    set.await.unwrap();
    let (first, second) = tokio::join!(world.create(&wanted), world.create(&wanted));
    let mut statuses = [first.0, second.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 429]);
    let (_, refused) = world.create(&wanted).await;
    assert_eq!(refused["code"], "SPENDING_LIMIT");
    assert_eq!(world.places().await, (1, 0));

    let set = spending.set_spending(Some(quote(&world) - 1), None, "admin", now());
    set.await.unwrap();
    assert_eq!(World::new().create(&wanted).await.0, 202);
    assert_eq!(world.create(&wanted).await.1["code"], "SPENDING_LIMIT");
}

#[tokio::test]
async fn while_buying_is_stopped_no_film_is_accepted() {
    let world = World::new();
    let spending = &world.state.ceilings.installation.table;
    for (is_stopped, status) in [(true, 503), (false, 202)] {
        let set = spending.set_spending(None, Some(is_stopped), "admin", now());
        set.await.unwrap();
        assert_eq!(world.create(&film()).await.0, status);
    }
    assert_eq!(world.places().await, (1, 0));
}

#[tokio::test]
async fn who_has_let_too_many_films_fail_at_a_cost_waits_for_the_next_month() {
    let mut world = World::new();
    world.state.ceilings.paid_failures = 1;
    let (_, body) = world.create(&film()).await;
    let id: JobId = body["jobId"].as_str().unwrap().parse().unwrap();
    let job = world.state.jobs.get(id).await.unwrap().unwrap();
    let ending = Ending::Failed(JobError::workflow_failed());
    let State {
        usage,
        jobs,
        webhooks,
        ..
    } = &world.state;
    let settled = usage.settle(jobs, webhooks, &job, &ending, 1, now());
    settled.await.unwrap();
    assert_eq!(world.places().await, (0, 0));

    let (status, body) = world.create(&film()).await;
    assert_eq!((status, &body["code"]), (429, &json!("TOO_MANY_FAILURES")));
    assert_eq!(world.jobs().len(), 1);
}

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering::SeqCst};

use domain::job::JobId;
use domain::request::CreateJob;
use domain::storyboard::Author;
use domain::turns::Budget;
use replicate::Http;
use serde_json::json;
use store::testing::{Tables, job, now, secret};
use store::{Ceilings, Secret, TurnsTable, UsageTable};

use super::*;
use crate::simulation::settings;

/// Of one turn in ten seconds.
const BUDGET: Budget = Budget { per_minute: 6 };

/// A planner with a language model, its film of one scene, and how often the model was asked.
struct World {
    planner: Planner,
    job: Job,
    asked: Arc<AtomicU32>,
    now: Arc<AtomicI64>,
}

impl World {
    async fn new() -> Self {
        let tables = Tables::default();
        let asked = Arc::new(AtomicU32::new(0));
        let http = {
            let asked = asked.clone();
            Http::in_memory(move |_| {
                asked.fetch_add(1, SeqCst);
                async { answered() }
            })
        };
        let settings = config::Provider {
            language_model: Some("google/gemini-2.5-flash".to_owned()),
            ..settings()
        };
        let key = Secret::new(secret("key"), "key");
        let time = Arc::new(AtomicI64::new(now().as_millisecond()));
        let clock = time.clone();
        let planner = Planner {
            jobs: JobsTable::new(tables.client(), "jobs"),
            spending: SpendingTable::new(tables.client(), "usage"),
            provider: Arc::new(Provider::new(settings, key, http).unwrap()),
            turns: Turns {
                table: TurnsTable::new(tables.client(), "stats"),
                budget: BUDGET,
            },
            review_time: Duration::from_secs(3600),
            clock: Clock::new(move || Time::from_millisecond(clock.load(SeqCst))),
        };
        let request = CreateJob {
            scenes: 1,
            ..CreateJob::sample()
        };
        let job = Job {
            request,
            ..job(1, "user")
        };
        let usage = UsageTable::new(tables.client(), "usage");
        let accepted = usage.reserve(&planner.jobs, &job, Ceilings::of_quota(10));
        accepted.await.unwrap();
        Self {
            planner,
            job,
            asked,
            now: time,
        }
    }

    /// Somebody else takes the turn that comes after so many seconds.
    async fn other_goes_first(&self, seconds: u64) {
        self.at(seconds);
        let table = &self.planner.turns.table;
        let went = table.ask("other", "another film's", BUDGET, self.planner.clock.now());
        went.await.unwrap();
    }

    fn at(&self, seconds: u64) {
        let time = now().after(Duration::from_secs(seconds));
        self.now.store(time.as_millisecond(), SeqCst);
    }

    async fn plan_at(&self, seconds: u64) -> Result<Plan, Failure> {
        self.at(seconds);
        let planned = self.planner.plan(self.job.latest_run()).await;
        planned.map_err(|error| error.failure)
    }

    async fn record(&self) -> JobRecord {
        let id: JobId = self.job.job_id;
        self.planner.jobs.load(id).await.unwrap().unwrap()
    }

    async fn author(&self) -> Option<Author> {
        self.record().await.job.storyboard.map(|plan| plan.author)
    }
}

/// A storyboard of one scene.
fn answered() -> reqwest::Response {
    let scene = json!({"title": "A boat", "description": "It sails.", "camera": "wide"});
    let answer = json!({"scenes": [scene], "music": "piano"}).to_string();
    let prediction = json!({"id": "p", "status": "succeeded", "input": {}, "output": [answer]});
    let response = http::Response::builder().status(201);
    response.body(prediction.to_string()).unwrap().into()
}

#[tokio::test]
async fn a_storyboard_is_asked_for_when_its_turn_comes() {
    let world = World::new().await;
    world.other_goes_first(0).await;
    assert_eq!(world.plan_at(1).await, Err(Failure::TurnNotCome));
    let waiting = world.record().await;
    assert_eq!(
        (waiting.job.stage, waiting.attempts),
        (Stage::Planning, vec![])
    );
    assert_eq!(world.plan_at(10).await.unwrap().scenes, [1]);
    assert_eq!(world.author().await, Some(Author::LanguageModel));
    assert_eq!(world.asked.load(SeqCst), 1);
}

#[tokio::test]
async fn a_film_whose_storyboard_has_waited_too_long_is_planned_by_the_rules() {
    let world = World::new().await;
    let hour = world.job.deadline.since(now()).as_secs();
    world.other_goes_first(hour / 10 - 2).await;
    assert_eq!(
        world.plan_at(hour / 10 - 1).await,
        Err(Failure::TurnNotCome)
    );
    assert!(world.plan_at(hour / 10).await.is_ok());
    assert_eq!(world.author().await, Some(Author::Rules));
    assert_eq!(world.asked.load(SeqCst), 0);
    assert!(world.record().await.attempts.is_empty());
}

#[tokio::test]
async fn a_storyboard_that_waits_is_noted_once() {
    let world = World::new().await;
    world.other_goes_first(0).await;
    for seconds in [1, 5] {
        assert_eq!(world.plan_at(seconds).await, Err(Failure::TurnNotCome));
    }
    let noted = world.record().await.job.updated_at;
    assert_eq!(noted, now().after(Duration::from_secs(1)));
}

#[tokio::test]
async fn what_is_planned_takes_no_turn() {
    let world = World::new().await;
    world.plan_at(0).await.unwrap();
    world.other_goes_first(10).await;
    assert!(world.plan_at(11).await.is_ok());
    assert_eq!(world.asked.load(SeqCst), 1);
}

//! What a film writes and reads in the tables, counted as DynamoDB counts it, and held to what
//! the price table reckons with (`domain::prices`).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use domain::attempt::Target;
use domain::job::{Job, JobId, JobRun, SceneStatus};
use domain::prices::{
    CostKind, FILM_READS, FILM_WRITES, LedgerEntry, composing_seconds, preparing_seconds,
    units_of_film,
};
use domain::request::{Audio, CreateJob};
use domain::time::Clock;
use domain::turns::Budget;
use replicate::Http;
use reqwest::{Method, Request, Response};
use serde_json::{Value, json};
use store::testing::{self, Bucket, Executions, Messages, Tables, Units, now, secret};
use store::{
    Ceilings, History, JobsTable, Objects, Secret, SpendingTable, TurnsTable, UsageTable, Workflow,
};
use uuid::Uuid;

use crate::inspector::Inspector;
use crate::simulation::settings;
use crate::{
    FilmClock, Finisher, Generation, OUTPUT_BUDGET, Outcome, Planner, Provider, Turns, start,
};

/// A client that asks every five seconds for three minutes.
const POLLS: u32 = 36;
/// A function with FFmpeg looks so often at its job.
const LOOK_SECONDS: f64 = 2.0;
/// Composing writes each four percent.
const PERCENTS: u32 = 25;

/// A provider that makes whatever is asked for.
fn provider(made: &AtomicU32, request: &Request) -> Response {
    let body = if request.url().host_str() == Some("files.test") {
        return answered("media".to_owned());
    } else if request.method() == Method::POST {
        let id = made.fetch_add(1, Ordering::Relaxed);
        prediction(&format!("p{id}"), "starting", &webhook(request))
    } else {
        json!({"results": [], "next": null})
    };
    answered(body.to_string())
}

fn answered(body: String) -> Response {
    let response = http::Response::builder().header("content-type", "video/mp4");
    response.body(body).unwrap().into()
}

fn webhook(request: &Request) -> String {
    let body = request.body().and_then(reqwest::Body::as_bytes);
    let body: Value = serde_json::from_slice(body.unwrap()).unwrap();
    body["webhook"].as_str().unwrap().to_owned()
}

fn prediction(id: &str, status: &str, webhook: &str) -> Value {
    let output = (status == "succeeded").then(|| format!("https://files.test/{id}.mp4"));
    json!({"id": id, "status": status, "input": {}, "output": output, "webhook": webhook})
}

fn turns(tables: &Tables) -> Turns {
    Turns {
        table: TurnsTable::new(tables.client(), "stats"),
        budget: Budget { per_minute: 600 },
    }
}

struct World {
    tables: Tables,
    bucket: Bucket,
    executions: Executions,
    planner: Planner,
    generation: Generation,
    finisher: Finisher,
    run: JobRun,
}

impl World {
    async fn new(request: CreateJob) -> Self {
        let (tables, bucket, executions) =
            (Tables::default(), Bucket::default(), Executions::default());
        let made = Arc::new(AtomicU32::new(0));
        let http = Http::in_memory(move |request| {
            let response = provider(&made, &request);
            async { response }
        });
        let key = Secret::new(secret("key"), "key");
        let provider = Arc::new(Provider::new(settings(), key, http).unwrap());
        let jobs = JobsTable::new(tables.client(), "jobs");
        let usage = UsageTable::new(tables.client(), "usage");
        let spending = SpendingTable::new(tables.client(), "usage");
        let objects = Objects::new(bucket.client(), "bucket");
        let workflow = Workflow::new(executions.client(), "arn:stateMachine:films");
        let clock = Clock::fixed(now());
        let id = JobId(Uuid::from_u128(1));
        let limit = Duration::from_secs(3600);
        let job = Job {
            quote_nano_usd: 2_300_000_000,
            ..Job::accepted(id, "user", request, now(), limit)
        };
        let reserved = usage.reserve(&jobs, &job, Ceilings::of_quota(10));
        reserved.await.unwrap();
        start(&workflow, &jobs, job.latest_run()).await.unwrap();
        Self {
            planner: Planner {
                jobs: jobs.clone(),
                spending: spending.clone(),
                provider: provider.clone(),
                turns: turns(&tables),
                review_time: limit,
                clock: clock.clone(),
            },
            generation: Generation {
                jobs: jobs.clone(),
                spending,
                objects: objects.clone(),
                workflow: workflow.clone(),
                provider: provider.clone(),
                inspector: Inspector::Label,
                output_budget: OUTPUT_BUDGET,
                clock: clock.clone(),
            },
            finisher: Finisher {
                jobs,
                usage,
                outbox: testing::outbox(&tables, &Messages::default()),
                objects,
                workflow,
                provider,
                times: FilmClock {
                    history: History::new(tables.client(), "stats"),
                },
                clock,
            },
            run: job.latest_run(),
            tables,
            bucket,
            executions,
        }
    }

    async fn job(&self) -> Job {
        let job = self.finisher.jobs.get(self.run.job_id).await;
        job.unwrap().unwrap()
    }

    async fn make(&self, target: Target) {
        let (id, token) = (self.run.job_id, target.to_string());
        self.executions.begin_task(&token);
        let turns = turns(&self.tables);
        let asked = self.generation.ask(self.run, target, &token, &turns);
        asked.await.unwrap();
        for status in ["processing", "succeeded"] {
            let record = self.finisher.jobs.load(id).await.unwrap().unwrap();
            let mut attempts = record.attempts.iter();
            let attempt = attempts.find(|attempt| attempt.target == target).unwrap();
            let made = attempt.prediction_id.as_deref().unwrap();
            let webhook = format!("https://omnigen.test/hook?attempt={}", attempt.attempt_id);
            let news = prediction(made, status, &webhook);
            let news = serde_json::from_value(news).unwrap();
            let done = self.generation.complete(id, &attempt.attempt_id, &news);
            done.await.unwrap();
        }
    }

    async fn book(&self, step: &str) {
        let entry = LedgerEntry {
            step: format!("{step}#01234567-89ab-cdef-0123-456789abcdef"),
            kind: CostKind::Compute,
            item: "scene-preparer".to_owned(),
            predicted_nano_usd: 1_000_000,
            actual_nano_usd: Some(1_000_000),
            seconds: Some(10.0),
        };
        let jobs = &self.finisher.jobs;
        jobs.put_ledger(self.run.job_id, &entry).await.unwrap();
    }

    /// A function with FFmpeg looks whether its job is still worked on.
    async fn look(&self, seconds: f64) {
        for _ in 0..(seconds / LOOK_SECONDS) as u32 {
            self.job().await;
        }
    }

    async fn poll(&self, times: u32) {
        for _ in 0..times {
            let record = self.finisher.jobs.load(self.run.job_id).await;
            record.unwrap();
        }
    }

    async fn prepare(&self, index: u32, seconds: f64) {
        self.job().await;
        self.look(preparing_seconds(seconds)).await;
        let (jobs, id) = (&self.finisher.jobs, self.run.job_id);
        let done = jobs.advance_scene(id, index, SceneStatus::Complete, now());
        done.await.unwrap();
        self.book(&format!("prepare-{index:03}")).await;
    }

    async fn compose(&self) {
        let (jobs, id, job) = (&self.finisher.jobs, self.run.job_id, self.job().await);
        jobs.begin_composing(id, now()).await.unwrap();
        self.look(composing_seconds(f64::from(job.request.duration_seconds)))
            .await;
        for step in 1..PERCENTS {
            jobs.compose_percent(id, 4 * step, now()).await.unwrap();
        }
        let film = job.new_film();
        self.bucket.put(&film.video_key, b"film");
        jobs.set_film(&job, &film).await.unwrap();
        self.book("compose").await;
    }
}

/// A film without any fault, from its acceptance to its end.
async fn units_of(scenes: u32, audio: Audio) -> Units {
    let request = CreateJob {
        scenes,
        audio,
        ..CreateJob::sample()
    };
    let world = World::new(request).await;
    let plan = world.planner.plan(world.run).await.unwrap();
    world.poll(POLLS / 3).await;
    for scene in &plan.scenes {
        world.make(Target::Scene(*scene)).await;
    }
    if plan.soundtrack {
        world.make(Target::Soundtrack).await;
    }
    world.poll(POLLS / 3).await;
    let storyboard = world.job().await.storyboard.unwrap();
    for scene in &storyboard.scenes {
        world.prepare(scene.index, scene.timing.seconds()).await;
    }
    world.compose().await;
    world.poll(POLLS / 3).await;
    let ended = world.finisher.finish(world.run, Outcome::Completed).await;
    assert_eq!(ended.unwrap(), domain::job::Status::Completed);
    world.tables.units()
}

#[tokio::test]
async fn a_film_writes_and_reads_what_the_price_table_reckons_with() {
    let mut wrong = Vec::new();
    for (scenes, audio, predictions) in [
        (1, Audio::None, 1.0),
        (5, Audio::Music, 6.0),
        (12, Audio::Music, 13.0),
    ] {
        let units = units_of(scenes, audio).await;
        for (name, used, reckoned) in [
            (
                "written",
                units.written,
                units_of_film(FILM_WRITES, predictions),
            ),
            ("read", units.read, units_of_film(FILM_READS, predictions)),
        ] {
            if !(0.8..=1.0).contains(&(used / reckoned)) {
                wrong.push(format!(
                    "{scenes} scenes: {used} {name}, {reckoned} reckoned"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

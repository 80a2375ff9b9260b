use std::time::Duration;

use domain::job::{Job, JobId};
use domain::storyboard::Storyboard;
use edge::http::testing::{answer, request, user};
use serde_json::{Value, json};
use store::testing::{Tables, job, now};
use store::{Ceilings, UsageTable};

use super::*;

struct World {
    state: State,
    id: JobId,
}

impl World {
    /// A film of `user` whose storyboard waits for an hour.
    async fn new() -> Self {
        let tables = Tables::default();
        let jobs = JobsTable::new(tables.client(), "jobs");
        let usage = UsageTable::new(tables.client(), "usage");
        let job = job(1, "user");
        let ceilings = Ceilings::of_quota(1);
        usage.reserve(&jobs, &job, ceilings).await.unwrap();
        jobs.begin(job.job_id, now()).await.unwrap();
        let storyboard = Storyboard::by_rules(&job.request);
        let until = now().after(Duration::from_secs(3600));
        let saved = jobs.save_storyboard(job.job_id, &storyboard, Some(until), now());
        saved.await.unwrap();
        let state = State {
            jobs,
            quotes: Arc::new(Quotes::new(config::Models::default()).unwrap()),
            clock: Clock::fixed(now()),
        };
        Self {
            state,
            id: job.job_id,
        }
    }

    async fn there(&self) -> Job {
        self.state.jobs.get(self.id).await.unwrap().unwrap()
    }

    /// The storyboard as it is read, as a body that changes nothing.
    async fn unchanged(&self) -> Value {
        let view = storyboard_view(&self.there().await, &[], &self.state.quotes, now()).unwrap();
        let view = json!(view);
        let mut scenes = view["scenes"].clone();
        for scene in scenes.as_array_mut().unwrap() {
            scene.as_object_mut().unwrap().remove("index");
            scene.as_object_mut().unwrap().remove("priceNanoUsd");
        }
        json!({"version": view["version"], "scenes": scenes, "music": view["music"]["description"]})
    }

    async fn update(&self, caller: &str, body: &Value) -> (u16, Value) {
        let path = format!("/api/v1/jobs/{}/storyboard", self.id);
        let request = request("PUT", &path, body);
        answer(handle(user(caller), request, self.state.clone()).await)
    }
}

#[tokio::test]
async fn what_was_read_can_be_written_back() {
    let world = World::new().await;
    let planned = world.there().await;
    let (status, storyboard) = world.update("user", &world.unchanged().await).await;
    assert_eq!(status, 200, "{storyboard}");
    assert_eq!(
        (&storyboard["version"], &storyboard["author"]),
        (&json!(2), &json!("owner"))
    );
    assert_eq!(storyboard["planned"]["author"], "rules");
    let edited = world.there().await;
    assert_eq!(edited.request, planned.request);
    let scenes = |job: &Job| job.storyboard.as_ref().unwrap().scenes.clone();
    assert_eq!(scenes(&edited), scenes(&planned));
}

#[tokio::test]
async fn a_longer_film_costs_more() {
    let world = World::new().await;
    let mut body = world.unchanged().await;
    let first = storyboard_view(&world.there().await, &[], &world.state.quotes, now()).unwrap();
    let scene = body["scenes"][0].clone();
    body["scenes"].as_array_mut().unwrap().push(scene);
    body["scenes"][5]["seconds"] = json!(9.5);
    let (status, storyboard) = world.update("user", &body).await;
    assert_eq!(status, 200, "{storyboard}");
    assert!(storyboard["priceNanoUsd"].as_u64().unwrap() > first.price_nano_usd);
    assert_eq!(world.there().await.request.scenes, 6);
}

#[tokio::test]
async fn all_faults_are_named_at_once_and_nothing_is_changed() {
    let world = World::new().await;
    let before = world.there().await;
    let mut body = world.unchanged().await;
    body["scenes"][2]["description"] = json!(" ");
    body["scenes"][4]["seconds"] = json!(61);
    let (status, refused) = world.update("user", &body).await;
    assert_eq!(
        (status, &refused["code"]),
        (400, &json!("VALIDATION_ERROR"))
    );
    assert_eq!(refused["details"]["field"], "scenes[2].description");
    let faults = refused["details"]["faults"].as_array().unwrap();
    let fields: Vec<&Value> = faults.iter().map(|fault| &fault["field"]).collect();
    assert_eq!(fields, ["scenes[2].description", "scenes[4].seconds"]);
    body["scenes"][0]["seconds"] = json!("long");
    let (_, refused) = world.update("user", &body).await;
    assert_eq!(refused["details"]["field"], "scenes[0].seconds");
    assert_eq!(world.there().await, before);
}

#[tokio::test]
async fn another_version_another_users_and_what_does_not_wait_are_refused() {
    let world = World::new().await;
    let body = world.unchanged().await;
    assert_eq!(world.update("other", &body).await.0, 404);
    assert_eq!(world.update("user", &body).await.0, 200);
    let (status, refused) = world.update("user", &body).await;
    assert_eq!((status, &refused["code"]), (409, &json!("CONFLICT")));

    let mut late = World::new().await;
    late.state.clock = Clock::fixed(now().after(Duration::from_secs(3601)));
    assert_eq!(late.update("user", &body).await.0, 409);
}

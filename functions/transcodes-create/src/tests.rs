use std::time::Duration;

use domain::holding::HoldingLimits;
use domain::time::Clock;
use domain::transcode::TranscodeStatus;
use domain::video::Visibility;
use edge::http::testing::{answer, request, user};
use serde_json::{Value, json};
use store::testing::{self, Messages, Pause, Tables, job, now};
use store::{Ceilings, Confirmation, Counters, Queue, TranscodesTable, UsageTable};
use uuid::Uuid;

use super::*;

const KEY: &str = "gallery/user/1-film.mp4";

struct World {
    tables: Tables,
    messages: Messages,
    state: State,
}

impl World {
    fn new() -> Self {
        let (tables, messages) = (Tables::default(), Messages::default());
        let state = State {
            queue: TranscodeQueue {
                transcodes: TranscodesTable::new(tables.client(), "transcodes"),
                counters: Counters::new(&tables.client(), "stats", "usage"),
                limits: HoldingLimits::NONE,
                messages: Queue::new(messages.client(), "queue"),
                clock: Clock::fixed(now()),
            },
            videos: VideosTable::new(tables.client(), "videos"),
            jobs: JobsTable::new(tables.client(), "jobs"),
        };
        Self {
            tables,
            messages,
            state,
        }
    }

    /// With an upload of `user`, confirmed or not.
    async fn with_upload(is_confirmed: bool) -> Self {
        let world = Self::new();
        let upload = testing::upload(KEY, "user", VideoId(Uuid::from_u128(1)), None);
        let (videos, counters) = (&world.state.videos, &world.state.queue.counters);
        let announced = videos.announce(&counters.usage, &upload, HoldingLimits::NONE);
        announced.await.unwrap();
        if is_confirmed {
            let confirmation = Confirmation {
                upload: &upload,
                etag: "etag",
            };
            let video = testing::video(&upload, Visibility::Private);
            let confirmed = videos.confirm(counters, confirmation, &video, 1000);
            confirmed.await.unwrap();
        }
        world
    }

    async fn create(&self, caller: &str, source: &str) -> (u16, Value) {
        let body = json!({ "inputSource": source });
        let request = request("POST", "/api/jobs", &body);
        answer(handle(user(caller), request, self.state.clone()).await)
    }

    async fn pending(&self) -> u64 {
        let stats = self.state.queue.counters.stats.transcodes().await.unwrap();
        stats.pending
    }

    fn is_untouched(&self) -> bool {
        self.tables.under("transcodes", "").is_empty() && self.messages.sent().is_empty()
    }
}

#[tokio::test]
async fn an_accepted_transcode_is_written_counted_and_sent() {
    let world = World::with_upload(true).await;
    let (status, body) = world.create("user", KEY).await;
    assert_eq!(
        (status, &body["job"]["status"]),
        (201, &json!("PENDING")),
        "{body}"
    );
    let id: TranscodeId = body["job"]["id"].as_str().unwrap().parse().unwrap();
    let state = world.state.queue.transcodes.get(id).await.unwrap().unwrap();
    assert_eq!(state.transcode.status, TranscodeStatus::Pending);
    assert_eq!(state.transcode.video_id, Some(VideoId(Uuid::from_u128(1))));
    assert_eq!(state.transcode.source_etag.as_deref(), Some("etag"));
    assert_eq!(world.pending().await, 1);
    let sent = world.messages.sent();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].contains(&id.to_string()), "{sent:?}");
}

#[tokio::test]
async fn only_a_confirmed_upload_of_ones_own_is_a_source() {
    let unconfirmed = World::with_upload(false).await;
    assert_eq!(unconfirmed.create("user", KEY).await.0, 404);
    assert!(unconfirmed.is_untouched());

    let world = World::with_upload(true).await;
    for (caller, source) in [
        ("stranger", KEY),
        ("stranger", "gallery/stranger/../user/1-film.mp4"),
        ("user", "gallery/user/2-other.mp4"),
        ("user", "https://example.org/film.mp4"),
    ] {
        assert_eq!(world.create(caller, source).await.0, 404, "{source}");
    }
    assert!(world.is_untouched());
}

#[tokio::test]
async fn the_file_of_a_deleted_video_is_no_source() {
    let world = World::with_upload(true).await;
    let videos = &world.state.videos;
    let video = videos
        .get(VideoId(Uuid::from_u128(1)))
        .await
        .unwrap()
        .unwrap();
    assert!(
        videos
            .delete(&world.state.queue.counters.usage, video, now())
            .await
            .unwrap()
    );
    assert_eq!(world.create("user", KEY).await.0, 404);
    assert!(world.is_untouched());
}

#[tokio::test]
async fn only_a_finished_film_of_ones_own_is_a_source() {
    let world = World::new();
    let job = job(7, "user");
    let usage = UsageTable::new(world.tables.client(), "usage");
    usage
        .reserve(&world.state.jobs, &job, Ceilings::of_quota(10))
        .await
        .unwrap();
    let film = format!("{}/final.mp4", job.job_id);
    assert_eq!(world.create("user", &film).await.0, 404);

    let jobs = &world.state.jobs;
    jobs.begin(job.job_id, now()).await.unwrap();
    jobs.set_film(&job, &job.new_film()).await.unwrap();
    let ending = store::Ending::Completed;
    let webhooks = testing::webhooks(&world.tables);
    usage
        .settle(&world.state.jobs, &webhooks, &job, &ending, 0, now())
        .await
        .unwrap();
    assert_eq!(world.create("stranger", &film).await.0, 404);
    assert!(world.is_untouched());
    assert_eq!(world.create("user", &film).await.0, 201);
}

/// A scene of it was made anew: what is transcoded is the film as it is now.
#[tokio::test]
async fn a_film_is_transcoded_as_it_is_now() {
    let world = World::new();
    let job = job(7, "user");
    let film = format!("{}/final.mp4", job.job_id);
    let now_at = format!("{}/redo-2/final.mp4", job.job_id);
    let row = domain::job::Job {
        status: domain::job::Status::Completed,
        video_key: Some(now_at.clone()),
        ..job
    };
    let usage = UsageTable::new(world.tables.client(), "usage");
    let reserved = usage.reserve(&world.state.jobs, &row, Ceilings::of_quota(10));
    reserved.await.unwrap();
    for source in [&film, &now_at] {
        let (status, body) = world.create("user", source).await;
        assert_eq!((status, &body["job"]["inputSource"]), (201, &json!(now_at)));
    }
    assert_eq!(world.create("stranger", &now_at).await.0, 404);
}

#[tokio::test]
async fn nothing_is_left_of_a_transcode_whose_message_could_not_be_sent() {
    let world = World::with_upload(true).await;
    world.messages.outage().begin_after(0);
    assert_eq!(world.create("user", KEY).await.0, 500);
    assert!(world.is_untouched());
    assert_eq!(world.pending().await, 0);
}

/// Withdrawn, it would be asked for and made a second time.
#[tokio::test]
async fn a_transcode_that_is_worked_on_is_accepted_though_its_messages_answer_was_lost() {
    let mut world = World::with_upload(true).await;
    let (tables, transcodes) = (world.tables.clone(), world.state.queue.transcodes.clone());
    let worker_takes = Pause::new(move || {
        let (tables, transcodes) = (tables.clone(), transcodes.clone());
        async move {
            for (id, _) in tables.under("transcodes", "") {
                let id = TranscodeId(id.parse().unwrap());
                let until = now().after(Duration::from_secs(60));
                transcodes.take(id, "worker", now(), until).await.unwrap();
            }
        }
    });
    world.messages = Messages::pausing(worker_takes);
    world.messages.outage().lose_answers();
    world.state.queue.messages = Queue::new(world.messages.client(), "queue");
    assert_eq!(world.create("user", KEY).await.0, 201);
    assert_eq!(world.pending().await, 1);
}

#[tokio::test]
async fn nothing_is_left_of_a_transcode_that_nobody_has_when_its_messages_answer_was_lost() {
    let world = World::with_upload(true).await;
    world.messages.outage().lose_answers();
    assert_eq!(world.create("user", KEY).await.0, 503);
    assert_eq!(world.pending().await, 0);
}

#[tokio::test]
async fn nothing_is_sent_for_a_transcode_that_could_not_be_written() {
    let world = World::with_upload(true).await;
    // The upload and its video are read, then the transcode is written.
    for calls in 0..3 {
        world.tables.outage().begin_after(calls);
        assert_eq!(world.create("user", KEY).await.0, 500, "{calls}");
        world.tables.outage().end();
        assert!(world.is_untouched());
    }
    assert_eq!(world.create("user", KEY).await.0, 201);
}

/// As a request with the key of one that died: it creates under the same id.
#[tokio::test]
async fn a_repeated_request_goes_on_where_the_first_one_died() {
    let world = World::with_upload(true).await;
    let repeat = async || {
        let body = json!({ "inputSource": KEY });
        let mut request = request("POST", "/api/jobs", &body);
        request.extensions_mut().insert(Creation {
            id: Uuid::from_u128(7),
            is_repeated: true,
        });
        answer(handle(user("user"), request, world.state.clone()).await)
    };
    world.messages.outage().begin_after(0);
    assert_eq!(repeat().await.0, 500);
    world.messages.outage().end();
    for times in 1..3 {
        let (status, body) = repeat().await;
        let id = json!(Uuid::from_u128(7));
        assert_eq!((status, &body["job"]["id"]), (201, &id));
        assert_eq!(world.pending().await, 1);
        assert_eq!(world.messages.sent().len(), times);
    }
}

#[tokio::test]
async fn no_more_transcodes_are_open_than_may_be_and_a_refusal_leaves_nothing() {
    let mut world = World::with_upload(true).await;
    world.state.queue.limits.at_once = 1;
    assert_eq!(world.create("user", KEY).await.0, 201);
    let (status, body) = world.create("user", KEY).await;
    assert_eq!(
        (status, &body["code"]),
        (429, &json!("TOO_MANY_TRANSCODES"))
    );
    assert_eq!((world.pending().await, world.messages.sent().len()), (1, 1));
}

#[tokio::test]
async fn nothing_is_made_where_nothing_more_may_be_stored() {
    let mut world = World::with_upload(true).await;
    world.state.queue.limits.stored_bytes = 1000;
    let (status, body) = world.create("user", KEY).await;
    assert_eq!((status, &body["code"]), (409, &json!("STORAGE_FULL")));
    assert!(world.is_untouched());
}

/// The message cannot be sent: the transcode is taken back, and its place with it.
#[tokio::test]
async fn what_is_taken_back_holds_no_place() {
    let mut world = World::with_upload(true).await;
    world.state.queue.limits.at_once = 1;
    world.messages.outage().begin_after(0);
    assert_eq!(world.create("user", KEY).await.0, 500);
    world.messages.outage().end();
    assert_eq!(world.create("user", KEY).await.0, 201);
}

use domain::holding::HoldingLimits;
use domain::ids::TranscodeId;
use domain::keys;
use domain::time::Clock;
use domain::transcode::TranscodeFault;
use edge::http::testing::{admin, answer, request};
use serde_json::{Value, json};
use store::testing::{self, Bucket, Tables, now};
use store::{Counters, Objects, TranscodesTable, VideosTable};
use uuid::Uuid;

use super::*;

const DAY: Duration = Duration::from_secs(24 * 3600);

struct World {
    tables: Tables,
    bucket: Bucket,
    remover: TranscodeRemover,
}

impl World {
    /// A hundred days later: transcode 1 failed then, 2 yesterday, 3 never ended.
    async fn new() -> Self {
        let (tables, bucket) = (Tables::default(), Bucket::default());
        let remover = TranscodeRemover {
            transcodes: TranscodesTable::new(tables.client(), "transcodes"),
            counters: Counters::new(&tables.client(), "stats", "usage"),
            videos: VideosTable::new(tables.client(), "videos"),
            objects: Objects::new(bucket.client(), "bucket"),
            clock: Clock::fixed(now().after(DAY * 100)),
        };
        let world = Self {
            tables,
            bucket,
            remover,
        };
        world.add(1, 0, true).await;
        world.add(2, 99, true).await;
        world.add(3, 0, false).await;
        world
    }

    async fn add(&self, number: u128, day: u32, has_failed: bool) {
        let (transcodes, counters) = (&self.remover.transcodes, &self.remover.counters);
        let accepted = now().after(DAY * day);
        let transcode = testing::transcode(id(number), accepted);
        transcodes
            .create(counters, &transcode, HoldingLimits::NONE)
            .await
            .unwrap();
        if has_failed {
            let error = TranscodeFault::WorkerLost.error();
            let webhooks = testing::webhooks(&self.tables);
            let failed = transcodes.fail(counters, &webhooks, &transcode, None, &error, accepted);
            failed.await.unwrap();
        }
        self.bucket.put(
            &format!("{}low.mp4", keys::transcode_folder(id(number))),
            b"film",
        );
    }

    async fn clean_up(&self, query: &str) -> (u16, Value) {
        let path = format!("/api/jobs/admin/cleanup-old{query}");
        let request = request("DELETE", &path, &Value::Null);
        answer(handle(admin(), request, self.remover.clone()).await)
    }

    /// Whether the rows and the files of each are there.
    async fn left(&self) -> [(bool, bool); 3] {
        let mut left = [(false, false); 3];
        for (place, number) in (1..=3).enumerate() {
            let row = self.remover.transcodes.get(id(number)).await.unwrap();
            let files = self.bucket.keys(&keys::transcode_folder(id(number)));
            left[place] = (row.is_some(), !files.is_empty());
        }
        left
    }
}

const ALL: [(bool, bool); 3] = [(true, true); 3];

fn id(number: u128) -> TranscodeId {
    TranscodeId(Uuid::from_u128(number))
}

#[tokio::test]
async fn only_administrators_may() {
    let world = World::new().await;
    assert_eq!(world.left().await, ALL);
}

#[tokio::test]
async fn what_ended_long_ago_goes_with_its_files_and_is_counted_once() {
    let world = World::new().await;
    let (status, body) = world.clean_up("").await;
    assert_eq!(
        (status, &body["deleted"], &body["freedBytes"]),
        (200, &json!(1), &json!(4))
    );
    assert_eq!(
        world.left().await,
        [(false, false), (true, true), (true, true)]
    );
    let stats = world.remover.counters.stats.transcodes().await.unwrap();
    assert_eq!((stats.failed, stats.pending), (1, 1));

    let (_, again) = world.clean_up("").await;
    assert_eq!(
        (&again["deleted"], &again["freedBytes"]),
        (&json!(0), &json!(0))
    );
}

#[tokio::test]
async fn a_dry_run_only_tells() {
    let world = World::new().await;
    let (_, body) = world.clean_up("?dryRun=true").await;
    assert_eq!(
        (&body["deleted"], &body["freedBytes"]),
        (&json!(1), &json!(4))
    );
    assert_eq!(world.left().await, ALL);
}

#[tokio::test]
async fn what_was_not_asked_for_as_it_should_be_removes_nothing() {
    let world = World::new().await;
    for query in ["?days=0", "?days=-1", "?days=many", "?dryRun=perhaps"] {
        let (status, body) = world.clean_up(query).await;
        assert_eq!(
            (status, &body["code"]),
            (400, &json!("VALIDATION_ERROR")),
            "{query}"
        );
    }
    assert_eq!(world.left().await, ALL);
}

/// A record goes before its files: the storage janitor finds files without a record.
#[tokio::test]
async fn no_file_goes_whose_record_could_not_be_removed() {
    let world = World::new().await;
    for calls in 0..5 {
        world.tables.outage().begin_after(calls);
        assert_eq!(world.clean_up("").await.0, 500, "{calls}");
        world.tables.outage().end();
        let [(_, has_files), ..] = world.left().await;
        assert!(has_files, "{calls}");
    }
}

#[tokio::test]
async fn files_that_could_not_be_removed_are_no_success() {
    let world = World::new().await;
    world.bucket.outage().begin_after(1);
    assert_eq!(world.clean_up("").await.0, 500);
    world.bucket.outage().end();
    assert_eq!(world.left().await[0], (false, true));
}

use domain::holding::HoldingLimits;
use domain::ids::TranscodeId;
use domain::time::Clock;
use domain::transcode::TranscodeFault;
use edge::http::testing::{admin, answer, request};
use serde_json::{Value, json};
use store::testing::{self, Messages, Tables, now};
use store::{Counters, Queue, TranscodesTable};
use uuid::Uuid;

use super::*;

struct World {
    tables: Tables,
    messages: Messages,
    queue: TranscodeQueue,
}

impl World {
    /// Transcode 1 waits; 2 and 3 have failed.
    async fn new() -> Self {
        let (tables, messages) = (Tables::default(), Messages::default());
        let queue = TranscodeQueue {
            transcodes: TranscodesTable::new(tables.client(), "transcodes"),
            counters: Counters::new(&tables.client(), "stats", "usage"),
            limits: HoldingLimits::NONE,
            messages: Queue::new(messages.client(), "queue"),
            clock: Clock::fixed(now()),
        };
        let (transcodes, counters) = (&queue.transcodes, &queue.counters);
        for number in 1..=3 {
            let transcode = testing::transcode(id(number), now());
            transcodes
                .create(counters, &transcode, HoldingLimits::NONE)
                .await
                .unwrap();
            if number > 1 {
                let error = TranscodeFault::WorkerLost.error();
                let webhooks = testing::webhooks(&tables);
                let failed = transcodes.fail(counters, &webhooks, &transcode, None, &error, now());
                failed.await.unwrap();
            }
        }
        Self {
            tables,
            messages,
            queue,
        }
    }

    async fn restart(&self, body: &Value) -> (u16, Value) {
        let request = request("POST", "/api/jobs/admin/restart-failed", body);
        answer(handle(admin(), request, self.queue.clone()).await)
    }

    async fn status(&self, number: u128) -> TranscodeStatus {
        let state = self.queue.transcodes.get(id(number)).await;
        state.unwrap().unwrap().transcode.status
    }
}

fn id(number: u128) -> TranscodeId {
    TranscodeId(Uuid::from_u128(number))
}

#[tokio::test]
async fn only_administrators_may() {
    let world = World::new().await;
    assert_eq!(world.status(2).await, TranscodeStatus::Failed);
    assert!(world.messages.sent().is_empty());
}

#[tokio::test]
async fn failed_ones_are_tried_again_once_and_others_left_alone() {
    let world = World::new().await;
    let named = json!({"jobIds": [id(1), id(2), id(9)]});
    let (status, body) = world.restart(&named).await;
    assert_eq!((status, &body["jobIds"]), (200, &json!([id(2)])));
    assert_eq!(world.status(2).await, TranscodeStatus::Pending);
    assert_eq!(world.status(3).await, TranscodeStatus::Failed);
    assert_eq!(world.messages.sent().len(), 1);

    let (_, again) = world.restart(&named).await;
    assert_eq!(again["jobIds"], json!([]));
    assert_eq!(world.messages.sent().len(), 1);
    let stats = world.queue.counters.stats.transcodes().await.unwrap();
    assert_eq!((stats.pending, stats.failed), (2, 1));
}

#[tokio::test]
async fn without_names_the_oldest_are_taken_up_to_the_limit() {
    let world = World::new().await;
    let (_, one) = world.restart(&json!({"limit": 1})).await;
    assert_eq!(one["jobIds"].as_array().map(Vec::len), Some(1));
    let (_, rest) = world.restart(&Value::Null).await;
    assert_eq!(rest["jobIds"].as_array().map(Vec::len), Some(1));
    assert_eq!(world.messages.sent().len(), 2);
}

#[tokio::test]
async fn a_dry_run_only_tells() {
    let world = World::new().await;
    let (_, body) = world.restart(&json!({"dryRun": true})).await;
    assert_eq!(body["jobIds"].as_array().map(Vec::len), Some(2));
    assert_eq!(world.status(2).await, TranscodeStatus::Failed);
    assert!(world.messages.sent().is_empty());
}

/// The reconciler sends the message of an open transcode that lies too long.
#[tokio::test]
async fn a_transcode_whose_message_could_not_be_sent_is_open() {
    let world = World::new().await;
    world.messages.outage().begin_after(0);
    let (status, body) = world.restart(&json!({"jobIds": [id(2)]})).await;
    assert_eq!((status, &body["jobIds"]), (200, &json!([id(2)])));
    assert_eq!(world.status(2).await, TranscodeStatus::Pending);
}

#[tokio::test]
async fn while_the_table_fails_nothing_is_sent() {
    let world = World::new().await;
    for calls in 0..2 {
        world.tables.outage().begin_after(calls);
        let (status, _) = world.restart(&json!({"jobIds": [id(2)]})).await;
        assert_eq!(status, 500, "{calls}");
        world.tables.outage().end();
    }
    assert!(world.messages.sent().is_empty());
    assert_eq!(world.status(2).await, TranscodeStatus::Failed);
}

#[tokio::test]
async fn each_takes_a_place_and_without_one_it_stays_failed() {
    let mut world = World::new().await;
    world.queue.limits.at_once = 2;
    let (status, body) = world.restart(&Value::Null).await;
    assert_eq!((status, &body["jobIds"]), (200, &json!([id(2)])));
    assert_eq!(body["withoutPlace"], json!([id(3)]));
    assert_eq!(world.status(3).await, TranscodeStatus::Failed);
    assert_eq!(world.messages.sent().len(), 1);
}

use domain::delivery::TranscodeMessage;
use domain::holding::HoldingLimits;
use domain::ids::TranscodeId;
use domain::time::Clock;
use domain::transcode::{TranscodeFault, TranscodeStatus};
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
    letter: DeadLetter,
}

impl World {
    /// A transcode that failed, and its dead letter.
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
        let transcode = testing::transcode(id(), now());
        transcodes
            .create(counters, &transcode, HoldingLimits::NONE)
            .await
            .unwrap();
        let error = TranscodeFault::WorkerLost.error();
        let webhooks = testing::webhooks(&tables);
        let failed = transcodes.fail(counters, &webhooks, &transcode, None, &error, now());
        failed.await.unwrap();
        let body = TranscodeMessage::new(id()).body();
        let letter = DeadLetter::new("message", &body, Some(id()), 3, "lost", now());
        transcodes.put_dead_letter(&letter).await.unwrap();
        Self {
            tables,
            messages,
            queue,
            letter,
        }
    }

    async fn redrive(&self, body: &Value) -> (u16, Value) {
        let path = "/api/jobs/admin/dead-letters/redrive";
        let request = request("POST", path, body);
        answer(handle(admin(), request, self.queue.clone()).await)
    }

    async fn status(&self) -> TranscodeStatus {
        let state = self.queue.transcodes.get(id()).await;
        state.unwrap().unwrap().transcode.status
    }

    async fn has_letter(&self) -> bool {
        let ids = [self.letter.id.clone().try_into().unwrap()];
        let letters = self.queue.transcodes.dead_letters_of(&ids).await;
        !letters.unwrap().is_empty()
    }
}

fn id() -> TranscodeId {
    TranscodeId(Uuid::from_u128(1))
}

#[tokio::test]
async fn only_administrators_may() {
    let world = World::new().await;
    assert!(world.has_letter().await);
    assert!(world.messages.sent().is_empty());
}

#[tokio::test]
async fn a_letter_is_sent_again_once_and_its_transcode_is_open() {
    let world = World::new().await;
    let (status, body) = world.redrive(&json!({"ids": [world.letter.id]})).await;
    assert_eq!((status, &body["ids"]), (200, &json!([world.letter.id])));
    assert_eq!(world.messages.sent(), [TranscodeMessage::new(id()).body()]);
    assert_eq!(world.status().await, TranscodeStatus::Pending);
    assert!(!world.has_letter().await);

    let (status, body) = world.redrive(&json!({})).await;
    assert_eq!((status, &body["ids"]), (200, &json!([])));
    assert_eq!(world.messages.sent().len(), 1);
}

#[tokio::test]
async fn a_letter_whose_transcode_is_open_already_is_put_away() {
    let world = World::new().await;
    let failed = testing::transcode(id(), now());
    let reopened = world.queue.reopen(&failed).await.unwrap();
    assert_eq!(reopened, Reopened::Open);
    let (_, body) = world.redrive(&json!({})).await;
    assert_eq!(
        (&body["ids"], &body["skipped"]),
        (&json!([]), &json!([world.letter.id]))
    );
    assert!(!world.has_letter().await && world.messages.sent().is_empty());
}

#[tokio::test]
async fn a_dry_run_only_tells() {
    let world = World::new().await;
    let (_, body) = world.redrive(&json!({"dryRun": true})).await;
    assert_eq!(body["ids"], json!([world.letter.id]));
    assert_eq!(world.status().await, TranscodeStatus::Failed);
    assert!(world.has_letter().await && world.messages.sent().is_empty());
}

/// The letter is gone then, and the reconciler sends the message of the open transcode.
#[tokio::test]
async fn a_transcode_whose_message_could_not_be_sent_is_open() {
    let world = World::new().await;
    world.messages.outage().begin_after(0);
    assert_eq!(world.redrive(&json!({})).await.0, 500);
    assert_eq!(world.status().await, TranscodeStatus::Pending);
}

#[tokio::test]
async fn while_the_table_fails_the_letter_stays() {
    let world = World::new().await;
    // The letter is read, the transcode read and opened, the letter taken.
    for calls in 0..4 {
        world.tables.outage().begin_after(calls);
        assert_eq!(world.redrive(&json!({})).await.0, 500, "{calls}");
        world.tables.outage().end();
        assert!(world.has_letter().await && world.messages.sent().is_empty());
    }
}

#[tokio::test]
async fn a_letter_without_a_transcode_stays_until_its_message_is_sent() {
    let world = World::new().await;
    let letter = DeadLetter::new("poison", "what is this", None, 3, "unreadable", now());
    let transcodes = &world.queue.transcodes;
    transcodes.put_dead_letter(&letter).await.unwrap();
    let named = json!({"ids": [letter.id]});
    world.messages.outage().begin_after(0);
    assert_eq!(world.redrive(&named).await.0, 500);
    world.messages.outage().end();
    let ids = [letter.id.clone().try_into().unwrap()];
    assert_eq!(transcodes.dead_letters_of(&ids).await.unwrap().len(), 1);

    assert_eq!(world.redrive(&named).await.0, 200);
    assert_eq!(world.messages.sent(), [letter.body]);
    assert!(transcodes.dead_letters_of(&ids).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_letter_is_kept_while_its_user_has_no_place_for_the_transcode() {
    let mut world = World::new().await;
    world.queue.limits.at_once = 1;
    let open = testing::transcode(TranscodeId(Uuid::from_u128(8)), now());
    let (transcodes, counters) = (&world.queue.transcodes, &world.queue.counters);
    let created = transcodes.create(counters, &open, world.queue.limits);
    created.await.unwrap();

    let (status, body) = world.redrive(&json!({})).await;
    assert_eq!((status, &body["ids"]), (200, &json!([])));
    assert_eq!(body["withoutPlace"], json!([world.letter.id]));
    assert_eq!(world.status().await, TranscodeStatus::Failed);
    assert!(world.has_letter().await && world.messages.sent().is_empty());

    transcodes.withdraw(counters, &open).await.unwrap();
    let (_, body) = world.redrive(&json!({})).await;
    assert_eq!(body["ids"], json!([world.letter.id]));
}

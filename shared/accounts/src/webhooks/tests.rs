//! The worker over tables and a queue in memory, with a receiver in memory.

use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use domain::ids::{JobId, WebhookId};
use domain::job::Job;
use domain::time::{Clock, Time};
use domain::webhook::{
    AttemptFailure, DeliveryStatus, EndpointChange, EventType, NewEndpoint, PauseReason,
    RetrySchedule,
};
use edge::queue::Message;
use serde_json::{Value, json};
use store::testing::{self, Messages, Tables, job, now};
use store::{Ceilings, Ending, JobsTable, Outbox, UsageTable};
use uuid::Uuid;
use webhooks::Sender;

use super::*;

/// A post that the receiver got: its URL, the event's name and the body.
type Post = (String, String, Value);

/// A status, and what `Retry-After` says.
type Answer = (u16, Option<&'static str>);

struct World {
    tables: Tables,
    messages: Messages,
    time: Arc<AtomicI64>,
    posts: Arc<Mutex<Vec<Post>>>,
    answers: Arc<Mutex<Vec<Answer>>>,
    outbox: Outbox,
    worker: WebhookWorker,
    resender: WebhookResender,
}

impl World {
    fn new() -> Self {
        let (tables, messages) = (Tables::default(), Messages::default());
        let time = Arc::new(AtomicI64::new(now().as_millisecond()));
        let told = time.clone();
        let clock = Clock::new(move || Time::from_millisecond(told.load(SeqCst)));
        let posts: Arc<Mutex<Vec<Post>>> = Arc::default();
        let answers: Arc<Mutex<Vec<Answer>>> = Arc::default();
        let (seen, next) = (posts.clone(), answers.clone());
        let sender = Sender::in_memory(move |request| {
            let id = request.headers()["webhook-id"].to_str().unwrap();
            let bytes = request.body().unwrap().as_bytes().unwrap();
            let body = serde_json::from_slice(bytes).unwrap();
            let post = (request.url().to_string(), id.to_owned(), body);
            seen.lock().unwrap().push(post);
            let (status, retry_after) = next.lock().unwrap().pop().unwrap_or((200, None));
            let mut response = http::Response::new("");
            *response.status_mut() = status.try_into().unwrap();
            if let Some(text) = retry_after {
                let value = text.parse().unwrap();
                response.headers_mut().insert("retry-after", value);
            }
            async { response.into() }
        });
        let outbox = testing::outbox(&tables, &messages);
        let worker = WebhookWorker {
            outbox: outbox.clone(),
            sender,
            schedule: "10,1000".parse::<RetrySchedule>().unwrap(),
            clock: clock.clone(),
            jitter: || 0.0,
        };
        let resender = WebhookResender {
            outbox: outbox.clone(),
            clock,
        };
        Self {
            tables,
            messages,
            time,
            posts,
            answers,
            outbox,
            worker,
            resender,
        }
    }

    fn now(&self) -> Time {
        Time::from_millisecond(self.time.load(SeqCst))
    }

    fn pass(&self, seconds: i64) {
        self.time.fetch_add(seconds * 1000, SeqCst);
    }

    async fn endpoint(&self, number: u128, events: &[EventType]) -> Endpoint {
        let url = format!("https://example.com/{number}");
        let wanted = NewEndpoint::new(url, None, events.to_vec()).unwrap();
        let id = WebhookId(Uuid::from_u128(number));
        let endpoint = Endpoint::new(id, "user", wanted, new_secret().unwrap(), self.now());
        let table = &self.outbox.webhooks;
        assert!(table.create_endpoint(&endpoint).await.unwrap());
        endpoint
    }

    async fn there(&self, endpoint: &Endpoint) -> Endpoint {
        let there = self.outbox.webhooks.endpoint("user", endpoint.webhook_id);
        there.await.unwrap().unwrap()
    }

    /// A job of the user's ends and its message is sent; the event's name.
    async fn job_ends(&self, number: u128) -> EventId {
        let job: Job = job(number, "user");
        let jobs = JobsTable::new(self.tables.client(), "jobs");
        let usage = UsageTable::new(self.tables.client(), "usage");
        let ceilings = Ceilings::of_quota(1000);
        usage.reserve(&jobs, &job, ceilings).await.unwrap();
        jobs.begin(job.job_id, self.now()).await.unwrap();
        let (ending, table) = (Ending::Completed, &self.outbox.webhooks);
        let settled = usage.settle(&jobs, table, &job, &ending, 0, self.now());
        let event = settled.await.unwrap();
        self.outbox.announce("user", &event).await;
        event.event_id
    }

    /// Handles messages until there are none.
    async fn work(&self) {
        loop {
            let sent = self.messages.take();
            if sent.is_empty() {
                return;
            }
            for body in sent {
                self.worker.handle(&message(&body)).await.unwrap();
            }
        }
    }

    fn posts(&self) -> Vec<Post> {
        std::mem::take(&mut self.posts.lock().unwrap())
    }

    fn answer_with(&self, statuses: &[u16]) {
        let mut answers = self.answers.lock().unwrap();
        answers.extend(statuses.iter().rev().map(|status| (*status, None)));
    }

    async fn delivery(&self, endpoint: &Endpoint, event: EventId) -> Option<Delivery> {
        let table = &self.outbox.webhooks;
        let delivery = table.delivery("user", endpoint.webhook_id, event);
        delivery.await.unwrap()
    }
}

fn message(body: &str) -> Message {
    Message {
        id: "message".to_owned(),
        receipt: "receipt".to_owned(),
        body: body.to_owned(),
        receives: 1,
    }
}

#[tokio::test]
async fn an_event_goes_once_to_each_endpoint_that_wants_it() {
    let world = World::new();
    let all = world.endpoint(1, &[]).await;
    world.endpoint(2, &[EventType::JobCompleted]).await;
    world.endpoint(3, &[EventType::TranscodeFailed]).await;
    let event = world.job_ends(7).await;
    let sent = world.messages.sent();
    world.work().await;
    let mut posts = world.posts();
    posts.sort_by(|one, other| one.0.cmp(&other.0));
    let urls: Vec<&str> = posts.iter().map(|(url, ..)| url.as_str()).collect();
    assert_eq!(urls, ["https://example.com/1", "https://example.com/2"]);
    assert!(posts.iter().all(|(_, id, _)| *id == event.to_string()));
    let job = JobId(Uuid::from_u128(7));
    let expected = json!({
        "type": "job.completed",
        "timestamp": now(),
        "data": {"jobId": job, "status": "completed"},
    });
    assert_eq!(posts[0].2, expected);

    // The same messages once more find it done.
    for body in sent {
        world.worker.handle(&message(&body)).await.unwrap();
    }
    world.work().await;
    assert!(world.posts().is_empty());
    let delivery = world.delivery(&all, event).await.unwrap();
    assert_eq!(delivery.status, DeliveryStatus::Delivered);
    assert_eq!(world.there(&all).await.last_success_at, Some(now()));
}

#[tokio::test]
async fn an_endpoint_that_fails_is_tried_again_at_its_time_and_then_paused() {
    let world = World::new();
    let endpoint = world.endpoint(1, &[]).await;
    world.answer_with(&[500, 503, 404]);
    let event = world.job_ends(7).await;
    world.work().await;
    // The next attempt's message came at once here; it is not due yet.
    assert_eq!(world.posts().len(), 1);
    for (seconds, posts) in [(7, 0), (73, 1), (900, 0), (180, 1), (100_000, 0)] {
        world.pass(seconds);
        world.resender.resend_due().await.unwrap();
        world.work().await;
        assert_eq!(world.posts().len(), posts, "{seconds}");
    }
    let delivery = world.delivery(&endpoint, event).await.unwrap();
    assert_eq!(delivery.status, DeliveryStatus::Failed);
    let failures: Vec<_> = delivery.log.iter().map(|one| one.failure).collect();
    assert_eq!(failures, [Some(AttemptFailure::Refused); 3]);
    let there = world.there(&endpoint).await;
    assert_eq!(there.status, EndpointStatus::Paused);
    assert_eq!(there.pause.unwrap().reason, PauseReason::Unreachable);

    // What happens while it is paused is held, and goes on when it is enabled.
    let held = world.job_ends(8).await;
    world.work().await;
    let delivery = world.delivery(&endpoint, held).await.unwrap();
    assert_eq!(delivery.status, DeliveryStatus::Held);
    assert!(world.posts().is_empty());
    let change = EndpointChange::new(None, None, None, Some(true)).unwrap();
    let enabled = there.changed(change, world.now());
    let table = &world.outbox.webhooks;
    table.change_endpoint(&there, &enabled).await.unwrap();
    world.pass(61);
    world.resender.resend_due().await.unwrap();
    world.work().await;
    let posts = world.posts();
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].1, held.to_string());
    assert_eq!(world.there(&endpoint).await.due, None);
}

#[tokio::test]
async fn a_busy_receiver_is_asked_again_when_it_says() {
    // What it says, and when the next attempt may be made; the waits are 10 and 1000 s.
    for (answer, seconds) in [
        ((429, Some("300")), 300),
        ((503, Some("Fri, 20 Nov 2026 12:05:00 GMT")), 300),
        ((503, Some("Fri, 20 Nov 2026 11:00:00 GMT")), 10),
        ((503, Some("soon")), 10),
        ((503, Some("2")), 10),
        ((429, Some("99999999999999999999999")), 1000),
        ((500, Some("300")), 10),
    ] {
        let world = World::new();
        let endpoint = world.endpoint(1, &[]).await;
        world.answers.lock().unwrap().push(answer);
        let event = world.job_ends(7).await;
        world.work().await;
        assert_eq!(world.posts().len(), 1);
        let delivery = world.delivery(&endpoint, event).await.unwrap();
        let wait = delivery.due_at.unwrap().since(now()).as_secs();
        assert!(
            (seconds..=seconds + 2).contains(&wait),
            "{answer:?}: {wait}"
        );
        world.pass(i64::try_from(wait).unwrap() + 61);
        world.resender.resend_due().await.unwrap();
        world.work().await;
        assert_eq!(world.posts().len(), 1, "{answer:?}");
    }
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_paused_at_once_unless_its_owner_changed_it() {
    let world = World::new();
    let endpoint = world.endpoint(1, &[]).await;
    world.answer_with(&[410]);
    world.job_ends(7).await;
    world.work().await;
    let there = world.there(&endpoint).await;
    assert_eq!(there.pause.unwrap().reason, PauseReason::Gone);

    let other = World::new();
    let known = other.endpoint(1, &[]).await;
    let words = EndpointChange::new(None, Some("mine"), None, None).unwrap();
    let changed = known.changed(words, other.now());
    let table = &other.outbox.webhooks;
    table.change_endpoint(&known, &changed).await.unwrap();
    assert!(!other.worker.pause(&known, PauseReason::Gone).await.unwrap());
    assert_eq!(other.there(&known).await, changed);
}

#[tokio::test]
async fn nothing_is_sent_to_an_endpoint_that_was_deleted_or_disabled() {
    let world = World::new();
    let (gone, disabled) = (world.endpoint(1, &[]).await, world.endpoint(2, &[]).await);
    world.answer_with(&[500, 500]);
    let event = world.job_ends(7).await;
    world.work().await;
    world.posts();
    let table = &world.outbox.webhooks;
    table
        .remove_endpoint("user", gone.webhook_id)
        .await
        .unwrap();
    let disabled = world.there(&disabled).await;
    let change = EndpointChange::new(None, None, None, Some(false)).unwrap();
    let off = disabled.changed(change, world.now());
    table.change_endpoint(&disabled, &off).await.unwrap();
    world.pass(80);
    world.resender.resend_due().await.unwrap();
    let later = world.job_ends(8).await;
    world.work().await;
    assert!(world.posts().is_empty());
    assert_eq!(world.delivery(&gone, event).await, None);
    let pending = world.delivery(&disabled, event).await.unwrap();
    assert_eq!(pending.status, DeliveryStatus::Held);
    assert_eq!(
        world.delivery(&disabled, later).await,
        None,
        "it is not kept"
    );
}

#[tokio::test]
async fn of_two_workers_with_one_message_one_posts() {
    let world = World::new();
    world.endpoint(1, &[]).await;
    world.job_ends(7).await;
    for body in world.messages.take() {
        world.worker.handle(&message(&body)).await.unwrap();
    }
    let deliver = message(&world.messages.take()[0]);
    let both = [world.worker.handle(&deliver), world.worker.handle(&deliver)];
    for handled in futures_util::future::join_all(both).await {
        handled.unwrap();
    }
    assert_eq!(world.posts().len(), 1);
}

#[tokio::test]
async fn an_event_whose_message_was_lost_is_found_by_its_time() {
    let world = World::new();
    world.endpoint(1, &[]).await;
    world.job_ends(7).await;
    world.messages.take();
    assert_eq!(
        world.resender.resend_due().await.unwrap(),
        0,
        "it may come yet"
    );
    world.pass(61);
    assert_eq!(world.resender.resend_due().await.unwrap(), 1);
    world.work().await;
    assert_eq!(world.posts().len(), 1);
}

#[tokio::test]
async fn a_message_that_nobody_wrote_is_an_error_and_so_is_a_table_that_fails() {
    let world = World::new();
    assert!(world.worker.handle(&message("nonsense")).await.is_err());
    world.endpoint(1, &[]).await;
    world.job_ends(7).await;
    let body = world.messages.take().remove(0);
    for calls in 0..3 {
        world.tables.outage().begin_after(calls);
        assert!(
            world.worker.handle(&message(&body)).await.is_err(),
            "{calls}"
        );
        world.tables.outage().end();
    }
    world.pass(61);
    world.resender.resend_due().await.unwrap();
    world.work().await;
    assert_eq!(world.posts().len(), 1);
}

//! Random schedules over the real code with everything outside in memory: lost and doubled
//! messages, workers that are killed between two calls or run side by side, receivers that
//! fail, endpoints that come and go. Whatever the order, every event that happened while an
//! endpoint was there is taken by it once that answers again, under one name, and nothing
//! is sent to an endpoint that was deleted.
//!
//! `OMNIGEN_SCHEDULES=10000 cargo nextest run -p accounts simulation` runs more of them;
//! `OMNIGEN_SEED=7` replays the one that a failure names.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use config::Environment;
use domain::ids::WebhookId;
use domain::time::{Clock, Time};
use domain::webhook::{DeliveryStatus, EndpointChange, NewEndpoint};
use edge::queue::Message;
use store::testing::{self, Messages, Pause, Tables, job, now};
use store::{Ceilings, Ending, JobsTable, Outbox, UsageTable};
use uuid::Uuid;
use webhooks::Sender;

use super::*;

const SCHEDULES: u64 = 40;
const STEPS: u32 = 120;
const USER: &str = "user";
/// What the template gives the function, in milliseconds.
const TIME_LIMIT: i64 = 30_000;
/// Longer than anything waits: a lease, a retry, what is held.
const LONG: i64 = 7 * 3_600_000;

/// What the receivers have seen.
#[derive(Default)]
struct Seen {
    /// Whether they answer 200 to everything now.
    is_well: bool,
    /// Which endpoint took which event.
    taken: BTreeSet<(String, String)>,
    /// The names under which each job was told of.
    names: BTreeMap<String, BTreeSet<String>>,
    /// When each endpoint was last posted to.
    last_posts: BTreeMap<String, i64>,
}

type Invocation = Pin<Box<dyn Future<Output = ()>>>;

struct Running {
    began: i64,
    work: Invocation,
}

struct World {
    random: fastrand::Rng,
    time: Arc<AtomicI64>,
    jobs: JobsTable,
    usage: UsageTable,
    messages: Messages,
    outbox: Outbox,
    worker: WebhookWorker,
    resender: WebhookResender,
    seen: Arc<Mutex<Seen>>,
    running: Vec<Running>,
    /// The endpoints that are there, and since which event.
    endpoints: BTreeMap<String, (WebhookId, usize)>,
    /// When those that are gone were deleted.
    deleted: BTreeMap<String, i64>,
    events: Vec<String>,
}

impl World {
    fn new(seed: u64) -> Self {
        let time = Arc::new(AtomicI64::new(now().as_millisecond()));
        let told = time.clone();
        let clock = Clock::new(move || Time::from_millisecond(told.load(SeqCst)));
        let pause = || Pause::new(tokio::task::yield_now);
        let tables = Tables::pausing(pause());
        let messages = Messages::default();
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let outbox = testing::outbox(&tables, &messages);
        let worker = WebhookWorker {
            outbox: outbox.clone(),
            sender: receivers(seed, &seen, &time),
            schedule: "5,300,1800".parse().unwrap(),
            clock: clock.clone(),
            jitter: || 0.5,
        };
        let resender = WebhookResender {
            outbox: outbox.clone(),
            clock,
        };
        Self {
            random: fastrand::Rng::with_seed(seed),
            time,
            jobs: JobsTable::new(tables.client(), "jobs"),
            usage: UsageTable::new(tables.client(), "usage"),
            messages,
            outbox,
            worker,
            resender,
            seen,
            running: Vec::new(),
            endpoints: BTreeMap::new(),
            deleted: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    fn now(&self) -> Time {
        Time::from_millisecond(self.time.load(SeqCst))
    }

    /// What runs for longer than a function may is stopped.
    fn pass(&mut self, milliseconds: i64) {
        let time = self.time.fetch_add(milliseconds, SeqCst) + milliseconds;
        self.running.retain(|one| time - one.began <= TIME_LIMIT);
    }

    async fn run(mut self) -> Vec<String> {
        for _ in 0..STEPS {
            match self.random.u8(0..100) {
                0..8 => self.create().await,
                8..10 => self.delete().await,
                10..16 => self.enable().await,
                16..28 => self.job_ends().await,
                28..36 => self.resender.resend_due().await.map(drop).unwrap(),
                36..50 => {
                    let passed = [100, 3_000, 70_000, 400_000, LONG];
                    let passed = passed[self.random.usize(0..passed.len())];
                    self.pass(passed);
                }
                50..54 => {
                    let kept = self.random.usize(0..=self.running.len());
                    self.running.truncate(kept);
                }
                _ => self.steps().await,
            }
            self.receive();
        }
        self.recover().await;
        self.violations().await
    }

    /// Messages reach workers: some are lost, some come twice.
    fn receive(&mut self) {
        for body in self.messages.take() {
            let copies = match self.random.u8(0..10) {
                0 | 1 => 0,
                2 => 2,
                _ => 1,
            };
            for _ in 0..copies {
                self.begin(&body);
            }
        }
    }

    fn begin(&mut self, body: &str) {
        let (worker, message) = (self.worker.clone(), message(body));
        let work = async move {
            worker.handle(&message).await.unwrap();
        };
        self.running.push(Running {
            began: self.now().as_millisecond(),
            work: Box::pin(work),
        });
    }

    /// Any of the workers goes on, call by call.
    async fn steps(&mut self) {
        for _ in 0..self.random.u8(1..12) {
            if self.running.is_empty() {
                return;
            }
            let index = self.random.usize(0..self.running.len());
            if step(&mut self.running[index].work).await {
                drop(self.running.swap_remove(index));
            }
        }
    }

    async fn create(&mut self) {
        let number = self.endpoints.len() + self.deleted.len();
        let url = format!("https://example.com/{number}");
        let wanted = NewEndpoint::new(url.clone(), None, Vec::new()).unwrap();
        let id = WebhookId(Uuid::from_u128(number as u128));
        let endpoint = Endpoint::new(id, USER, wanted, new_secret().unwrap(), self.now());
        if self
            .outbox
            .webhooks
            .create_endpoint(&endpoint)
            .await
            .unwrap()
        {
            self.endpoints.insert(url, (id, self.events.len()));
        }
    }

    async fn delete(&mut self) {
        let Some((url, (id, _))) = self.endpoints.pop_first() else {
            return;
        };
        let removed = self.outbox.webhooks.remove_endpoint(USER, id).await;
        assert!(removed.unwrap());
        self.deleted.insert(url, self.now().as_millisecond());
    }

    /// The owner enables what is paused.
    async fn enable(&mut self) {
        let (table, now) = (&self.outbox.webhooks, self.now());
        for endpoint in table.endpoints(USER).await.unwrap() {
            if endpoint.status != EndpointStatus::Enabled {
                let change = EndpointChange::new(None, None, None, Some(true)).unwrap();
                let enabled = endpoint.changed(change, now);
                table.change_endpoint(&endpoint, &enabled).await.unwrap();
            }
        }
    }

    async fn job_ends(&mut self) {
        let job = job(self.events.len() as u128, USER);
        let (jobs, usage) = (&self.jobs, &self.usage);
        let ceilings = Ceilings::of_quota(1000);
        usage.reserve(jobs, &job, ceilings).await.unwrap();
        jobs.begin(job.job_id, self.now()).await.unwrap();
        let (ending, table) = (Ending::Completed, &self.outbox.webhooks);
        let settled = usage.settle(jobs, table, &job, &ending, 0, self.now());
        let event = settled.await.unwrap();
        if self.random.bool() {
            self.outbox.announce(USER, &event).await;
        }
        self.events.push(event.event_id.to_string());
    }

    /// Every receiver answers again and every endpoint is enabled; then nothing is lost any
    /// more, until nothing is due.
    async fn recover(&mut self) {
        self.seen.lock().unwrap().is_well = true;
        self.running.clear();
        for _ in 0..40 {
            self.enable().await;
            self.pass(LONG);
            let due = self.resender.resend_due().await.unwrap();
            loop {
                let sent = self.messages.take();
                if sent.is_empty() {
                    break;
                }
                for body in sent {
                    self.worker.handle(&message(&body)).await.unwrap();
                }
            }
            if due == 0 {
                return;
            }
        }
        panic!("something is due for ever");
    }

    async fn violations(&self) -> Vec<String> {
        let mut violations = Vec::new();
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        for (url, (id, since)) in &self.endpoints {
            for event in &self.events[*since..] {
                let is_taken = seen.taken.contains(&(url.clone(), event.clone()));
                if !is_taken && !self.is_given_up(*id, event).await {
                    violations.push(format!("{url} did not take {event}"));
                }
            }
        }
        for (job, names) in &seen.names {
            if names.len() != 1 {
                violations.push(format!("{job} was told of as {names:?}"));
            }
        }
        for (url, deleted) in &self.deleted {
            let last = seen.last_posts.get(url).copied().unwrap_or_default();
            if last > deleted + TIME_LIMIT {
                violations.push(format!("{url} was posted to after it was deleted"));
            }
        }
        violations
    }

    /// Whether every attempt failed: that ends a delivery rightly.
    async fn is_given_up(&self, id: WebhookId, event: &str) -> bool {
        let table = &self.outbox.webhooks;
        let delivery = table.delivery(USER, id, event.parse().unwrap()).await;
        delivery.unwrap().is_some_and(|delivery| {
            let is_gone = delivery.log.last().and_then(|last| last.response_status) == Some(410);
            delivery.status == DeliveryStatus::Failed && (is_gone || delivery.attempts == 4)
        })
    }
}

/// Receivers that take an event, fail, or are gone.
fn receivers(seed: u64, seen: &Arc<Mutex<Seen>>, time: &Arc<AtomicI64>) -> Sender {
    let random = Arc::new(Mutex::new(fastrand::Rng::with_seed(!seed)));
    let (seen, time) = (seen.clone(), time.clone());
    Sender::in_memory(move |request| {
        let url = request.url().to_string();
        let id = request.headers()["webhook-id"].to_str().unwrap().to_owned();
        let bytes = request.body().unwrap().as_bytes().unwrap();
        let body: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        let job = body["data"]["jobId"].as_str().unwrap().to_owned();
        let mut seen = seen.lock().unwrap();
        let status = match random.lock().unwrap().u8(0..20) {
            _ if seen.is_well => 200,
            0 => 410,
            1..9 => 500,
            _ => 204,
        };
        seen.names.entry(job).or_default().insert(id.clone());
        seen.last_posts.insert(url.clone(), time.load(SeqCst));
        if status < 300 {
            seen.taken.insert((url, id));
        }
        async move {
            // The worker that posted may be killed before the answer.
            tokio::task::yield_now().await;
            let response = http::Response::builder().status(status).body("");
            response.unwrap().into()
        }
    })
}

fn message(body: &str) -> Message {
    Message {
        id: "message".to_owned(),
        receipt: "receipt".to_owned(),
        body: body.to_owned(),
        receives: 1,
    }
}

/// One step; whether the work is done.
async fn step(work: &mut Invocation) -> bool {
    poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_ready())).await
}

#[tokio::test(start_paused = true)]
async fn whatever_the_order_every_event_is_taken_under_one_name() {
    let environment = Environment::of_process();
    let number = |name| environment.optional(name).map(|text| text.parse().unwrap());
    let seeds = match number("OMNIGEN_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("OMNIGEN_SCHEDULES").unwrap_or(SCHEDULES),
    };
    for seed in seeds {
        let violations = World::new(seed).run().await;
        assert!(violations.is_empty(), "seed {seed}: {violations:?}");
    }
}

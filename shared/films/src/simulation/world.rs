//! One job with everything that can happen to it: the state machine's tasks, the
//! provider's predictions and webhooks, the reconciler, deaths, and time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::Duration;

use domain::failure::StepError;
use domain::job::{Job, JobId, JobRun, Status};
use domain::request::{Audio, CreateJob};
use domain::time::{Clock, Time};
use domain::turns::Budget;
use replicate::Http;
use store::testing::{self, Bucket, ExecutionStatus, Executions, Messages, Tables, secret};
use store::{
    Ceilings, History, JobsTable, Objects, Secret, SpendingTable, TurnsTable, UsageTable, Workflow,
};
use uuid::Uuid;

use super::event::{Caller, Event};
use super::machine::Machine;
use super::provider::FakeProvider;
use super::redo::Film;
use super::scheduler::{Invocation, pause};
use super::settings;
use crate::FilmClock;
use crate::inspector::Inspector;
use crate::{Finisher, Generation, OUTPUT_BUDGET, Planner, Provider, Reconciler, Turns};

pub(super) const USER: &str = "user";
pub(super) const QUOTA: u32 = 10;
/// When it all begins.
const BEGINNING: i64 = 1_795_176_000_000;
const LANGUAGE_MODEL: &str = "google/gemini-2.5-flash";
/// A call to the provider is given up after 30 s, so no function lies longer
/// between an intent record and its create.
const LONGEST_INVOCATION: i64 = 25_000;
/// Calls are killed so often at most, so that a schedule ends.
const KILLS: u32 = 6;

/// What ends an execution though its states catch `States.ALL`: no state can catch
/// these, so that only the reconciler ends the job.
const UNCAUGHT: [&str; 2] = ["States.Runtime", "States.DataLimitExceeded"];

/// How an invocation ended: well, or with an error's name.
pub(super) type Answer = Rc<RefCell<Option<Result<(), String>>>>;

struct Running {
    caller: Caller,
    invocation: Invocation,
    answer: Answer,
    started: i64,
}

pub(super) struct World {
    pub(super) random: fastrand::Rng,
    now: Arc<AtomicI64>,
    pub(super) job: Job,
    pub(super) bucket: Bucket,
    pub(super) executions: Executions,
    pub(super) provider: FakeProvider,
    pub(super) jobs: JobsTable,
    pub(super) usage: UsageTable,
    pub(super) generation: Rc<Generation>,
    pub(super) turns: Rc<Turns>,
    pub(super) finisher: Rc<Finisher>,
    pub(super) planner: Rc<Planner>,
    reconciler: Rc<Reconciler>,
    agenda: Vec<(i64, Event)>,
    running: Vec<Running>,
    kills: u32,
    pub(super) known_predictions: usize,
    /// Whether the owner was told that the job is being cancelled.
    pub(super) is_cancelled: Rc<Cell<bool>>,
    pub(super) violations: Vec<String>,
    /// The progress and the status that were seen last.
    pub(super) last: (u32, Option<Status>),
    /// The execution that was seen last.
    pub(super) seen_run: u32,
    /// Executions that ended without a film after money was spent in them.
    pub(super) paid_failures: u32,
    /// What had been paid when the last execution ended.
    pub(super) paid: u64,
    pub(super) film: Film,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let now = Arc::new(AtomicI64::new(BEGINNING));
        let clock = {
            let now = now.clone();
            Clock::new(move || Time::from_millisecond(now.load(SeqCst)))
        };
        let tables = Tables::pausing(pause());
        let bucket = Bucket::pausing(pause());
        let executions = Executions::pausing(pause());
        let fake = FakeProvider::new(random.fork(), tables.clone(), pause());
        let http = {
            let fake = fake.clone();
            Http::in_memory(move |request| fake.clone().answer(request))
        };
        let key = Secret::new(secret("key"), "key");
        // In every second schedule a language model writes the storyboard.
        let language_model = (seed / 2).is_multiple_of(2);
        let settings = config::Provider {
            language_model: language_model.then(|| LANGUAGE_MODEL.to_owned()),
            ..settings()
        };
        let provider = Arc::new(Provider::new(settings, key, http).unwrap());
        let jobs = JobsTable::new(tables.client(), "jobs");
        let usage = UsageTable::new(tables.client(), "usage");
        let objects = Objects::new(bucket.client(), "bucket");
        let machine = "arn:stateMachine:films";
        let workflow = Workflow::new(executions.client(), machine);
        let spending = SpendingTable::new(tables.client(), "usage");
        let outbox = testing::outbox(&tables, &Messages::default());
        let generation = || Generation {
            jobs: jobs.clone(),
            spending: spending.clone(),
            objects: objects.clone(),
            workflow: workflow.clone(),
            provider: provider.clone(),
            output_budget: OUTPUT_BUDGET,
            inspector: Inspector::Label,
            clock: clock.clone(),
        };
        // No call to it is a place to stop: what it loses is lost. In every second schedule
        // it is out of reach, and the film is made all the same.
        let durations = Tables::default();
        if seed % 2 == 1 {
            durations.outage().begin_after(0);
        }
        let times = FilmClock {
            history: History::new(durations.client(), "stats"),
        };
        // In every third schedule the provider takes no more than two in a minute.
        let turns = Turns {
            table: TurnsTable::new(tables.client(), "stats"),
            budget: Budget {
                per_minute: if seed.is_multiple_of(3) { 2 } else { 600 },
            },
        };
        let finisher = || Finisher {
            jobs: jobs.clone(),
            usage: usage.clone(),
            outbox: outbox.clone(),
            objects: objects.clone(),
            workflow: workflow.clone(),
            provider: provider.clone(),
            times: times.clone(),
            clock: clock.clone(),
        };
        let reconciler = Reconciler {
            generation: generation(),
            finisher: finisher(),
            webhook_grace: Duration::from_secs(60),
            clock: clock.clone(),
        };
        let planner = Planner {
            review_time: Duration::from_secs(3600),
            jobs: jobs.clone(),
            spending: spending.clone(),
            provider: provider.clone(),
            turns: turns.clone(),
            clock: clock.clone(),
        };
        let request = CreateJob {
            scenes: random.u32(1..=2),
            audio: if random.bool() {
                Audio::Music
            } else {
                Audio::None
            },
            duration_seconds: 12,
            review: random.u8(0..3) == 0,
            ..CreateJob::sample()
        };
        let limit = Duration::from_secs(3600);
        let id = JobId(Uuid::from_u128(u128::from(seed) + 1));
        Self {
            job: Job {
                quote_nano_usd: 1_000_000_000,
                ..Job::accepted(id, USER, request, clock.now(), limit)
            },
            generation: Rc::new(generation()),
            turns: Rc::new(turns),
            finisher: Rc::new(finisher()),
            reconciler: Rc::new(reconciler),
            planner: Rc::new(planner),
            random,
            now,
            bucket,
            executions,
            provider: fake,
            jobs,
            usage,
            agenda: Vec::new(),
            running: Vec::new(),
            kills: 0,
            known_predictions: 0,
            is_cancelled: Rc::default(),
            violations: Vec::new(),
            last: (0, None),
            seen_run: 1,
            paid_failures: 0,
            paid: 0,
            film: Film::default(),
        }
    }

    pub(super) fn now(&self) -> i64 {
        self.now.load(SeqCst)
    }

    pub(super) fn after(&mut self, seconds: f64, event: Event) {
        let at = self.now() + (seconds * 1000.0) as i64;
        self.agenda.push((at, event));
    }

    pub(super) fn invoke<Ending>(&mut self, caller: Caller, function: Ending)
    where
        Ending: Future<Output = Result<(), StepError>> + 'static,
    {
        let answer = Answer::default();
        let there = answer.clone();
        let invocation = Invocation::new(async move {
            let result = function.await;
            *there.borrow_mut() = Some(result.map_err(|error| error.failure.name().to_owned()));
        });
        self.running.push(Running {
            caller,
            invocation,
            answer,
            started: self.now(),
        });
    }

    /// Runs the job to its end; the violations that were seen on the way.
    pub(super) async fn run(mut self) -> Vec<String> {
        self.accept().await;
        let mut machine = Machine::begin(&self);
        self.after(60.0, Event::Reconcile);
        if self.random.u8(0..100) < 5 {
            let when = self.random.f64() * if self.random.bool() { 400.0 } else { 4000.0 };
            self.after(when, Event::Die);
        }
        self.may_cancel();
        while self.violations.is_empty() {
            if self.is_over() {
                self.check_ending().await;
                break;
            }
            if self.now() > self.latest_end() {
                self.violations.push("the job does not end".to_owned());
            }
            if self.may_step() {
                self.step(&mut machine).await;
            } else {
                self.next_event(&mut machine).await;
            }
            self.notice_predictions();
            machine.advance(&mut self);
            self.violations.extend(self.provider.violations());
        }
        self.violations
    }

    async fn accept(&mut self) {
        self.usage
            .reserve(&self.jobs, &self.job, Ceilings::of_quota(QUOTA))
            .await
            .unwrap();
        // Others may have gone first.
        for other in 0..self.random.u8(0..3) {
            let (table, budget) = (&self.turns.table, self.turns.budget);
            let (user, unit) = (format!("other {other}"), format!("theirs {other}"));
            let asked = table.ask(&user, &unit, budget, self.job.created_at);
            asked.await.unwrap();
        }
        // One creator in ten dies before it starts the execution.
        if self.random.u8(0..10) > 0 {
            let workflow = &self.generation.workflow;
            workflow.start(self.job.latest_run()).await.unwrap();
        }
    }

    fn is_over(&self) -> bool {
        let goes_on =
            |(_, event): &(i64, Event)| matches!(event, Event::Resume | Event::Redo { .. });
        self.running.is_empty()
            && self.last.1.is_some_and(Status::is_final)
            && !self.agenda.iter().any(goes_on)
    }

    /// When the job must have ended: each execution has an hour, and so has a review.
    fn latest_end(&self) -> i64 {
        const HOUR: i64 = 3_600_000;
        let reviews = if self.job.request.review { 2 } else { 0 };
        let more = i64::from(self.seen_run) - 1 + reviews;
        self.job.deadline.as_millisecond() + more * HOUR + 600_000
    }

    /// Functions and time go on in any order, within a function's time limit.
    fn may_step(&mut self) -> bool {
        let Some(oldest) = self.running.iter().map(|running| running.started).min() else {
            return false;
        };
        let next = self.agenda.iter().map(|(at, _)| *at).min();
        next.is_none_or(|at| at > oldest + LONGEST_INVOCATION) || self.random.u8(0..100) < 80
    }

    async fn step(&mut self, machine: &mut Machine) {
        let index = self.random.usize(0..self.running.len());
        if self.kills < KILLS && self.random.u8(0..100) < 3 {
            self.kills += 1;
            let killed = self.running.swap_remove(index);
            self.killed(killed.caller, machine);
            return self.observe().await;
        }
        if !self.running[index].invocation.step().await {
            return;
        }
        let ended = self.running.swap_remove(index);
        let answer = ended.answer.take().unwrap_or(Ok(()));
        match ended.caller {
            Caller::Task(task, number) => machine.answered(self, task, number, answer),
            Caller::Webhook(id, view) if answer.is_err() => self.send_again(id, view),
            Caller::Webhook(..) | Caller::Schedule => {}
        }
        self.observe().await;
    }

    fn killed(&mut self, caller: Caller, machine: &mut Machine) {
        match caller {
            Caller::Task(task, number) => {
                machine.answered(self, task, number, Err("Lambda.Unknown".to_owned()));
            }
            Caller::Webhook(id, view) => self.send_again(id, view),
            Caller::Schedule => {}
        }
    }

    fn send_again(&mut self, id: String, view: String) {
        if self.random.bool() {
            let delay = self.random.f64() * 60.0;
            self.after(delay, Event::Webhook(id, view));
        }
    }

    async fn next_event(&mut self, machine: &mut Machine) {
        let times = self.agenda.iter().enumerate();
        let Some((index, _)) = times.min_by_key(|(_, (at, _))| *at) else {
            self.violations.push("nothing is left to happen".to_owned());
            return;
        };
        let (at, event) = self.agenda.swap_remove(index);
        self.now.fetch_max(at, SeqCst);
        match event {
            Event::Invoke(task) => machine.invoke(self, task),
            Event::TimeOut(task, number) => machine.timed_out(self, task, number),
            Event::Starts(id) => {
                self.provider.advance(&id, "processing");
                self.send_news(&id, 80);
            }
            Event::Ends(id, status) => {
                self.provider.advance(&id, status);
                self.send_news(&id, 75);
                self.send_news(&id, 30);
            }
            Event::Arrives(webhook) => self.provider.arrive(webhook),
            Event::Webhook(id, view) => self.webhook(id, view),
            Event::Edit => self.edit(at),
            Event::Approve => self.approve(at),
            Event::Resume => self.resume(at),
            Event::Redo { target, is_new } => self.redo(at, target, is_new),
            Event::Reconcile => {
                self.after(60.0, Event::Reconcile);
                let reconciler = self.reconciler.clone();
                self.invoke(Caller::Schedule, async move {
                    reconciler.reconcile_all().await.map(drop)
                });
            }
            Event::Cancel => self.cancel(),
            Event::Die => {
                let (job_id, run) = (self.job.job_id, self.seen_run);
                let name = JobRun { job_id, run }.to_string();
                let status = ExecutionStatus::Failed;
                let error = UNCAUGHT[self.random.usize(0..UNCAUGHT.len())];
                self.executions.end(&name, status, Some(error));
            }
        }
    }
}

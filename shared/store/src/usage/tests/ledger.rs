//! The quota ledger as a state machine: whatever happens to jobs, in whatever
//! order and however often it is delivered, the sums hold (reliability Q1, Q4, W1).

use super::places::MonthCounters;
use super::*;
use crate::testing::Item;
use domain::job::{Place, Redo};
use domain::storyboard::Storyboard;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Jobs there may be.
const JOBS: u128 = 5;
const CEILINGS: Ceilings = Ceilings {
    paid_failures: 3,
    ..Ceilings::of_quota(SMALL_QUOTA)
};
const SMALL_QUOTA: u32 = 3;

#[derive(Debug, Clone, Copy)]
enum Event {
    Create,
    Begin,
    BeginComposing,
    Complete,
    Fail,
    /// After money was spent.
    FailPaid,
    /// Its owner lets it go on.
    Resume,
    /// A step of its first execution, which may be over, gives up.
    FailFirst,
    /// Its owner cancels it, and what runs is stopped.
    Cancel,
    /// Its owner has a scene made anew.
    Redo,
    /// Its owner chooses another take.
    Choose,
}

fn events() -> impl Strategy<Value = Vec<(u128, Event)>> {
    let event = prop_oneof![
        3 => Just(Event::Create),
        2 => Just(Event::Begin),
        1 => Just(Event::BeginComposing),
        2 => Just(Event::Complete),
        2 => Just(Event::Fail),
        2 => Just(Event::FailPaid),
        2 => Just(Event::Resume),
        1 => Just(Event::FailFirst),
        1 => Just(Event::Cancel),
        3 => Just(Event::Redo),
        1 => Just(Event::Choose),
    ];
    prop::collection::vec((0..JOBS, event), 1..60)
}

struct World {
    tables: Tables,
    jobs: JobsTable,
    usage: UsageTable,
    webhooks: WebhooksTable,
    /// Those that were taken up.
    paid_failures: std::cell::Cell<u32>,
    /// Films, and redone scenes beyond the free ones.
    used: std::cell::Cell<u32>,
}

/// What can be told of a job's row without trusting the code under test.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    status: String,
    reservation: String,
    open: bool,
    /// What a change of a film holds.
    redo: Option<String>,
}

impl World {
    fn new() -> Self {
        let tables = Tables::default();
        let (jobs, usage) = tables_of(&tables.client());
        Self {
            webhooks: crate::testing::webhooks(&tables),
            tables,
            jobs,
            usage,
            paid_failures: std::cell::Cell::default(),
            used: std::cell::Cell::default(),
        }
    }

    async fn settle(&self, job: &Job, ending: &Ending, now: Time) -> Result<(), StoreError> {
        self.settle_paid(job, ending, 0, now).await
    }

    async fn settle_paid(
        &self,
        job: &Job,
        ending: &Ending,
        paid: u64,
        now: Time,
    ) -> Result<(), StoreError> {
        let (jobs, webhooks) = (&self.jobs, &self.webhooks);
        let settled = self.usage.settle(jobs, webhooks, job, ending, paid, now);
        settled.await.map(drop)
    }

    /// Whether the event was taken up.
    async fn happen(&self, number: u128, event: Event) -> bool {
        let first = job(number, "someone");
        let job = self.jobs.get(first.job_id).await.unwrap();
        let job = job.unwrap_or_else(|| first.clone());
        let failed = Ending::Failed(JobError::workflow_failed());
        let result = match event {
            Event::Create => {
                return is_taken(self.usage.reserve(&self.jobs, &first, CEILINGS).await);
            }
            Event::Resume => {
                let Some(record) = self.jobs.load(job.job_id).await.unwrap() else {
                    return false;
                };
                let Some(resumed) = job.resumed(0, now(), Duration::from_secs(60)) else {
                    return false;
                };
                let (jobs, usage) = (&self.jobs, &self.usage);
                return is_taken(usage.resume(jobs, &record, &resumed, CEILINGS).await);
            }
            Event::FailFirst => {
                let settled = self.settle(&first, &failed, now()).await;
                assert!(job.run == 1 || settled.is_err());
                settled
            }
            Event::Begin => self.jobs.begin(job.job_id, now()).await,
            Event::BeginComposing => self.jobs.begin_composing(job.job_id, now()).await,
            Event::Complete => {
                // A change of a film is settled when it was composed.
                let composed = Job {
                    redone_film: job.redo.as_ref().map(|_| job.new_film()),
                    ..job.clone()
                };
                let done = Ending::Completed;
                let settled = self.settle(&composed, &done, now()).await;
                let counts = settled.is_ok() && job.place() == Place::Counted;
                self.used.set(self.used.get() + u32::from(counts));
                settled
            }
            Event::Cancel => {
                let _ = self.jobs.begin_cancelling(job.job_id, now()).await;
                self.settle(&job, &Ending::Cancelled, now()).await
            }
            Event::Redo | Event::Choose => {
                let place = match event {
                    Event::Choose => Place::None,
                    _ => job.redo_place(),
                };
                let redo = Redo {
                    scene: Storyboard::by_rules(&job.request).scenes[0].clone(),
                    place,
                };
                let limit = Duration::from_secs(60);
                let Some(redone) = job.redone(redo, None, 0, now(), limit) else {
                    return false;
                };
                let (jobs, usage) = (&self.jobs, &self.usage);
                return is_taken(usage.redo(jobs, &job, &redone, CEILINGS).await);
            }
            Event::Fail => self.settle(&job, &failed, now()).await,
            Event::FailPaid => {
                let settled = self
                    .settle_paid(&job, &failed, job.paid_nano_usd + 7, now())
                    .await;
                let counts = settled.is_ok() && job.place() != Place::None;
                let so_far = self.paid_failures.get();
                self.paid_failures.set(so_far + u32::from(counts));
                settled
            }
        };
        if let Err(error) = &result {
            assert!(error.is_conflict(), "{error:?}");
        }
        result.is_ok()
    }

    fn seen(&self) -> BTreeMap<u128, Seen> {
        let see = |number: u128| {
            let id = job(number, "someone").job_id.to_string();
            let row = self.tables.row("jobs", &id, "job")?;
            let seen = Seen {
                status: text(&row, "status"),
                reservation: text(&row, "reservation"),
                open: row.contains_key("open"),
                redo: row
                    .get("redo")
                    .map(|redo| text(redo.as_m().unwrap(), "place")),
            };
            Some((number, seen))
        };
        (0..JOBS).filter_map(see).collect()
    }

    fn month(&self) -> Item {
        let month = month_row(&Month::of(now()));
        let row = self.tables.row("usage", "someone", &month);
        row.unwrap_or_default()
    }

    fn check(&self) {
        let seen = self.seen();
        let held = |place: Option<&str>| {
            let held = seen.values().filter(|job| job.reservation == "held");
            held.filter(|job| job.redo.as_deref() == place).count() as u32
        };
        let month = self.month();
        // Read as they are: `number` would hide a sum below zero.
        let sum = |name: &str| {
            month
                .get(name)
                .map_or("0", |value| value.as_n().unwrap())
                .parse::<u32>()
                .unwrap()
        };
        assert_eq!(
            sum("reserved"),
            held(None) + held(Some("counted")),
            "{seen:?}"
        );
        assert_eq!(sum("redoing"), held(Some("free")), "{seen:?}");
        assert_eq!(sum("used"), self.used.get(), "{seen:?}");
        assert_eq!(sum("taken"), sum("used") + sum("reserved"));
        assert!(sum("taken") <= SMALL_QUOTA);
        let paid_failures = self.paid_failures.get();
        assert_eq!(
            sum("risked"),
            sum("reserved") + sum("redoing") + paid_failures
        );
        assert!(paid_failures <= CEILINGS.paid_failures);
        for job in seen.values() {
            let expected = match job.status.as_str() {
                "completed" => ("committed", false),
                "failed" | "cancelled" => ("released", false),
                _ => ("held", true),
            };
            assert_eq!((job.reservation.as_str(), job.open), expected, "{job:?}");
        }
    }
}

/// Whether a place was taken; everything but a conflict or a ceiling is a fault.
fn is_taken(result: Result<(), ReserveError>) -> bool {
    match result {
        Ok(()) => true,
        Err(ReserveError::Store(error)) => {
            assert!(error.is_conflict(), "{error:?}");
            false
        }
        Err(_) => false,
    }
}

fn has_film(job: &Seen) -> bool {
    job.status == "completed" || job.redo.is_some()
}

/// The transition table of the domain, by the names in the row.
fn is_legal(before: &str, after: &str) -> bool {
    let status = |name: &str| {
        let mut all = Status::ALL.into_iter();
        all.find(|status| status.as_str() == name).unwrap()
    };
    before == after || status(before).can_become(status(after))
}

proptest! {
    #[test]
    fn the_sums_hold_whatever_happens(events in events()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async {
            let world = World::new();
            for (number, event) in events {
                let before = world.seen();
                let month = world.month();
                let taken_up = world.happen(number, event).await;
                world.check();

                let after = world.seen();
                for (number, job) in &before {
                    let (was, is) = (&job.status, &after[number].status);
                    // Cancelled in two steps.
                    let is_cancelled = matches!(event, Event::Cancel);
                    assert!(is_cancelled || is_legal(was, is), "{event:?}");
                    let had_film = was == "completed" || job.redo.is_some();
                    assert!(!had_film || has_film(&after[number]), "{event:?}");
                }
                if !taken_up {
                    assert_eq!((before, month), (after, world.month()), "{event:?}");
                }
            }
        });
    }
}

#[tokio::test]
async fn a_film_is_counted_once_however_often_it_is_finished() {
    let world = World::new();
    assert!(world.happen(0, Event::Create).await);
    assert!(!world.happen(0, Event::Complete).await, "it has not begun");
    assert!(world.happen(0, Event::Begin).await);
    assert!(world.happen(0, Event::Complete).await);
    for event in [Event::Complete, Event::Fail, Event::Begin, Event::Create] {
        assert!(!world.happen(0, event).await, "{event:?}");
    }
    world.check();
    assert_eq!(number(&world.month(), "used"), 1);
}

#[tokio::test]
async fn a_place_given_back_can_be_taken_again() {
    let world = World::new();
    for number in 0..3 {
        assert!(world.happen(number, Event::Create).await);
    }
    assert!(!world.happen(3, Event::Create).await, "the month is full");
    assert!(world.happen(0, Event::Fail).await);
    assert!(!world.happen(0, Event::Fail).await);
    assert!(world.happen(3, Event::Create).await);
    assert!(!world.happen(4, Event::Create).await);
    world.check();
}

#[tokio::test]
async fn a_place_is_given_back_to_the_month_it_was_taken_in() {
    let world = World::new();
    assert!(world.happen(0, Event::Create).await);
    let next_month = now().after(Duration::from_secs(40 * 24 * 3600));
    let failed = Ending::Failed(JobError::workflow_failed());
    let job = job(0, "someone");
    world.settle(&job, &failed, next_month).await.unwrap();
    world.check();
    let other = month_row(&Month::of(next_month));
    assert_eq!(world.tables.row("usage", "someone", &other), None);
}

/// The place counts, whatever the status says.
#[tokio::test]
async fn a_place_that_is_not_held_is_not_settled() {
    for reservation in [Reservation::Committed, Reservation::Released] {
        let world = World::new();
        assert!(world.happen(0, Event::Create).await);
        let id = job(0, "someone").job_id.to_string();
        let mut row = world.tables.row("jobs", &id, "job").unwrap();
        let settled = crate::change::to_attribute(&reservation).unwrap();
        row.insert("reservation".to_owned(), settled);
        row.insert(
            "status".to_owned(),
            AttributeValue::S("processing".to_owned()),
        );
        world.tables.put("jobs", row);
        let month = world.month();
        for event in [Event::Complete, Event::Fail] {
            assert!(!world.happen(0, event).await, "{event:?}");
        }
        assert_eq!(world.month(), month);
    }
}

#[tokio::test]
async fn of_parallel_creations_no_more_may_fail_at_a_cost_than_may() {
    let world = World::new();
    for number in 0..3 {
        assert!(world.happen(number, Event::Create).await);
        assert!(world.happen(number, Event::FailPaid).await);
        assert!(!world.happen(number, Event::FailPaid).await);
        let account = world.usage.account("someone", now(), SMALL_QUOTA);
        let usage = account.await.unwrap().usage;
        assert_eq!(
            (usage.paid_failures, usage.remaining()),
            (number as u32 + 1, 3)
        );
    }
    let fourth = job(3, "someone");
    let refused = world.usage.reserve(&world.jobs, &fourth, CEILINGS).await;
    assert!(matches!(refused, Err(ReserveError::TooManyFailures)));
    let next_month = Month::of(now().after(Duration::from_secs(40 * 24 * 3600)));
    let later = Job {
        month: next_month,
        ..fourth
    };
    world
        .usage
        .reserve(&world.jobs, &later, CEILINGS)
        .await
        .unwrap();
}

/// A film that is being made may fail yet, and then the limit would be passed.
#[tokio::test]
async fn the_last_film_before_the_limit_of_failures_waits_for_those_that_are_made() {
    let world = World::new();
    for number in 0..2 {
        assert!(world.happen(number, Event::Create).await);
        assert!(world.happen(number, Event::FailPaid).await);
    }
    assert!(world.happen(2, Event::Create).await);
    let fourth = job(3, "someone");
    let refused = world.usage.reserve(&world.jobs, &fourth, CEILINGS).await;
    assert!(matches!(refused, Err(ReserveError::TooManyRunning)));
    assert!(world.happen(2, Event::Fail).await);
    world
        .usage
        .reserve(&world.jobs, &fourth, CEILINGS)
        .await
        .unwrap();
}

/// What does not come back by waiting is told first.
#[test]
fn a_month_that_is_used_up_is_told_before_what_may_yet_fail() {
    let refusal = |taken, reserved, risked| {
        let month = MonthCounters {
            taken,
            reserved,
            risked,
            redoing: 0,
        };
        month.refusal(CEILINGS)
    };
    assert!(matches!(refusal(3, 3, 3), ReserveError::QuotaExceeded));
    assert!(matches!(refusal(1, 1, 3), ReserveError::TooManyRunning));
    assert!(matches!(refusal(0, 0, 3), ReserveError::TooManyFailures));
}

/// Its first execution is paid for in its own day and month, the second one in its own.
#[tokio::test]
async fn a_film_that_goes_on_is_counted_when_it_goes_on() {
    let world = World::new();
    let spending = crate::SpendingTable::new(world.tables.client(), "usage");
    let sums = async |job: &Job| {
        let sums = spending.spending_sums(&job.quote_day()).await.unwrap();
        (sums.taken, sums.spent)
    };
    let first = Job {
        quote_nano_usd: 100,
        ..job(0, "someone")
    };
    let (jobs, usage) = (&world.jobs, &world.usage);
    usage.reserve(jobs, &first, CEILINGS).await.unwrap();
    let failed = Ending::Failed(JobError::workflow_failed());
    let settled = world.settle_paid(&first, &failed, 40, now());
    settled.await.unwrap();

    let later = now().after(Duration::from_secs(40 * 24 * 3600));
    let record = jobs.load(first.job_id).await.unwrap().unwrap();
    let resumed = record.job.resumed(60, later, Duration::from_secs(60));
    let resumed = resumed.unwrap();
    usage
        .resume(jobs, &record, &resumed, CEILINGS)
        .await
        .unwrap();
    assert_eq!(jobs.get(first.job_id).await.unwrap(), Some(resumed.clone()));
    assert_eq!(
        (sums(&first).await, sums(&resumed).await),
        ((40, 40), (60, 0))
    );
    let again = usage.resume(jobs, &record, &resumed, CEILINGS).await;
    assert!(
        matches!(&again, Err(ReserveError::Store(error)) if error.is_conflict()),
        "{again:?}"
    );

    jobs.begin(first.job_id, later).await.unwrap();
    let resumed = jobs.get(first.job_id).await.unwrap().unwrap();
    let settled = world.settle_paid(&resumed, &Ending::Completed, 95, later);
    settled.await.unwrap();
    assert_eq!(
        (sums(&first).await, sums(&resumed).await),
        ((40, 40), (55, 55))
    );
    let account = async |now| usage.account("someone", now, SMALL_QUOTA).await.unwrap();
    let (before, after) = (account(now()).await.usage, account(later).await.usage);
    assert_eq!(
        (before.used, before.reserved, before.paid_failures),
        (0, 0, 1)
    );
    assert_eq!((after.used, after.reserved, after.paid_failures), (1, 0, 0));
}

//! The quota ledger as a state machine: whatever happens to jobs, in whatever
//! order and however often it is delivered, the sums hold (reliability Q1, Q4, W1).

use super::*;
use crate::testing::Item;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Jobs there may be.
const JOBS: u128 = 5;
const SMALL_QUOTA: u32 = 3;

#[derive(Debug, Clone, Copy)]
enum Event {
    Create,
    Begin,
    BeginComposing,
    Complete,
    Fail,
}

fn events() -> impl Strategy<Value = Vec<(u128, Event)>> {
    let event = prop_oneof![
        3 => Just(Event::Create),
        2 => Just(Event::Begin),
        1 => Just(Event::BeginComposing),
        2 => Just(Event::Complete),
        2 => Just(Event::Fail),
    ];
    prop::collection::vec((0..JOBS, event), 1..40)
}

struct World {
    tables: Tables,
    jobs: JobsTable,
    usage: UsageTable,
}

/// What can be told of a job's row without trusting the code under test.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    status: String,
    reservation: String,
    open: bool,
}

impl World {
    fn new() -> Self {
        let tables = Tables::default();
        let (jobs, usage) = tables_of(&tables.client());
        Self {
            tables,
            jobs,
            usage,
        }
    }

    /// Whether the event was taken up.
    async fn happen(&self, number: u128, event: Event) -> bool {
        let job = job(number, "someone");
        let failed = Ending::Failed(JobError::workflow_failed());
        let result = match event {
            Event::Create => {
                return match self
                    .usage
                    .reserve(&self.jobs, &job, Ceilings::of_quota(SMALL_QUOTA))
                    .await
                {
                    Ok(()) => true,
                    Err(
                        ReserveError::QuotaExceeded
                        | ReserveError::TooManyRunning
                        | ReserveError::SpendingLimit,
                    ) => false,
                    Err(ReserveError::Store(error)) => {
                        assert!(error.is_conflict(), "{error:?}");
                        false
                    }
                };
            }
            Event::Begin => self.jobs.begin(job.job_id, now()).await,
            Event::BeginComposing => self.jobs.begin_composing(job.job_id, now()).await,
            Event::Complete => {
                let done = Ending::Completed;
                self.usage.settle(&self.jobs, &job, &done, 0, now()).await
            }
            Event::Fail => self.usage.settle(&self.jobs, &job, &failed, 0, now()).await,
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
        let count = |reservation: &str| {
            let matching = seen.values().filter(|job| job.reservation == reservation);
            matching.count() as u32
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
        assert_eq!(sum("reserved"), count("held"), "{seen:?}");
        assert_eq!(sum("used"), count("committed"), "{seen:?}");
        assert_eq!(sum("taken"), sum("used") + sum("reserved"));
        assert!(sum("taken") <= SMALL_QUOTA);
        for job in seen.values() {
            let expected = match job.status.as_str() {
                "completed" => ("committed", false),
                "failed" => ("released", false),
                _ => ("held", true),
            };
            assert_eq!((job.reservation.as_str(), job.open), expected, "{job:?}");
        }
    }
}

/// The transition table of the domain, by the names in the row.
fn is_legal(before: &str, after: &str) -> bool {
    let status = |name: &str| {
        [
            Status::Pending,
            Status::Processing,
            Status::Completed,
            Status::Failed,
        ]
        .into_iter()
        .find(|status| status.as_str() == name)
        .unwrap()
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
                    assert!(is_legal(&job.status, &after[number].status), "{event:?}");
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
    world
        .usage
        .settle(&world.jobs, &job, &failed, 0, next_month)
        .await
        .unwrap();
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

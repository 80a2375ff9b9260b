//! The quota ledger as a state machine: whatever happens to jobs, in whatever
//! order and however often it is delivered, the sums hold (reliability Q1, Q4, W1).

mod world;

use super::places::MonthCounters;
use super::*;
use domain::attempt::Target;
use proptest::prelude::*;
use world::*;

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
    assert_eq!((before.paid_nano_usd, after.paid_nano_usd), (40, 55));
}

/// What was paid is counted with the ending that finds it; the next one adds what is new.
#[tokio::test]
async fn what_a_film_cost_is_counted_in_its_month_once() {
    let world = World::new();
    let scene = Target::Scene(1);
    for (event, is_taken_up, paid) in [
        (Event::Create, true, 0),
        (Event::Begin, true, 0),
        (Event::FailPaid, true, 7),
        (Event::FailPaid, false, 7),
        (Event::Resume, true, 7),
        (Event::Begin, true, 7),
        // Nothing was added, nor is anything taken back.
        (Event::Complete, true, 7),
        (Event::Redo(scene), true, 7),
        (Event::FailPaid, true, 14),
        (Event::FailPaid, false, 14),
        // A choice holds nothing of the month.
        (Event::Choose(scene), true, 14),
        (Event::FailPaid, true, 21),
    ] {
        assert_eq!(world.happen(0, event).await, is_taken_up, "{event:?}");
        world.check();
        let account = world.usage.account("someone", now(), SMALL_QUOTA).await;
        assert_eq!(account.unwrap().usage.paid_nano_usd, paid, "{event:?}");
    }
}

//! What holds of every run.

use proptest::prelude::*;

use domain::prices::Habits;

use super::film_times::Times;
use super::load::{BUSIEST, Demand};
use super::model::{Arrivals, Limits, Outcome, Retries, run};
use super::retries::Rule;

const ENDLESS: Limits = Limits {
    functions: usize::MAX,
    transcoders: usize::MAX,
    creates: usize::MAX,
    side_by_side: 5,
};

fn times() -> Times {
    Times::of_the_default_film(2.0).unwrap()
}

fn outcome(limits: Limits, arrivals: Arrivals, seed: u64) -> Outcome {
    let retries = Retries {
        functions: Rule::of_functions().unwrap(),
        turns: Rule::of_turns().unwrap(),
        webhooks: Rule::of_webhooks(),
    };
    run(&times(), limits, arrivals, retries, seed)
}

/// An hour with so many films, and half as many uploads.
fn films(an_hour: f64) -> Arrivals {
    Arrivals {
        films: an_hour,
        uploads: an_hour / 2.0,
        quiet: 1.0,
        lead: 0,
        days: 1,
    }
}

#[test]
fn without_limits_nothing_waits() {
    let outcome = outcome(ENDLESS, films(1_000.0), 1);
    assert_eq!(outcome.completed, outcome.films);
    assert_eq!(
        (outcome.waits.len(), outcome.queued.len()),
        (outcome.films, outcome.uploads)
    );
    assert!(outcome.waits.iter().all(|wait| *wait == 0));
    assert!(outcome.queued.iter().all(|wait| *wait == 0));
    assert_eq!((outcome.for_functions, outcome.for_the_provider), (0, 0));
}

#[test]
fn without_limits_functions_work_as_long_as_films_and_uploads_need() {
    let outcome = outcome(ENDLESS, films(1_000.0), 2);
    let times = times();
    let films = outcome.films as f64 * times.function_seconds();
    let uploads = outcome.uploads as f64 * times.upload_seconds();
    let busy = outcome.functions.busy as f64 / 1e6;
    assert!((busy / (films + uploads) - 1.0).abs() < 1e-9, "{busy}");
}

#[test]
fn films_in_the_system_are_their_rate_times_their_time() {
    let outcome = outcome(ENDLESS, films(3_600.0), 3);
    // Little's law, counted in two ways: over time, and film by film.
    assert_eq!(outcome.in_system, outcome.of_films);
    let mean = outcome.of_films as f64 / 1e6 / outcome.films as f64;
    // One arrives each second of an hour.
    let at_once = outcome.in_system as f64 / 1e6 / 3_600.0;
    assert!((at_once / mean - 1.0).abs() < 0.05, "{at_once} {mean}");
}

#[test]
fn a_day_has_its_mean_and_its_busiest_hour_so_many_times_that() {
    let demand = Demand::of_one(&Habits::ASSUMED, &times());
    let day = Arrivals {
        days: 11,
        ..demand.arrivals(1e4)
    };
    let outcome = outcome(ENDLESS, day, 8);
    let hours = 10.0 * 24.0 + 1.25;
    let busiest = outcome.waits.len() as f64 / 11.0;
    let mean = outcome.films as f64 / hours;
    assert!((busiest / day.films - 1.0).abs() < 0.1, "{busiest}");
    assert!((busiest / mean / BUSIEST - 1.0).abs() < 0.1, "{mean}");
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let limits = Limits {
        functions: 100,
        transcoders: 3,
        creates: 100,
        ..ENDLESS
    };
    let arrivals = films(500.0);
    assert_eq!(outcome(limits, arrivals, 4), outcome(limits, arrivals, 4));
    assert_ne!(outcome(limits, arrivals, 4), outcome(limits, arrivals, 5));
}

#[test]
fn scenes_one_after_the_other_take_longer_but_are_no_wait() {
    let one = Limits {
        side_by_side: 1,
        ..ENDLESS
    };
    let (one, five) = (
        outcome(one, films(60.0), 6),
        outcome(ENDLESS, films(60.0), 6),
    );
    assert!(one.waits.iter().all(|wait| *wait == 0));
    assert!(one.lengths[0] > 2 * five.lengths[0]);
}

#[test]
fn a_provider_that_takes_too_few_makes_films_wait_and_then_fail() {
    let limits = Limits {
        creates: 60,
        ..ENDLESS
    };
    let outcome = outcome(limits, films(3_600.0), 7);
    assert!(outcome.failed > 0 && outcome.without_music > 0);
    assert!(outcome.for_the_provider > 0 && outcome.for_functions == 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_limit_is_passed_and_every_film_ends_once(
        functions in 1_usize..60,
        transcoders in 1_usize..5,
        creates in 1_usize..200,
        side_by_side in 1_usize..12,
        an_hour in 1.0_f64..600.0,
        seed in any::<u64>(),
    ) {
        let limits = Limits { functions, transcoders, creates, side_by_side };
        let outcome = outcome(limits, films(an_hour), seed);
        prop_assert!(outcome.functions.peak <= functions);
        prop_assert!(outcome.transcoders.peak <= transcoders);
        prop_assert!(outcome.creates.peak <= creates);
        prop_assert_eq!(outcome.completed + outcome.failed, outcome.films);
        prop_assert_eq!(outcome.waits.len(), outcome.completed);
        prop_assert!(outcome.functions.is_idle() && outcome.transcoders.is_idle());
        prop_assert_eq!(outcome.in_system, outcome.of_films);
    }
}

//! What was said of films, held against what came of it.

use std::fmt;
use std::time::Duration;

use domain::prices::usd;
use serde_json::{Value, json};

use crate::bench::load::round;

/// A time as it is told, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// Half take no longer.
    pub(super) p50: u64,
    /// Nine of ten take no longer.
    pub(super) p90: u64,
}

impl Span {
    /// Held against the time that it was told of.
    pub(super) fn of(self, truth: Duration) -> Said {
        Said {
            p50: self.p50 as f64,
            p90: self.p90 as f64,
            truth: truth.as_secs_f64(),
        }
    }
}

/// A time that was told, and what it was, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Said {
    p50: f64,
    p90: f64,
    truth: f64,
}

impl fmt::Display for Said {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { p50, p90, truth } = self;
        write!(formatter, "{p50} to {p90} s said, {truth:.1} s it was")
    }
}

/// A film that was made, beside what was said of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Film {
    /// By its quote; none where too few films were known.
    pub(super) quoted: Option<Said>,
    /// By the clock of its making, when that first said something.
    pub(super) left: Option<Said>,
    /// What its quote said that it would cost.
    pub(super) predicted_nano_usd: u64,
    /// What it cost.
    pub(super) real_nano_usd: u64,
}

impl fmt::Display for Film {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.quoted {
            Some(said) => said.fmt(formatter),
            None => formatter.write_str("too few were known"),
        }
    }
}

/// The figures of all films; one that failed has none.
pub(super) fn figures(films: &[Option<Film>]) -> Value {
    let made: Vec<Film> = films.iter().copied().flatten().collect();
    let of = |said: fn(&Film) -> Option<Said>| times(&made.iter().map(said).collect::<Vec<_>>());
    json!({
        "bench": "estimate",
        "films": films.len(),
        "failed": films.len() - made.len(),
        "quotes": of(|film| film.quoted),
        "timeLeft": of(|film| film.left),
        "cost": costs(&made),
    })
}

/// How many times were not told; of the others, which share kept the p50 (near half) and the
/// p90 (near nine tenths), and the median of the truth to the p50.
fn times(said: &[Option<Said>]) -> Value {
    let known: Vec<Said> = said.iter().copied().flatten().collect();
    let share = |keeps: fn(&Said) -> bool| {
        let kept = known.iter().filter(|said| keeps(said)).count();
        (!known.is_empty()).then(|| round(kept as f64 / known.len() as f64))
    };
    let ratios = known.iter().map(|said| said.truth / said.p50);
    json!({
        "unknown": said.len() - known.len(),
        "known": known.len(),
        "withinP50": share(|said| said.truth <= said.p50),
        "withinP90": share(|said| said.truth <= said.p90),
        "medianOfTruthToP50": median(ratios.collect()).map(round),
    })
}

/// The sums, and the film whose two costs differ most.
fn costs(films: &[Film]) -> Value {
    let sum = |cost: fn(&Film) -> u64| usd(films.iter().map(cost).sum());
    let off = |film: &&Film| film.predicted_nano_usd.abs_diff(film.real_nano_usd);
    let worst = films.iter().max_by_key(off).map(|film| {
        json!({
            "predictedUsd": usd(film.predicted_nano_usd),
            "realUsd": usd(film.real_nano_usd),
        })
    });
    json!({
        "predictedUsd": sum(|film| film.predicted_nano_usd),
        "realUsd": sum(|film| film.real_nano_usd),
        "worst": worst,
    })
}

fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let upper = numbers.get(numbers.len() / 2)?;
    let lower = numbers.get((numbers.len() - 1) / 2)?;
    Some(f64::midpoint(*lower, *upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One that was to take 10 seconds, or 20 at most, and to cost a dollar.
    fn film(truth: u64, real_usd: f64) -> Option<Film> {
        let said = Span { p50: 10, p90: 20 }.of(Duration::from_secs(truth));
        Some(Film {
            quoted: Some(said),
            left: None,
            predicted_nano_usd: 1_000_000_000,
            real_nano_usd: (real_usd * 1e9) as u64,
        })
    }

    #[test]
    fn what_kept_its_time_is_counted_by_both_figures() {
        let films = [8, 10, 12, 20, 25].map(|truth| film(truth, 1.0));
        let quotes = &figures(&films)["quotes"];
        assert_eq!(quotes["known"], 5);
        assert_eq!(quotes["withinP50"], 0.4);
        assert_eq!(quotes["withinP90"], 0.8);
        assert_eq!(quotes["medianOfTruthToP50"], 1.2);
    }

    #[test]
    fn what_was_not_told_is_counted_and_held_against_nothing() {
        let unknown = film(99, 1.0).map(|film| Film {
            quoted: None,
            ..film
        });
        let figures = figures(&[unknown, film(5, 1.0), unknown]);
        let quotes = &figures["quotes"];
        assert_eq!(
            (&quotes["unknown"], &quotes["known"]),
            (&json!(2), &json!(1))
        );
        assert_eq!(quotes["withinP50"], 1.0);
        assert_eq!(figures["timeLeft"]["unknown"], 3);
    }

    #[test]
    fn costs_are_summed_and_the_one_that_is_furthest_off_is_named() {
        let films = [film(5, 1.0), film(5, 0.25), film(5, 1.5)];
        let cost = &figures(&films)["cost"];
        assert_eq!(
            (&cost["predictedUsd"], &cost["realUsd"]),
            (&json!(3.0), &json!(2.75))
        );
        assert_eq!(cost["worst"]["realUsd"], 0.25);
    }

    #[test]
    fn a_film_that_failed_is_counted_and_nothing_else_of_it() {
        let figures = figures(&[None, film(5, 1.0), None]);
        assert_eq!(
            (&figures["films"], &figures["failed"]),
            (&json!(3), &json!(2))
        );
        assert_eq!(figures["quotes"]["known"], 1);
        assert_eq!(figures["cost"]["predictedUsd"], 1.0);
    }

    #[test]
    fn of_nothing_nothing_is_said() {
        let figures = figures(&[]);
        for figure in ["withinP50", "withinP90", "medianOfTruthToP50"] {
            assert!(figures["quotes"][figure].is_null(), "{figure}");
        }
        assert!(figures["cost"]["worst"].is_null());
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(Vec::new()), None);
    }
}

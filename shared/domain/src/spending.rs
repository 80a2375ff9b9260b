//! What the whole installation may spend on models in a day (D49).
//!
//! A film's quote is taken from the day when it is accepted; what was not paid is
//! given back when it ends. Amounts are in billionths of a US dollar, as in the
//! ledger.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::attempt::{Attempt, AttemptState};
use crate::fields::InvalidField;
use crate::prices::{CostKind, LedgerEntry};
use crate::time::Time;

/// The most that a day's limit can be set to, in US dollars.
pub const HIGHEST_LIMIT_USD: f64 = 1_000_000.0;

/// A calendar day in UTC, written `2026-11-28`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day(String);

impl Day {
    /// The day a time lies in.
    pub fn of(time: Time) -> Self {
        Self(time.timestamp().strftime("%Y-%m-%d").to_string())
    }

    /// `2026-11-28`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How long it is until the next day begins, in UTC.
pub fn until_next_day(now: Time) -> Duration {
    const DAY: i64 = 86_400;
    let seconds = DAY - now.as_second().rem_euclid(DAY);
    Duration::from_secs(seconds.unsigned_abs())
}

/// What administrators have set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// A day's limit, in place of the installation's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_nano_usd: Option<u64>,
    /// Nothing more is bought, not even for films that are being made.
    #[serde(default)]
    pub is_stopped: bool,
}

/// A day's sums.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sums {
    /// Quotes of films that are being made, and what was paid for those that ended.
    #[serde(default)]
    pub taken: u64,
    /// What was paid for films that ended.
    #[serde(default)]
    pub spent: u64,
}

/// Billionths of a dollar in dollars that a person sets.
///
/// # Errors
///
/// It is negative, beyond [`HIGHEST_LIMIT_USD`], or no number.
pub fn limit_nano_usd(usd: f64) -> Result<u64, InvalidField> {
    if !(0.0..=HIGHEST_LIMIT_USD).contains(&usd) {
        let constraint = format!("a number from 0 to {HIGHEST_LIMIT_USD}");
        return Err(InvalidField::new("dailyLimitUsd", constraint));
    }
    Ok((usd * 1e9).round() as u64)
}

/// What a job's predictions cost: as the ledger knows it, else as it was expected. An
/// attempt that made nothing costs nothing; one of which nothing is known may have.
pub fn paid(attempts: &[Attempt], ledger: &[LedgerEntry]) -> u64 {
    let attempts = attempts
        .iter()
        .filter(|attempt| attempt.state != AttemptState::Void);
    let costs = attempts.map(|attempt| {
        let step = attempt.step();
        let is_its = |line: &&LedgerEntry| line.kind == CostKind::Model && line.step == step;
        let line = ledger.iter().find(is_its);
        line.and_then(|line| line.actual_nano_usd)
            .unwrap_or(attempt.predicted_nano_usd)
    });
    costs.fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_utc() {
        let late = Time::from_millisecond(1_795_910_399_000);
        assert_eq!(Day::of(late).as_str(), "2026-11-28");
        assert_eq!(until_next_day(late), Duration::from_secs(1));
        let midnight = late.after(until_next_day(late));
        assert_eq!(Day::of(midnight).as_str(), "2026-11-29");
        assert_eq!(until_next_day(midnight), Duration::from_secs(86_400));
    }

    #[test]
    fn what_is_known_counts_else_what_was_expected_and_nothing_for_what_made_nothing() {
        let attempt = |number, state| Attempt {
            number,
            predicted_nano_usd: 100,
            ..Attempt::sample(state)
        };
        let line = |number: u32, kind, actual_nano_usd| LedgerEntry {
            step: format!("scene-001#{number}"),
            kind,
            item: "m".to_owned(),
            predicted_nano_usd: 100,
            actual_nano_usd,
            seconds: None,
        };
        let void = attempt(1, AttemptState::Void);
        let known = attempt(2, AttemptState::Creating);
        let open = attempt(3, AttemptState::Creating);
        // Stopped by its owner: one that ran is charged, one that never did is void.
        let canceled = attempt(4, AttemptState::Canceled);
        let aborted = attempt(5, AttemptState::Void);
        let ledger = [
            line(4, CostKind::Model, Some(100)),
            line(5, CostKind::Model, Some(0)),
            line(2, CostKind::Compute, Some(7)),
            line(2, CostKind::Model, Some(60)),
            line(3, CostKind::Model, None),
        ];
        assert_eq!(paid(&[void, known, open, canceled, aborted], &ledger), 260);
    }

    #[test]
    fn a_limit_is_a_number_of_dollars() {
        assert_eq!(limit_nano_usd(0.0), Ok(0));
        assert_eq!(limit_nano_usd(49.99), Ok(49_990_000_000));
        for bad in [-0.01, 1_000_001.0, f64::NAN, f64::INFINITY] {
            assert!(limit_nano_usd(bad).is_err(), "{bad}");
        }
    }
}

//! How many videos a user may make in a month (R84-R86, D8, D9).

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// A calendar month in UTC, written `2026-11`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Month(String);

impl Month {
    /// The month a time lies in.
    pub fn of(time: Time) -> Self {
        Self(time.timestamp().strftime("%Y-%m").to_string())
    }

    /// `2026-11`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The first moment of the month after `time`.
pub fn next_month(time: Time) -> Time {
    let date = time.timestamp().to_zoned(jiff::tz::TimeZone::UTC);
    let next = date
        .start_of_day()
        .and_then(|day| day.first_of_month())
        .and_then(|first| first.checked_add(jiff::Span::new().months(1)));
    next.map_or(time, |zoned| Time::from_timestamp(zoned.timestamp()))
}

/// The month before the one a time lies in.
pub fn month_before(time: Time) -> Month {
    let first = time
        .timestamp()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .first_of_month()
        .and_then(|first| first.checked_sub(jiff::Span::new().days(1)));
    first.map_or_else(
        |_| Month::of(time),
        |zoned| Month::of(Time::from_timestamp(zoned.timestamp())),
    )
}

/// The moment a month ended, or `None` when it is still running at `now`.
pub fn is_over(month: &Month, now: Time) -> bool {
    *month < Month::of(now)
}

/// One user's month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Videos finished this month.
    pub used: u32,
    /// Videos being made now, which hold a place.
    pub reserved: u32,
    /// Videos allowed in a month.
    pub quota: u32,
    /// Videos that failed this month after money was spent on them.
    #[serde(default)]
    pub paid_failures: u32,
    /// What was paid for the models of this month's videos, in billionths of a dollar: of
    /// each when it ended, and what was added when it ended again.
    #[serde(default)]
    pub paid_nano_usd: u64,
}

impl Usage {
    /// Videos that may still be started.
    pub fn remaining(self) -> u32 {
        self.quota
            .saturating_sub(self.used)
            .saturating_sub(self.reserved)
    }
}

/// What became of the place a job took in its user's month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reservation {
    /// Taken at creation; the job is still running.
    Held,
    /// The video was made and counts.
    Committed,
    /// Given back: the job failed.
    Released,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Time {
        Time::from_timestamp(text.parse().unwrap())
    }

    #[test]
    fn months_turn_at_midnight_utc() {
        assert_eq!(
            Month::of(at("2026-11-30T23:59:59.999Z")).as_str(),
            "2026-11"
        );
        assert_eq!(Month::of(at("2026-12-01T00:00:00Z")).as_str(), "2026-12");
        assert_eq!(
            next_month(at("2026-12-15T10:00:00Z")),
            at("2027-01-01T00:00:00Z")
        );
        assert_eq!(
            next_month(at("2026-11-01T00:00:00Z")),
            at("2026-12-01T00:00:00Z")
        );
    }

    #[test]
    fn the_month_before_january_is_december() {
        assert_eq!(month_before(at("2027-01-01T00:10:00Z")).as_str(), "2026-12");
        assert_eq!(month_before(at("2026-03-31T23:00:00Z")).as_str(), "2026-02");
    }

    proptest! {
        #[test]
        fn next_month_is_the_first_moment_of_another_month(milliseconds in 0i64..4_000_000_000_000) {
            let time = Time::from_millisecond(milliseconds);
            let next = next_month(time);
            prop_assert!(next > time);
            prop_assert!(is_over(&Month::of(time), next));
            let moment_before = Time::from_millisecond(next.as_millisecond() - 1);
            prop_assert_eq!(Month::of(moment_before), Month::of(time));
        }

        #[test]
        fn remaining_never_underflows(used in 0u32..50, reserved in 0u32..50, quota in 0u32..50) {
            let usage = Usage { used, reserved, quota, ..Usage::default() };
            prop_assert_eq!(usage.remaining() + used + reserved, quota.max(used + reserved));
        }
    }
}

//! Points in time, written so that text sorts as time does.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A UTC time in milliseconds, ISO 8601 in text (R56): always three decimals,
/// because table indexes sort the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String, format = DateTime, examples("2026-11-20T12:00:00.000Z"))]
pub struct Time(Timestamp);

impl Time {
    /// From the clock's reading; finer parts than a millisecond are dropped.
    pub fn from_timestamp(timestamp: Timestamp) -> Self {
        let milliseconds = timestamp.as_millisecond();
        Self(Timestamp::from_millisecond(milliseconds).unwrap_or(timestamp))
    }

    /// From milliseconds since 1970; out of range becomes 1970.
    pub fn from_millisecond(milliseconds: i64) -> Self {
        Self(Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// As the date library's type.
    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// Milliseconds since 1970.
    pub fn as_millisecond(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Whole seconds since 1970, as TTL attributes want them.
    pub fn as_second(self) -> i64 {
        self.0.as_second()
    }

    /// This much later; saturates at the calendar's end.
    pub fn after(self, duration: Duration) -> Self {
        let step = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        Self(self.0.saturating_add(step).unwrap_or(Timestamp::MAX))
    }

    /// This much earlier; saturates at the calendar's beginning.
    pub fn before(self, duration: Duration) -> Self {
        let step = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        Self(self.0.saturating_sub(step).unwrap_or(Timestamp::MIN))
    }

    /// How long ago `earlier` was; zero if it lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        let gap = self
            .as_millisecond()
            .saturating_sub(earlier.as_millisecond());
        Duration::from_millis(u64::try_from(gap).unwrap_or(0))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.3}", self.0)
    }
}

impl Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Timestamp::deserialize(deserializer).map(Self::from_timestamp)
    }
}

/// Tells the time. Rules get a [`Time`]; what calls them over and over gets a
/// clock, so that a test can hand in its own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Time + Send + Sync>);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// A clock that stands still.
    pub fn fixed(time: Time) -> Self {
        Self::new(move || time)
    }

    /// The time now.
    pub fn now(&self) -> Time {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_three_decimals_and_reads_back() {
        let time = Time::from_millisecond(1_763_640_000_000);
        assert_eq!(time.to_string(), "2025-11-20T12:00:00.000Z");
        let text = serde_json::to_string(&time).unwrap();
        assert_eq!(serde_json::from_str::<Time>(&text).unwrap(), time);
    }

    #[test]
    fn since_is_never_negative() {
        let early = Time::from_millisecond(1_000);
        let late = early.after(Duration::from_secs(2));
        assert_eq!(late.since(early), Duration::from_secs(2));
        assert_eq!(early.since(late), Duration::ZERO);
        assert_eq!(late.before(Duration::from_secs(2)), early);
        assert!(early.before(Duration::MAX) < early);
    }
}

//! When a delivery that failed is tried again.

use std::str::FromStr;
use std::time::Duration;

use crate::time::Time;

/// How much later than planned an attempt may be, as a part of the wait. Receivers that
/// were down get their events back spread out.
const JITTER: f64 = 0.1;
/// The longest wait that makes sense: a delivery is forgotten after 30 days.
const LONGEST: Duration = Duration::from_secs(7 * 86_400);

/// The waits between the attempts of a delivery; one attempt more than waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySchedule(Vec<Duration>);

/// A text that is no list of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a list of seconds, each at most seven days")]
pub struct ScheduleError;

impl Default for RetrySchedule {
    /// Eight attempts over 27 and a half hours: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h.
    fn default() -> Self {
        let seconds = [5, 300, 1800, 7200, 18_000, 36_000, 36_000];
        Self(seconds.into_iter().map(Duration::from_secs).collect())
    }
}

impl FromStr for RetrySchedule {
    type Err = ScheduleError;

    /// Seconds, parted by commas.
    fn from_str(list: &str) -> Result<Self, ScheduleError> {
        let waits = list.split(',').map(|text| {
            let seconds = text.trim().parse().map_err(|_| ScheduleError)?;
            let wait = Duration::from_secs(seconds);
            (wait <= LONGEST).then_some(wait).ok_or(ScheduleError)
        });
        waits.collect::<Result<_, _>>().map(Self)
    }
}

impl RetrySchedule {
    /// When the next attempt is due after `attempts` failed ones; none when these were all.
    /// A receiver that asks to be left alone for so long (`asked`) is, but no longer than the
    /// longest of the waits, and no shorter than without. `jitter` is a random number from
    /// 0 to 1.
    pub fn next(
        &self,
        attempts: u32,
        asked: Option<Duration>,
        now: Time,
        jitter: f64,
    ) -> Option<Time> {
        let index = usize::try_from(attempts.checked_sub(1)?).ok()?;
        let (own, longest) = (self.0.get(index)?, self.0.iter().max()?);
        let wait = asked.map_or(*own, |asked| asked.clamp(*own, *longest));
        Some(now.after(wait.mul_f64(1.0 + JITTER * jitter.clamp(0.0, 1.0))))
    }
}

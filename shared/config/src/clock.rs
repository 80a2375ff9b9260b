//! The one place that asks for the time.

use domain::time::{Clock, Time};

/// The time now.
#[expect(
    clippy::disallowed_methods,
    reason = "the clock is asked here and nowhere else"
)]
pub fn now() -> Time {
    Time::from_timestamp(jiff::Timestamp::now())
}

/// The clock of a running function.
pub fn system() -> Clock {
    Clock::new(now)
}

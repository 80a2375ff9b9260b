//! When a call is made again. `backon` does the waiting; here stands only who
//! may, and for how long.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use tokio::time::Instant;

use crate::Error;

/// How often one call is tried, in all; ten seconds lie between the first and the last.
pub const TRIES: usize = 3;
const LONGEST_RETRYING: Duration = Duration::from_secs(10);
const FIRST_DELAY: Duration = Duration::from_millis(500);

/// For calls that must not happen twice: only when nothing was made.
pub(super) async fn when_throttled<T, F: Future<Output = Result<T, Error>>>(
    call: impl FnMut() -> F,
) -> Result<T, Error> {
    retry(call, |error| matches!(error, Error::Throttled { .. })).await
}

/// For calls that may happen twice.
pub(super) async fn when_it_may_help<T, F: Future<Output = Result<T, Error>>>(
    call: impl FnMut() -> F,
) -> Result<T, Error> {
    retry(call, |error| {
        matches!(
            error,
            Error::Throttled { .. } | Error::Unavailable { .. } | Error::Transport(_)
        )
    })
    .await
}

async fn retry<T, F: Future<Output = Result<T, Error>>>(
    call: impl FnMut() -> F,
    may_retry: fn(&Error) -> bool,
) -> Result<T, Error> {
    let begun = Instant::now();
    let backoff = ExponentialBuilder::new()
        .with_min_delay(FIRST_DELAY)
        .with_max_times(TRIES - 1)
        .with_jitter();
    call.retry(backoff)
        .when(may_retry)
        .adjust(|error, delay| within(begun.elapsed(), error, delay?))
        .await
}

/// The jittered delay comes on top of what the provider asks for, so that many
/// who were told the same do not come back at once. `None`: too long to stay.
fn within(elapsed: Duration, error: &Error, delay: Duration) -> Option<Duration> {
    let asked = match error {
        Error::Throttled { retry_after } => retry_after.unwrap_or_default(),
        _ => Duration::ZERO,
    };
    let delay = delay.saturating_add(asked);
    (elapsed.saturating_add(delay) <= LONGEST_RETRYING).then_some(delay)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttled(seconds: u64) -> Error {
        Error::Throttled {
            retry_after: Some(Duration::from_secs(seconds)),
        }
    }

    #[test]
    fn what_is_asked_for_is_waited_and_a_bit_more() {
        let delay = within(Duration::ZERO, &throttled(5), Duration::from_millis(700));
        assert_eq!(delay, Some(Duration::from_millis(5700)));
    }

    #[test]
    fn nobody_waits_beyond_ten_seconds() {
        assert_eq!(
            within(Duration::ZERO, &throttled(30), Duration::from_millis(500)),
            None
        );
        assert_eq!(
            within(
                Duration::from_secs(9),
                &throttled(1),
                Duration::from_millis(500)
            ),
            None
        );
        assert_eq!(
            within(Duration::ZERO, &throttled(u64::MAX), Duration::MAX),
            None
        );
    }
}

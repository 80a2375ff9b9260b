//! The rate limit: a sliding window of a minute from two weighted buckets (D10, D11).
//!
//! A bucket counts the requests of one clock minute. The window that ends now
//! is the current bucket plus the part of the previous one it still covers. A
//! refused request is counted too, up to the limit: one that keeps hammering
//! stays refused, one that waits `Retry-After` gets through.

use std::net::IpAddr;
use std::time::Duration;

use crate::time::Time;

/// Length of the window and of a bucket.
pub const WINDOW: Duration = Duration::from_secs(60);

/// The number of the minute a time lies in.
pub fn minute_of(now: Time) -> i64 {
    now.as_second().div_euclid(60)
}

/// What anonymous requests are counted by: the address that they come from, of IPv6 the
/// network alone, since a client may use all of the 64 bits behind it.
pub fn address_key(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => format!("address {address}"),
            None => {
                let [a, b, c, d, ..] = address.segments();
                format!("address {a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        },
        Ok(IpAddr::V4(address)) => format!("address {address}"),
        Err(_) => "address unknown".to_owned(),
    }
}

/// What the limiter decided, with the figures of the `RateLimit-*` headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the request may pass.
    pub allowed: bool,
    /// Requests in a window.
    pub limit: u32,
    /// Requests left in the window that ends now.
    pub remaining: u32,
    /// Seconds until a refused request would pass, or until the window is
    /// empty for one that was let through.
    pub reset_seconds: u64,
}

/// Judges a request that was just counted: `current` includes it.
pub fn judge(now: Time, previous: u32, current: u32, limit: u32) -> Verdict {
    let into_minute = now.as_millisecond().rem_euclid(60_000);
    let weight = (60_000 - into_minute) as u64;
    // In units of a request times a millisecond, to stay in integers.
    let filled = u64::from(previous) * weight + u64::from(current) * 60_000;
    let allowed = filled <= u64::from(limit) * 60_000;
    let left = (u64::from(limit) * 60_000).saturating_sub(filled) / 60_000;

    Verdict {
        allowed,
        limit,
        remaining: u32::try_from(left).unwrap_or(0),
        reset_seconds: if allowed {
            weight.div_ceil(1_000)
        } else {
            wait_milliseconds(previous, current, limit, weight).div_ceil(1_000)
        },
    }
}

/// How long until one more request fits, when none comes meanwhile.
fn wait_milliseconds(previous: u32, current: u32, limit: u32, weight: u64) -> u64 {
    let room = i64::from(limit) - i64::from(current) - 1;
    if previous > 0 && room >= 0 {
        // The previous bucket must shrink to the room left beside this one.
        let weight_that_fits = (room as u64 * 60_000) / u64::from(previous);
        return weight.saturating_sub(weight_that_fits).max(1);
    }
    // Not in this minute; in the next, the current bucket is the previous one.
    let room = u64::from(limit.saturating_sub(1));
    let weight_that_fits = (room * 60_000 / u64::from(current.max(1))).min(60_000);
    weight + (60_000 - weight_that_fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The store's part: counts requests in minute buckets, capped at limit + 1.
    #[derive(Default)]
    struct Buckets(std::collections::HashMap<i64, u32>);

    impl Buckets {
        fn request(&mut self, now: Time, limit: u32) -> Verdict {
            let minute = minute_of(now);
            let current = self.0.entry(minute).or_default();
            *current = (*current + 1).min(limit + 1);
            let current = *current;
            let previous = self.0.get(&(minute - 1)).copied().unwrap_or(0).min(limit);
            judge(now, previous, current, limit)
        }
    }

    #[test]
    fn who_names_nobody_is_counted_by_address() {
        for (address, key) in [
            ("203.0.113.7", "address 203.0.113.7"),
            ("::ffff:203.0.113.7", "address 203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "address 2001:db8:1:2::/64"),
            ("2001:db8:1:2::9", "address 2001:db8:1:2::/64"),
            ("2001:db8:1:3::9", "address 2001:db8:1:3::/64"),
            ("", "address unknown"),
            ("203.0.113.7, 10.0.0.1", "address unknown"),
        ] {
            assert_eq!(address_key(address), key);
        }
    }

    #[test]
    fn the_hundred_and_first_is_refused() {
        let mut buckets = Buckets::default();
        let now = Time::from_millisecond(60_000_000 + 5_000);
        for _ in 0..100 {
            assert!(buckets.request(now, 100).allowed);
        }
        let refused = buckets.request(now, 100);
        assert!(!refused.allowed);
        assert!(refused.reset_seconds >= 1 && refused.reset_seconds <= 60);
    }

    proptest! {
        #[test]
        fn waiting_as_told_is_enough(
            start in 0i64..120_000,
            before in 0u32..250,
            gap in 0i64..70_000,
            burst in 1u32..250,
            limit in 1u32..120,
        ) {
            let mut buckets = Buckets::default();
            let first = Time::from_millisecond(start);
            for _ in 0..before { buckets.request(first, limit); }
            let second = first.after(Duration::from_millis(gap as u64));
            let mut last = buckets.request(second, limit);
            for _ in 1..burst { last = buckets.request(second, limit); }
            if !last.allowed {
                prop_assert!(last.reset_seconds >= 1 && last.reset_seconds <= 120);
                let later = second.after(Duration::from_secs(last.reset_seconds));
                prop_assert!(buckets.request(later, limit).allowed);
            }
        }

        #[test]
        fn no_clock_minute_lets_more_than_the_limit_through(
            times in prop::collection::vec(0i64..60_000, 1..300),
            limit in 1u32..100,
        ) {
            let mut buckets = Buckets::default();
            let mut times = times;
            times.sort_unstable();
            let allowed = times.iter().filter(|time| buckets.request(Time::from_millisecond(**time), limit).allowed).count();
            prop_assert!(allowed <= limit as usize);
        }
    }
}

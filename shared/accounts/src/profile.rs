//! What a caller reads about itself.

use contract::{Holding, Level, Profile};
use domain::holding::HoldingLimits;
use domain::quota::{Month, Usage, next_month};
use domain::time::Time;
use edge::http::Caller;
use store::Account;

/// How much a caller may hold at once.
#[derive(Debug, Clone, Copy)]
pub struct CallerLimits {
    /// Films that are being made.
    pub films: u32,
    /// Films of a month that failed after money was spent.
    pub paid_failures: u32,
    /// Open transcodes.
    pub transcodes: HoldingLimits,
    /// Open uploads.
    pub uploads: HoldingLimits,
}

/// Who the caller is, how much of the month of `now` is used, and what the caller holds.
pub fn profile(caller: Caller, account: Account, limits: CallerLimits, now: Time) -> Profile {
    let Account { usage, holding } = account;
    let level = |held: u32, limit: u32| Level {
        held: held.into(),
        limit: limit.into(),
    };
    Profile {
        user_id: caller.user_id,
        email: caller.email,
        groups: caller.groups,
        usage: usage_view(usage, limits.paid_failures, now),
        holding: Holding {
            films: level(usage.reserved, limits.films),
            transcodes: level(holding.transcodes, limits.transcodes.at_once),
            open_uploads: level(holding.open_uploads, limits.uploads.at_once),
            stored_bytes: Level {
                held: holding.stored_bytes,
                limit: limits.uploads.stored_bytes,
            },
        },
    }
}

/// The month of `now`, with the limit of films that failed after money was spent.
pub fn usage_view(usage: Usage, paid_failures_limit: u32, now: Time) -> contract::Usage {
    contract::Usage {
        month: Month::of(now),
        quota: usage.quota,
        used: usage.used,
        reserved: usage.reserved,
        remaining: usage.remaining(),
        paid_failures: usage.paid_failures,
        paid_failures_limit,
        paid_nano_usd: usage.paid_nano_usd,
        resets_at: next_month(now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_tells_what_remains_and_until_when_and_what_is_held() {
        let caller = Caller {
            user_id: "u".to_owned(),
            email: None,
            groups: vec!["admin".to_owned()],
        };
        let account = Account {
            usage: Usage {
                used: 3,
                reserved: 2,
                quota: 10,
                paid_failures: 1,
                paid_nano_usd: 2_300_000_000,
            },
            holding: domain::holding::Holding {
                transcodes: 4,
                open_uploads: 5,
                stored_bytes: 6,
            },
        };
        let at_once = |at_once| HoldingLimits {
            at_once,
            stored_bytes: 100,
        };
        let limits = CallerLimits {
            films: 3,
            paid_failures: 7,
            transcodes: at_once(20),
            uploads: at_once(30),
        };
        let now = Time::from_millisecond(1_795_176_000_000);
        let profile = serde_json::to_value(profile(caller, account, limits, now)).unwrap();
        assert_eq!(profile["usage"]["remaining"], 5);
        assert_eq!(profile["usage"]["paidFailures"], 1);
        assert_eq!(profile["usage"]["paidFailuresLimit"], 7);
        assert_eq!(profile["usage"]["paidNanoUsd"], 2_300_000_000_u64);
        assert_eq!(profile["usage"]["month"], "2026-11");
        assert_eq!(profile["usage"]["resetsAt"], "2026-12-01T00:00:00.000Z");
        assert_eq!(profile["groups"][0], "admin");
        let level = |name: &str| {
            let level = &profile["holding"][name];
            (level["held"].as_u64(), level["limit"].as_u64())
        };
        assert_eq!(level("films"), (Some(2), Some(3)));
        assert_eq!(level("transcodes"), (Some(4), Some(20)));
        assert_eq!(level("openUploads"), (Some(5), Some(30)));
        assert_eq!(level("storedBytes"), (Some(6), Some(100)));
    }
}

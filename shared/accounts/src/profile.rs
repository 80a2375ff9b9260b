//! What a caller reads about itself.

use contract::Profile;
use domain::quota::{Month, Usage, next_month};
use domain::time::Time;
use edge::http::Caller;

/// Who the caller is, and how much of the month of `now` is used.
pub fn profile(caller: Caller, usage: Usage, now: Time) -> Profile {
    Profile {
        user_id: caller.user_id,
        email: caller.email,
        groups: caller.groups,
        usage: contract::Usage {
            month: Month::of(now),
            quota: usage.quota,
            used: usage.used,
            reserved: usage.reserved,
            remaining: usage.remaining(),
            resets_at: next_month(now),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_tells_what_remains_and_until_when() {
        let caller = Caller {
            user_id: "u".to_owned(),
            email: None,
            groups: vec!["admin".to_owned()],
        };
        let usage = Usage {
            used: 3,
            reserved: 2,
            quota: 10,
        };
        let profile = profile(caller, usage, Time::from_millisecond(1_795_176_000_000));
        let profile = serde_json::to_value(profile).unwrap();
        assert_eq!(profile["usage"]["remaining"], 5);
        assert_eq!(profile["usage"]["month"], "2026-11");
        assert_eq!(profile["usage"]["resetsAt"], "2026-12-01T00:00:00.000Z");
        assert_eq!(profile["groups"][0], "admin");
    }
}

//! When the message of a transcode, or of a part of one, must be thought lost and is sent
//! again.
//!
//! What no worker has may wait in a long queue, or be hidden in it for an hour and a half: a
//! worker received it and died before it could say for how long. While messages wait in the
//! queue the two look alike; once none does, what nobody takes up is hidden.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Time;
use crate::transcode::{TranscodePart, TranscodeStatus};

/// So many leases without a worker, where no message waits: one whose worker died at work
/// comes back soon after the first.
const LEASES: u32 = 2;
/// How long a transcode may wait, or lie without a worker, while messages wait in the queue.
const IN_THE_QUEUE: Duration = Duration::from_secs(15 * 60);
/// How long one that is being made in parts may lie so: they may be waiting behind many
/// others.
const PARTS_IN_THE_QUEUE: Duration = Duration::from_secs(3600);
/// What shows no sign of life is sent again later and later, at last as often as this.
const MOST_BETWEEN: Duration = Duration::from_secs(3600);

/// How long something may lie without a worker before its message is thought lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// So long: no message waits in the queue.
    Short(Duration),
    /// Messages wait in the queue, and its own may be among them.
    Long,
}

impl Patience {
    /// By whether any message waits in the queue, and how long a lease lasts.
    pub fn new(some_wait: bool, lease: Duration) -> Self {
        match some_wait {
            true => Self::Long,
            false => Self::Short(Self::least(lease)),
        }
    }

    /// What is younger cannot be lost yet.
    pub fn least(lease: Duration) -> Duration {
        lease * LEASES
    }

    fn of(self, status: TranscodeStatus, lease_until: Option<Time>) -> Duration {
        match (self, status, lease_until) {
            (Self::Short(wait), ..) => wait,
            (Self::Long, TranscodeStatus::Processing, None) => PARTS_IN_THE_QUEUE,
            (Self::Long, ..) => IN_THE_QUEUE,
        }
    }
}

/// What a transcode's row says about who works on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeaseState {
    /// Until when a worker has it for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<Time>,
    /// When it was last left to the messages in the queue: by the worker that asked for its
    /// parts or gave it up, or because what was lost was sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Time>,
}

impl LeaseState {
    /// Whether the transcode's own message must be thought lost and is to be sent again.
    pub fn is_lost(
        &self,
        status: TranscodeStatus,
        updated_at: Time,
        patience: Patience,
        now: Time,
    ) -> bool {
        let last = self.lease_until.unwrap_or(updated_at).max(updated_at);
        let wait = patience.of(status, self.lease_until);
        !status.is_final() && now.since(last) >= wait && self.may_ask(last, wait, now)
    }

    /// Whether the message of a part must be thought lost that may be made now, where no
    /// message waits in the queue. `held_until` is the end of the part's last lease.
    pub fn is_part_lost(
        &self,
        part: TranscodePart,
        held_until: Option<Time>,
        updated_at: Time,
        wait: Duration,
        now: Time,
    ) -> bool {
        let asked = self.asked_at.unwrap_or(updated_at);
        let asked = match part.is_joined() {
            // It is asked for when the last part is there that it is made of.
            true => asked.max(updated_at),
            false => asked,
        };
        let last = held_until.unwrap_or(asked);
        now.since(last) >= wait && self.may_ask(updated_at, wait, now)
    }

    /// Whether workers may be asked for again. What has lain still since `last` although they
    /// were is left alone for as long as it had lain then.
    fn may_ask(&self, last: Time, wait: Duration, now: Time) -> bool {
        self.asked_at.is_none_or(|asked| {
            let again_after = asked.since(last).min(MOST_BETWEEN).max(wait);
            now.since(asked) >= again_after
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rendition::Quality;
    use TranscodeStatus::{Cancelled, Completed, Downloading, Failed, Pending, Processing};

    const MINUTE: Duration = Duration::from_secs(60);
    /// Where a lease lasts a minute.
    const SHORT: Patience = Patience::Short(Duration::from_secs(120));

    fn at(minutes: u32) -> Time {
        Time::from_millisecond(1_795_176_000_000).after(MINUTE * minutes)
    }

    /// How many minutes after its last change a transcode that nobody has is lost.
    fn lost_after(status: TranscodeStatus, patience: Patience) -> Option<u32> {
        let nobody = LeaseState::default();
        (0..10_000).find(|minute| nobody.is_lost(status, at(0), patience, at(*minute)))
    }

    #[test]
    fn what_nobody_has_is_lost_after_two_leases_unless_it_may_wait_in_the_queue() {
        assert_eq!(Patience::new(false, MINUTE), SHORT);
        assert_eq!(Patience::new(true, MINUTE), Patience::Long);
        for (status, short, long) in [
            (Pending, Some(2), Some(15)),
            (Downloading, Some(2), Some(15)),
            (Processing, Some(2), Some(60)),
            (Completed, None, None),
            (Failed, None, None),
            (Cancelled, None, None),
        ] {
            let found = (
                lost_after(status, SHORT),
                lost_after(status, Patience::Long),
            );
            assert_eq!(found, (short, long), "{status:?}");
        }
    }

    #[test]
    fn what_a_worker_has_is_lost_when_its_lease_has_long_ended() {
        let held = LeaseState {
            lease_until: Some(at(60)),
            ..LeaseState::default()
        };
        for status in [Pending, Downloading, Processing] {
            for (patience, minutes) in [(SHORT, 2), (Patience::Long, 15)] {
                let is_lost = |minute| held.is_lost(status, at(0), patience, at(minute));
                assert!(!is_lost(59 + minutes), "{status:?}");
                assert!(is_lost(60 + minutes), "{status:?}");
            }
        }
    }

    #[test]
    fn a_part_is_lost_two_leases_after_its_worker_or_after_it_was_asked_for() {
        let (segment, rendition) = (
            TranscodePart::Segment(7),
            TranscodePart::Rendition(Quality::High),
        );
        let asked = LeaseState {
            lease_until: None,
            asked_at: Some(at(10)),
        };
        // The part, the end of its last lease, the transcode's last change; lost from then on.
        for (part, held_until, updated, lost) in [
            (segment, None, 10, 12),
            (segment, None, 19, 12),
            (segment, Some(15), 19, 17),
            (segment, Some(5), 10, 12),
            (TranscodePart::Sound, None, 19, 12),
            (rendition, None, 19, 21),
            (rendition, None, 5, 15),
            (rendition, Some(30), 19, 32),
        ] {
            let until = held_until.map(at);
            let is_lost =
                |minute| asked.is_part_lost(part, until, at(updated), MINUTE * 2, at(minute));
            let found = (0..100).find(|minute| is_lost(*minute));
            assert_eq!(found, Some(lost), "{part:?} {held_until:?} {updated}");
        }
        let never_asked = LeaseState::default();
        let is_lost =
            |minute| never_asked.is_part_lost(segment, None, at(3), MINUTE * 2, at(minute));
        assert!(!is_lost(4) && is_lost(5));
    }

    proptest! {
        /// A minute is a round. Messages that wait come and go; sometimes something is made.
        #[test]
        fn however_long_it_lies_it_is_seldom_sent_again(
            rounds in prop::collection::vec((any::<bool>(), prop::bool::weighted(0.01)), 1..2000),
            of_parts: bool,
        ) {
            let mut state = LeaseState { lease_until: None, asked_at: Some(at(0)) };
            let (mut updated, mut sent) = (0, 0);
            for (minute, (some_wait, is_made)) in (1..).zip(rounds) {
                if is_made {
                    (updated, sent) = (minute, 0);
                }
                let (since, now) = (at(updated), at(minute));
                let is_lost = match Patience::new(some_wait, MINUTE) {
                    Patience::Short(wait) if of_parts => {
                        state.is_part_lost(TranscodePart::Sound, None, since, wait, now)
                    }
                    patience => state.is_lost(Processing, since, patience, now),
                };
                if is_lost {
                    let last = state.asked_at.replace(now).unwrap();
                    prop_assert!(now.since(last) >= MINUTE * 2);
                    sent += 1;
                }
                // At once, after 2, 4, 8, 16, 32 and 64 minutes, then once an hour.
                prop_assert!(sent <= 6 + (minute - updated) / 60, "{sent} in {minute}");
            }
        }
    }
}

//! Limits: of what runs at once, and of what begins in a minute.

use std::collections::VecDeque;

use super::model::Micros;

/// So many at once, and no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AtOnce {
    most: usize,
    running: usize,
    /// The most that ran at once.
    pub(super) peak: usize,
    /// How often there was no place.
    pub(super) refused: u64,
    /// The time that all of them ran, together.
    pub(super) busy: u128,
    changed: Micros,
}

impl AtOnce {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            running: 0,
            peak: 0,
            refused: 0,
            busy: 0,
            changed: 0,
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.running >= self.most
    }

    #[cfg(test)]
    pub(super) fn is_idle(&self) -> bool {
        self.running == 0
    }

    /// Takes a place, if there is one.
    pub(super) fn take(&mut self, now: Micros) -> bool {
        if self.is_full() {
            self.refused += 1;
            return false;
        }
        self.reckon(now);
        self.running += 1;
        self.peak = self.peak.max(self.running);
        true
    }

    /// Gives one back.
    pub(super) fn give_back(&mut self, now: Micros) {
        self.reckon(now);
        self.running -= 1;
    }

    fn reckon(&mut self, now: Micros) {
        self.busy += u128::from(now - self.changed) * self.running as u128;
        self.changed = now;
    }
}

/// So many in any minute, and no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EachMinute {
    most: usize,
    begun: VecDeque<Micros>,
    /// The most in a minute.
    pub(super) peak: usize,
    /// How often there was no place.
    pub(super) refused: u64,
}

const MINUTE: Micros = 60_000_000;

impl EachMinute {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            begun: VecDeque::new(),
            peak: 0,
            refused: 0,
        }
    }

    /// Takes a place in the minute that ends now, if there is one.
    pub(super) fn take(&mut self, now: Micros) -> bool {
        while self
            .begun
            .front()
            .is_some_and(|begun| begun + MINUTE <= now)
        {
            self.begun.pop_front();
        }
        if self.begun.len() >= self.most {
            self.refused += 1;
            return false;
        }
        self.begun.push_back(now);
        self.peak = self.peak.max(self.begun.len());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_minute_has_more_than_its_limit(
            most in 1_usize..20,
            gaps in prop::collection::vec(0_u64..20_000_000, 1..200),
        ) {
            let mut limit = EachMinute::new(most);
            let (mut now, mut taken) = (0, Vec::new());
            for gap in gaps {
                now += gap;
                if limit.take(now) {
                    taken.push(now);
                }
            }
            for from in &taken {
                let within = taken.iter().filter(|at| (*from..from + MINUTE).contains(at));
                prop_assert!(within.count() <= most);
            }
            prop_assert!(limit.peak <= most);
        }
    }

    #[test]
    fn a_minute_later_there_is_a_place_again() {
        let mut limit = EachMinute::new(1);
        assert!(limit.take(0));
        assert!(!limit.take(MINUTE - 1));
        assert!(limit.take(MINUTE));
        assert_eq!(limit.refused, 1);
    }

    #[test]
    fn what_is_given_back_can_be_taken_and_its_time_is_counted() {
        let mut limit = AtOnce::new(2);
        assert!(limit.take(0) && limit.take(10) && !limit.take(10));
        limit.give_back(20);
        assert!(limit.take(20));
        limit.give_back(30);
        limit.give_back(30);
        assert!(limit.is_idle());
        assert_eq!((limit.peak, limit.refused, limit.busy), (2, 1, 50));
    }
}

//! Whose turn it is to ask the provider, when more waits than it takes in a minute (D44).
//!
//! Users take turns by virtual time (start-time fair queueing; Goyal, Vin and Cheng, 1996): what
//! a user asks for is due one step after what the same user asked for before it, and not before
//! what was let in last. What is due first goes first, so that one user's twelfth scene keeps no
//! other's first waiting. How many go in a minute is one budget for the whole installation,
//! kept as the time at which the next one is expected (the generic cell rate algorithm of ITU-T
//! I.371): the provider's limit is not found out by failing.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// How long something that waits may say nothing before its place is given up: its job has
/// ended, or its function was killed.
const LONGEST_SILENCE: Duration = Duration::from_secs(45);
/// How often its place is noted anew.
const NOTED_EVERY: Duration = Duration::from_secs(15);
/// How many wait in the list. What comes beyond is not listed and comes again.
const LONGEST_LIST: usize = 200;
/// Of so many users it is remembered when their next one is due; beyond that it is forgotten,
/// and each may be a turn ahead.
const MOST_USERS: usize = 1_000;

/// How many predictions may be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// In a minute; at least one.
    pub per_minute: u32,
}

impl Budget {
    fn interval_ms(self) -> i64 {
        60_000 / i64::from(self.per_minute.max(1))
    }

    /// How many may go at once after a pause: what six seconds bring.
    fn burst(self) -> i64 {
        i64::from(self.per_minute / 10).max(1)
    }
}

/// Whether something may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// At once; it is counted.
    Now,
    /// It comes again.
    Later {
        /// How many go before it.
        ahead: usize,
    },
}

/// Something that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Waiting {
    due: u64,
    since: Time,
    noted: Time,
}

/// Everything that waits, and what went before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Turns {
    /// When the last one that was let in was due.
    reached: u64,
    /// When each user's next one is due, where that is not yet reached.
    next_due: BTreeMap<String, u64>,
    /// By the name of what waits.
    waiting: BTreeMap<String, Waiting>,
    /// When the next one is expected, if it comes at the budget's rate.
    expected: Option<Time>,
}

impl Turns {
    /// Asks whether `unit`, which `user` wants, may go; it waits in the list otherwise.
    pub fn ask(&mut self, user: &str, unit: &str, budget: Budget, now: Time) -> Turn {
        self.forget_silent(now);
        self.forget_users();
        let own = self.waiting.get(unit).cloned();
        let own = own.unwrap_or_else(|| Waiting {
            due: self.next_due_of(user),
            since: now,
            noted: now,
        });
        let ahead = self.ahead_of(unit, &own);
        if ahead < self.free(budget, now) {
            self.let_in(user, unit, own.due, budget, now);
            return Turn::Now;
        }
        self.note(user, unit, own, now);
        Turn::Later { ahead }
    }

    /// Everything that waits and whose name begins so, with how many go before it.
    pub fn places(mut self, beginning: &str, now: Time) -> Vec<(String, usize)> {
        self.forget_silent(now);
        let waiting = self.waiting.iter();
        let wanted = waiting.filter(|(unit, _)| unit.starts_with(beginning));
        wanted
            .map(|(unit, own)| (unit.clone(), self.ahead_of(unit, own)))
            .collect()
    }

    fn forget_silent(&mut self, now: Time) {
        self.waiting
            .retain(|_, waiting| now.since(waiting.noted) <= LONGEST_SILENCE);
    }

    fn next_due_of(&self, user: &str) -> u64 {
        let next = self.next_due.get(user).copied();
        next.unwrap_or_default().max(self.reached)
    }

    fn ahead_of(&self, unit: &str, own: &Waiting) -> usize {
        let place = (own.due, own.since, unit);
        let is_ahead = |(name, other): &(&String, &Waiting)| {
            *name != unit && (other.due, other.since, name.as_str()) < place
        };
        self.waiting.iter().filter(is_ahead).count()
    }

    /// How many may go now.
    fn free(&self, budget: Budget, now: Time) -> usize {
        let (interval, now) = (budget.interval_ms(), now.as_millisecond());
        let expected = self.expected.map_or(now, Time::as_millisecond).max(now);
        let early = (budget.burst() - 1) * interval;
        let room = now + early - expected;
        match room {
            0.. => usize::try_from(room / interval + 1).unwrap_or(usize::MAX),
            _ => 0,
        }
    }

    fn let_in(&mut self, user: &str, unit: &str, due: u64, budget: Budget, now: Time) {
        if self.waiting.remove(unit).is_none() {
            self.next_due.insert(user.to_owned(), due + 1);
        }
        self.reached = self.reached.max(due);
        let interval = Duration::from_millis(budget.interval_ms().unsigned_abs());
        let expected = self.expected.map_or(now, |expected| expected.max(now));
        self.expected = Some(expected.after(interval));
    }

    /// Where nothing waits, no user's earlier requests make the next one due later.
    fn forget_users(&mut self) {
        let reached = self.reached;
        self.next_due.retain(|_, next| *next > reached);
        if self.waiting.is_empty() || self.next_due.len() > MOST_USERS {
            self.next_due.clear();
        }
    }

    fn note(&mut self, user: &str, unit: &str, own: Waiting, now: Time) {
        if let Some(listed) = self.waiting.get_mut(unit) {
            if now.since(listed.noted) >= NOTED_EVERY {
                listed.noted = now;
            }
            return;
        }
        if self.waiting.len() < LONGEST_LIST {
            self.next_due.insert(user.to_owned(), own.due + 1);
            self.waiting.insert(unit.to_owned(), own);
        }
    }
}

#[cfg(test)]
mod tests;

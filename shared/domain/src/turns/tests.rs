use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const ONE_A_SECOND: Budget = Budget { per_minute: 60 };

fn at(seconds: i64) -> Time {
    Time::from_millisecond(1_795_176_000_000 + seconds * 1000)
}

#[test]
fn within_the_budget_nobody_waits() {
    let mut turns = Turns::default();
    for unit in 0..600 {
        let now = at(unit);
        let turn = turns.ask("user", &unit.to_string(), ONE_A_SECOND, now);
        assert_eq!(turn, Turn::Now, "{unit}");
    }
    assert!(turns.waiting.is_empty());
}

#[test]
fn users_who_do_not_wait_are_not_remembered() {
    let mut turns = Turns::default();
    for user in 0..2_000 {
        turns.ask(&user.to_string(), "unit", ONE_A_SECOND, at(user));
    }
    assert_eq!(turns.next_due.len(), 1);
    // Something always waits from here on.
    for user in 0..3_000 {
        let (name, now) = (user.to_string(), at(2_000 + user));
        turns.ask(&name, &format!("{user}/a"), ONE_A_SECOND, now);
        turns.ask(&name, &format!("{user}/b"), ONE_A_SECOND, now);
    }
    assert!(
        turns.next_due.len() <= MOST_USERS + 1,
        "{}",
        turns.next_due.len()
    );
}

#[test]
fn no_more_go_at_once_than_six_seconds_bring() {
    let mut turns = Turns::default();
    let answers: Vec<Turn> = (0..8)
        .map(|unit| turns.ask("user", &unit.to_string(), ONE_A_SECOND, at(0)))
        .collect();
    let later = |ahead| Turn::Later { ahead };
    assert_eq!(answers[..6], [Turn::Now; 6]);
    assert_eq!(answers[6..], [later(0), later(1)]);
    // A second later there is room for the one, not for the other.
    assert_eq!(turns.ask("user", "7", ONE_A_SECOND, at(1)), later(1));
    assert_eq!(turns.ask("user", "6", ONE_A_SECOND, at(1)), Turn::Now);
    assert_eq!(turns.ask("user", "7", ONE_A_SECOND, at(1)), later(0));
}

#[test]
fn a_place_in_the_list_is_how_many_go_before() {
    let mut turns = Turns::default();
    let one_a_minute = Budget { per_minute: 1 };
    for unit in ["a/0", "a/1", "a/2"] {
        turns.ask("first", unit, one_a_minute, at(0));
    }
    turns.ask("second", "b/1", one_a_minute, at(1));
    let place = |beginning, seconds| turns.clone().places(beginning, at(seconds));
    let of = |unit: &str, ahead| (unit.to_owned(), ahead);
    assert_eq!(place("a/", 2), [of("a/1", 0), of("a/2", 2)]);
    assert_eq!(place("b/", 2), [of("b/1", 1)]);
    assert_eq!(place("c/", 2), []);
    // Who says nothing for long waits no longer.
    assert_eq!(place("b/", 46), [of("b/1", 0)]);
    assert_eq!(place("b/", 47), []);
}

#[test]
fn who_comes_late_does_not_wait_for_all_scenes_of_another() {
    let mut turns = Turns::default();
    for unit in 0..20 {
        turns.ask("many", &format!("many/{unit:02}"), ONE_A_SECOND, at(0));
    }
    // One of the fourteen that wait is before it, and from then on they take turns.
    let first = turns.ask("one", "one/00", ONE_A_SECOND, at(0));
    assert_eq!(first, Turn::Later { ahead: 1 });
    let second = turns.ask("one", "one/01", ONE_A_SECOND, at(0));
    assert_eq!(second, Turn::Later { ahead: 3 });
}

#[test]
fn what_is_silent_gives_its_place_up() {
    let mut turns = Turns::default();
    for unit in 0..8 {
        turns.ask("user", &unit.to_string(), ONE_A_SECOND, at(0));
    }
    let late = at(46);
    for unit in 10..16 {
        let turn = turns.ask("user", &unit.to_string(), ONE_A_SECOND, late);
        assert_eq!(turn, Turn::Now, "{unit}");
    }
}

#[test]
fn the_list_is_no_longer_than_it_may_be() {
    let mut turns = Turns::default();
    for unit in 0..300 {
        turns.ask("user", &unit.to_string(), ONE_A_SECOND, at(0));
    }
    assert_eq!(turns.waiting.len(), LONGEST_LIST);
}

#[test]
fn a_place_is_not_noted_at_every_question() {
    let mut turns = Turns::default();
    for unit in 0..7 {
        turns.ask("user", &unit.to_string(), ONE_A_SECOND, at(0));
    }
    let slow = Budget { per_minute: 1 };
    let before = turns.clone();
    turns.ask("user", "6", slow, at(5));
    assert_eq!(turns, before);
    turns.ask("user", "6", slow, at(20));
    assert_ne!(turns, before);
}

/// What a unit saw while it waited.
#[derive(Debug)]
struct Wait {
    user: u8,
    /// How many of its own user's waited when it came, itself among them.
    place: usize,
    /// How many of each other user went meanwhile.
    others: BTreeMap<u8, usize>,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    /// A user's n-th unit waits for no more than n of every other user's, and one more, or what
    /// may go at once.
    #[test]
    fn nobody_waits_longer_than_a_fair_share_and_one_unit(
        arrivals in prop::collection::vec((0u8..5, 0usize..4), 1..40),
        per_minute in prop::sample::select(vec![1u32, 6, 60]),
        order in any::<prop::sample::Index>(),
    ) {
        let budget = Budget { per_minute };
        let mut turns = Turns::default();
        let mut waits: BTreeMap<String, Wait> = BTreeMap::new();
        let mut arrivals = arrivals.into_iter().enumerate();
        // Everybody asks twice while one may go.
        let pause = (30 / i64::from(per_minute)).max(1);
        let mut second = 0;
        loop {
            if let Some((number, (user, count))) = arrivals.next() {
                let place = waits.values().filter(|wait| wait.user == user).count() + count;
                for unit in 0..count {
                    let wait = Wait { user, place, others: BTreeMap::new() };
                    waits.insert(format!("{number:02}/{unit}"), wait);
                }
            } else if waits.is_empty() {
                break;
            }
            prop_assert!(second < 100_000, "it does not end: {waits:?}");
            // Everything that waits asks, in some order.
            let mut units: Vec<String> = waits.keys().cloned().collect();
            let first = if units.is_empty() { 0 } else { order.index(units.len()) };
            units.rotate_left(first);
            for unit in units {
                let user = waits[&unit].user;
                if turns.ask(&user.to_string(), &unit, budget, at(second)) != Turn::Now {
                    continue;
                }
                let gone = waits.remove(&unit).expect("it waited");
                let most = gone.place + (per_minute as usize / 10).max(1);
                for (other, count) in gone.others {
                    prop_assert!(count <= most, "{unit}: {count} of {other}'s");
                }
                for wait in waits.values_mut().filter(|wait| wait.user != user) {
                    *wait.others.entry(user).or_default() += 1;
                }
            }
            second += pause;
        }
    }

    /// In any minute no more go than the budget and one burst.
    #[test]
    fn the_budget_holds_in_every_minute(
        steps in prop::collection::vec((0i64..30, 0u8..3, 1usize..9), 1..80),
        per_minute in 1u32..120,
    ) {
        let budget = Budget { per_minute };
        let mut turns = Turns::default();
        let (mut second, mut gone) = (0, Vec::new());
        for (number, (pause, user, count)) in steps.into_iter().enumerate() {
            second += pause;
            for unit in 0..count {
                let unit = format!("{number}/{unit}");
                if turns.ask(&user.to_string(), &unit, budget, at(second)) == Turn::Now {
                    gone.push(second);
                }
            }
        }
        let most = usize::try_from(per_minute + per_minute / 10 + 1).expect("it is small");
        for from in &gone {
            let minute = *from..*from + 60;
            let count = gone.iter().filter(|second| minute.contains(second)).count();
            prop_assert!(count <= most, "{count} in a minute of {per_minute}");
        }
    }
}

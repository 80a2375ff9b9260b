//! The retry rules of the shipped state machine.

use anyhow::{Context, Result};
use serde_json::Value;

use super::model::{Micros, micros};

const DEFINITION: &str = include_str!("../../../../../statemachine/generate-video.asl.json");
/// A task that calls a function and the provider. Its rules are those of the others.
const TASK: &str = "Generate Scene";

/// When a task is tried again after some error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    interval: f64,
    rate: f64,
    /// The longest wait, in seconds.
    longest: f64,
    /// How often, at most.
    attempts: u32,
}

impl Rule {
    /// The state machine's, when all of Lambda's concurrency is taken.
    pub(super) fn of_functions() -> Result<Self> {
        Self::of("Lambda.TooManyRequestsException")
    }

    /// The state machine's, when a scene's turn has not come.
    pub(super) fn of_turns() -> Result<Self> {
        Self::of("TurnNotCome")
    }

    /// Of a webhook whose function finds no place: the provider sends it again for a minute,
    /// then the reconciler looks each minute.
    pub(super) fn of_webhooks() -> Self {
        Self {
            interval: 2.0,
            rate: 2.0,
            longest: 60.0,
            attempts: u32::MAX,
        }
    }

    fn of(error: &str) -> Result<Self> {
        let definition: Value = serde_json::from_str(DEFINITION)?;
        let state = find(&definition, TASK).context("no such state")?;
        let rules = state["Retry"].as_array().into_iter().flatten();
        let names = |rule: &&Value| {
            let names = rule["ErrorEquals"].as_array();
            names.is_some_and(|names| names.iter().any(|name| name == error))
        };
        let rule = rules.into_iter().find(names).context("no such rule")?;
        let number = |name: &str| rule[name].as_f64().with_context(|| format!("no {name}"));
        Ok(Self {
            interval: number("IntervalSeconds")?,
            rate: number("BackoffRate")?,
            longest: rule["MaxDelaySeconds"].as_f64().unwrap_or(f64::MAX),
            attempts: number("MaxAttempts")? as u32,
        })
    }

    /// How long the next try waits after so many, with full jitter; none when it is given up.
    pub(super) fn wait(&self, tries: u32, random: &mut fastrand::Rng) -> Option<Micros> {
        if tries >= self.attempts {
            return None;
        }
        let exponent = i32::try_from(tries.min(30)).unwrap_or(30);
        let longest = (self.interval * self.rate.powi(exponent)).min(self.longest);
        Some(micros(longest * random.f64()))
    }
}

fn find<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Object(fields) => {
            let here = fields.get("States").and_then(|states| states.get(name));
            here.or_else(|| fields.values().find_map(|value| find(value, name)))
        }
        Value::Array(values) => values.iter().find_map(|value| find(value, name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_are_the_state_machines() {
        let functions = Rule::of_functions().unwrap();
        assert_eq!((functions.attempts, functions.longest), (9, 60.0));
        let turns = Rule::of_turns().unwrap();
        assert_eq!(
            (turns.attempts, turns.interval, turns.rate),
            (240, 10.0, 1.0)
        );
        assert!(Rule::of("NoSuchError").is_err());
    }

    #[test]
    fn a_wait_is_never_longer_than_the_rule_says_and_ends() {
        let rule = Rule::of_functions().unwrap();
        let mut random = fastrand::Rng::with_seed(7);
        for tries in 0..9 {
            let longest = micros((2.0 * f64::from(1 << tries)).min(60.0));
            assert!(rule.wait(tries, &mut random).unwrap() <= longest);
        }
        assert_eq!(rule.wait(9, &mut random), None);
    }
}

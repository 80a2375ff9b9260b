//! The retry rules of the shipped state machine.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

static DEFINITION: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../../../statemachine/generate-video.asl.json");
    serde_json::from_str(text).unwrap()
});

/// The retry rules of one task.
#[derive(Debug, Clone)]
pub(super) struct Retries {
    rules: Vec<Value>,
    used: HashMap<usize, u64>,
    /// Seconds until the task times out.
    pub(super) time_limit: u64,
}

impl Retries {
    /// Those of the task of that name, wherever it stands.
    pub(super) fn of(task: &str) -> Self {
        let state = find(&DEFINITION, task).unwrap_or_else(|| panic!("no state {task}"));
        let rules = state["Retry"].as_array().cloned();
        Self {
            rules: rules.unwrap_or_default(),
            used: HashMap::new(),
            time_limit: state["TimeoutSeconds"].as_u64().unwrap(),
        }
    }

    /// In how many seconds the task is tried again after an error; `None` when it
    /// is given up.
    pub(super) fn next(&mut self, error: &str, random: &mut fastrand::Rng) -> Option<f64> {
        let index = self.rules.iter().position(|rule| names(rule, error))?;
        let rule = &self.rules[index];
        let used = self.used.entry(index).or_default();
        if *used >= rule["MaxAttempts"].as_u64().unwrap_or(3) {
            return None;
        }
        let interval = rule["IntervalSeconds"].as_f64().unwrap_or(1.0);
        let rate = rule["BackoffRate"].as_f64().unwrap_or(2.0);
        let delay = interval * rate.powf(*used as f64);
        let delay = delay.min(rule["MaxDelaySeconds"].as_f64().unwrap_or(f64::MAX));
        *used += 1;
        Some(match rule["JitterStrategy"].as_str() {
            Some("FULL") => delay * random.f64(),
            _ => delay,
        })
    }
}

/// `States.ALL` matches whatever is left.
fn names(rule: &Value, error: &str) -> bool {
    let names = rule["ErrorEquals"].as_array().into_iter().flatten();
    names
        .filter_map(Value::as_str)
        .any(|name| name == error || name == "States.ALL")
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

//! Several addresses under load, taking turns, with the DynamoDB calls that a request makes.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::bench::load::{Load, Measured, round};
use crate::workspace::Workspace;

/// How the launcher writes a DynamoDB call into its log.
const CALL: &str = "[dynamodb.calls] ";

/// Loads the addresses `rounds` times in turns, so that a busy moment hits all alike, and
/// counts calls.
pub(super) fn load(
    workspace: &Workspace,
    rounds: usize,
    loads: &[(&'static str, Load)],
) -> Result<Vec<Rounds>> {
    let mut measured: Vec<Rounds> = loads.iter().map(|(name, _)| Rounds::of(name)).collect();
    for _ in 0..rounds {
        for ((_, load), rounds) in loads.iter().zip(&mut measured) {
            let before = logged(workspace)?;
            rounds.runs.push(load.run()?);
            for (call, count) in logged(workspace)? {
                let earlier = before.get(&call).copied().unwrap_or_default();
                *rounds.calls.entry(call).or_default() += count - earlier;
            }
        }
    }
    Ok(measured)
}

/// What was measured of one address in all rounds.
#[derive(Debug)]
pub(super) struct Rounds {
    /// What the address is called in the figures.
    name: &'static str,
    runs: Vec<Measured>,
    calls: BTreeMap<String, usize>,
}

impl Rounds {
    fn of(name: &'static str) -> Self {
        Self {
            name,
            runs: Vec::new(),
            calls: BTreeMap::new(),
        }
    }

    /// The round with the median rate.
    fn median(&self) -> Option<&Measured> {
        let mut runs: Vec<&Measured> = self.runs.iter().collect();
        runs.sort_by(|one, other| one.rate().total_cmp(&other.rate()));
        runs.get(runs.len() / 2).copied()
    }

    /// DynamoDB calls for each request, by operation and table.
    fn calls_per_request(&self) -> Value {
        let requests: usize = self.runs.iter().map(Measured::requests).sum();
        self.calls
            .iter()
            .map(|(call, count)| (call.clone(), round(*count as f64 / requests.max(1) as f64)))
            // Below that it is the reconciler's own work, once a minute.
            .filter(|(_, count)| *count >= 0.05)
            .map(|(call, count)| (call, Value::from(count)))
            .collect::<serde_json::Map<String, Value>>()
            .into()
    }
}

/// Each address in ratios to the first one, which is the yardstick.
pub(super) fn figures(measured: &[Rounds]) -> serde_json::Map<String, Value> {
    let hello = measured.first().and_then(Rounds::median);
    let mut figures = serde_json::Map::new();
    for rounds in measured {
        let (Some(run), Some(hello)) = (rounds.median(), hello) else {
            continue;
        };
        let mut line = run.figures();
        line["rateRatio"] = json!(round(run.rate() / hello.rate()));
        line["p50Ratio"] = json!(round(run.percentile(0.5) / hello.percentile(0.5)));
        line["p99Ratio"] = json!(round(run.percentile(0.99) / hello.percentile(0.99)));
        line["dynamoDbCallsPerRequest"] = rounds.calls_per_request();
        figures.insert(rounds.name.to_owned(), line);
    }
    figures
}

/// DynamoDB calls for each request of each address.
pub(super) fn calls(measured: &[Rounds]) -> serde_json::Map<String, Value> {
    measured
        .iter()
        .map(|rounds| (rounds.name.to_owned(), rounds.calls_per_request()))
        .collect()
}

/// How often each DynamoDB call stands in the launcher's log.
fn logged(workspace: &Workspace) -> Result<BTreeMap<String, usize>> {
    let log = fs::read_to_string(workspace.local("logs/emulator.log"))
        .context("the log of the local cloud is missing")?;
    let mut calls = BTreeMap::new();
    for line in log.lines() {
        if let Some((_, call)) = line.split_once(CALL) {
            *calls.entry(call.to_owned()).or_default() += 1;
        }
    }
    Ok(calls)
}

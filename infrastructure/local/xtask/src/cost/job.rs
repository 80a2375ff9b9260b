//! What a film cost, from its job's ledger and the one price table.

use anyhow::Result;
use contract::Job;
use devcloud::Api;
use devcloud::users::Name;
use domain::prices::{self, CostKind, LedgerEntry};

use crate::cloud;
use crate::http::wait;
use crate::say;
use crate::workspace::Workspace;

/// Prints the bill of a job.
pub(crate) fn run(workspace: &Workspace, job: &str, user: Name) -> Result<()> {
    let stack = cloud::stack(workspace)?;
    let api = wait(Api::of(&stack, user))?;
    let job = wait(api.job(job))?;
    for line in bill(&job) {
        say::result(&line);
    }
    Ok(())
}

fn bill(job: &Job) -> Vec<String> {
    let mut lines = vec![row(
        "step",
        "paid for",
        "seconds",
        "predicted $",
        "actual $",
    )];
    let ledger = job.ledger.as_deref().unwrap_or_default();
    lines.extend(ledger.iter().map(entry_row));
    let overhead = overhead_nano_usd(job);
    lines.push(row(
        "overhead",
        "workflow, short functions, rest",
        "",
        &dollars(overhead),
        "",
    ));
    let sum = |kind: CostKind| -> (u64, u64) {
        ledger.iter().filter(|entry| entry.kind == kind).fold(
            (0, 0),
            |(predicted, actual), entry| {
                (predicted + entry.predicted_nano_usd, actual + known(entry))
            },
        )
    };
    let (models, compute) = (sum(CostKind::Model), sum(CostKind::Compute));
    lines.push(total_row("models", models));
    lines.push(total_row(
        "AWS",
        (compute.0 + overhead, compute.1 + overhead),
    ));
    lines.push(total_row(
        "in all",
        (
            models.0 + compute.0 + overhead,
            models.1 + compute.1 + overhead,
        ),
    ));
    lines
}

/// What is not yet known counts as predicted.
fn known(entry: &LedgerEntry) -> u64 {
    entry.actual_nano_usd.unwrap_or(entry.predicted_nano_usd)
}

fn overhead_nano_usd(job: &Job) -> u64 {
    let lines = prices::overhead(job.scene_count, job.audio.wants_music());
    prices::at_list_price(&lines).round() as u64
}

fn entry_row(entry: &LedgerEntry) -> String {
    row(
        &entry.step,
        &entry.item,
        &entry
            .seconds
            .map(|seconds| format!("{seconds:.1}"))
            .unwrap_or_default(),
        &dollars(entry.predicted_nano_usd),
        &entry.actual_nano_usd.map(dollars).unwrap_or_default(),
    )
}

fn total_row(name: &str, (predicted, actual): (u64, u64)) -> String {
    row(name, "", "", &dollars(predicted), &dollars(actual))
}

fn row(step: &str, item: &str, seconds: &str, predicted: &str, actual: &str) -> String {
    format!("{step:<28.28} {item:<34.34} {seconds:>8} {predicted:>12} {actual:>12}")
}

fn dollars(nano_usd: u64) -> String {
    format!("{:.6}", prices::usd(nano_usd))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_the_sum_of_its_lines() {
        let ledger = serde_json::json!([
            {"step": "scene-001#1", "kind": "model", "item": "a/model",
             "predictedNanoUsd": 300_000_000, "actualNanoUsd": 250_000_000, "seconds": 4.0},
            {"step": "compose#1", "kind": "compute", "item": "composer",
             "predictedNanoUsd": 1_000_000},
        ]);
        let job = Job {
            scene_count: 1,
            ledger: Some(serde_json::from_value(ledger).expect("a ledger")),
            ..crate::sample_job()
        };
        let overhead = overhead_nano_usd(&job);
        let lines = bill(&job);
        let last = lines.last().expect("a total");
        assert!(last.contains(&dollars(301_000_000 + overhead)), "{last}");
        assert!(last.contains(&dollars(251_000_000 + overhead)), "{last}");
    }
}

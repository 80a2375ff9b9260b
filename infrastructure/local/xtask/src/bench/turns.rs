//! Functions and their yardsticks under load, taking turns.

use anyhow::Result;
use serde_json::{Value, json};

use crate::bench::load::{Load, Measured, round};

/// A route's address, and the bare function's that makes the same calls.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    /// Ours.
    pub(super) ours: Load,
    /// The yardstick.
    pub(super) bare: Load,
}

/// The median rounds of a pair.
#[derive(Debug, Clone)]
pub(super) struct Rates {
    ours: Measured,
    bare: Measured,
}

impl Rates {
    /// Requests a second against the bare function's.
    pub(super) fn ratio(&self) -> f64 {
        self.ours.rate() / self.bare.rate()
    }

    /// The figures of a route.
    pub(super) fn figures(&self) -> Value {
        let (ours, bare) = (&self.ours, &self.bare);
        let mut figures = ours.figures();
        figures["bareRequestsPerSecond"] = json!(round(bare.rate()));
        figures["rateRatio"] = json!(round(self.ratio()));
        figures["p50Ratio"] = json!(round(ours.percentile(0.5) / bare.percentile(0.5)));
        figures["p99Ratio"] = json!(round(ours.percentile(0.99) / bare.percentile(0.99)));
        figures
    }
}

/// Loads each pair `rounds` times, in an odd number of turns, so that a busy moment hits
/// all alike; the rounds of the median rates.
pub(super) fn load(rounds: usize, pairs: &[Pair]) -> Result<Vec<Rates>> {
    let mut runs = vec![(Vec::new(), Vec::new()); pairs.len()];
    for _ in 0..rounds {
        for (pair, (ours, bare)) in pairs.iter().zip(&mut runs) {
            ours.push(pair.ours.run()?);
            bare.push(pair.bare.run()?);
        }
    }
    let rates = runs.into_iter().filter_map(|(ours, bare)| {
        Some(Rates {
            ours: median(ours)?,
            bare: median(bare)?,
        })
    });
    Ok(rates.collect())
}

fn median(mut runs: Vec<Measured>) -> Option<Measured> {
    runs.sort_by(|one, other| one.rate().total_cmp(&other.rate()));
    let middle = runs.len() / 2;
    runs.into_iter().nth(middle)
}

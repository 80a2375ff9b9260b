//! What a film costs, as its owner reads it.

use contract::{Cost, CostStep};
use domain::attempt::Target;
use store::JobRecord;

use crate::quote::{Price, is_made, total};

/// What it is expected to cost, by its parts.
pub fn cost(prices: &[Price]) -> Cost {
    let steps = prices.iter().map(|price| CostStep {
        step: price.target.to_string(),
        model: price.model.clone(),
        nano_usd: price.nano_usd,
    });
    Cost {
        nano_usd: total(prices),
        steps: steps.collect(),
    }
}

/// The parts that are there.
pub fn kept(record: &JobRecord) -> Vec<String> {
    let scenes = record.scenes.iter().map(|scene| Target::Scene(scene.index));
    let parts = scenes.chain([Target::Soundtrack]);
    let kept = parts.filter(|target| is_made(record, *target));
    kept.map(|target| target.to_string()).collect()
}

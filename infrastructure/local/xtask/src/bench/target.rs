//! What the figures of a benchmark are to be.

use std::fmt;

use serde_json::{Value, json};

use crate::bench::load::round;
use crate::say;

/// Where a figure has to stay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Bound {
    /// There, or above.
    AtLeast(f64),
    /// There, or below.
    AtMost(f64),
}

impl Bound {
    fn holds(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(bound) => figure >= bound,
            Self::AtMost(bound) => figure <= bound,
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(bound) => write!(formatter, "≥ {bound}"),
            Self::AtMost(bound) => write!(formatter, "≤ {bound}"),
        }
    }
}

/// A figure, and where it has to stay.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// What was measured.
    pub(super) what: String,
    /// The figure.
    pub(super) figure: f64,
    /// Where it has to stay.
    pub(super) bound: Bound,
}

impl Target {
    /// A target for a figure.
    pub(super) fn new(what: impl Into<String>, figure: f64, bound: Bound) -> Self {
        Self {
            what: what.into(),
            figure,
            bound,
        }
    }

    fn is_met(&self) -> bool {
        self.bound.holds(self.figure)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missed = if self.is_met() { "" } else { ", missed" };
        let (what, figure) = (&self.what, round(self.figure));
        write!(formatter, "{what}: {figure} ({}{missed})", self.bound)
    }
}

/// Says what came of each target, and adds them to the figures.
pub(super) fn judge(figures: &mut Value, targets: &[Target]) {
    for target in targets {
        say::note(&format!("  {target}"));
    }
    let lines = targets.iter().map(|target| {
        json!({
            "what": target.what,
            "figure": round(target.figure),
            "target": target.bound.to_string(),
            "isMet": target.is_met(),
        })
    });
    figures["targets"] = lines.collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_missed_is_named() {
        let said = |figure, bound| Target::new("rate", figure, bound).to_string();
        assert_eq!(said(0.9, Bound::AtLeast(0.9)), "rate: 0.9 (≥ 0.9)");
        assert_eq!(said(0.5, Bound::AtLeast(0.9)), "rate: 0.5 (≥ 0.9, missed)");
        assert_eq!(said(2.0, Bound::AtMost(2.0)), "rate: 2 (≤ 2)");
        assert_eq!(said(4.0, Bound::AtMost(2.0)), "rate: 4 (≤ 2, missed)");
        // What rounds to the target has not met it.
        assert_eq!(said(2.001, Bound::AtMost(2.0)), "rate: 2 (≤ 2, missed)");
    }

    #[test]
    fn the_figures_tell_which_targets_are_met() {
        let mut figures = json!({"bench": "api"});
        let targets = [Target::new("rate", 0.5, Bound::AtLeast(0.9))];
        judge(&mut figures, &targets);
        let expected = json!([
            {"what": "rate", "figure": 0.5, "target": "≥ 0.9", "isMet": false}
        ]);
        assert_eq!(figures["targets"], expected);
    }
}

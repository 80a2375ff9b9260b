//! `compose`, `ladder` and `fanout`: what FFmpeg's work costs, by examples of the crate `media`,
//! and what each of their figures is to be.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::example;
use super::target::{self, Bound, Target};

/// A benchmark of FFmpeg's work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Benchmark {
    /// The example that measures.
    example: &'static str,
    /// What is wanted of its figures: what they are, where they stand, where they have to stay.
    wanted: &'static [(&'static str, &'static str, Bound)],
}

/// What composing a film costs against one filter chain over all of it, with the same encoder
/// settings, and at what VMAF; takes a quarter of an hour.
pub(super) const COMPOSE: Benchmark = Benchmark {
    example: "compose_bench",
    wanted: &[
        (
            "CPU of composing against one chain",
            "/cpuRatio",
            Bound::AtMost(0.30),
        ),
        (
            "CPU with the preparation",
            "/cpuRatioWithPreparation",
            Bound::AtMost(1.10),
        ),
        (
            "peak memory against one chain",
            "/peakMemoryRatio",
            Bound::AtMost(0.30),
        ),
        (
            "MB of memory at the peak",
            "/peakMegabytes/compose",
            Bound::AtMost(450.0),
        ),
        (
            "bytes against one chain",
            "/bytesRatio",
            Bound::AtMost(1.05),
        ),
        ("VMAF above one chain's", "/vmafGain", Bound::AtLeast(0.0)),
        (
            "VMAF of the transitions above one chain's",
            "/vmafGainOfTransitions",
            Bound::AtLeast(0.0),
        ),
    ],
};

/// What all outputs of an upload cost against a separate FFmpeg for each and against the bare
/// encoders, at what VMAF, and what segments cost; takes half an hour.
pub(super) const LADDER: Benchmark = Benchmark {
    example: "ladder_bench",
    wanted: &[
        (
            "CPU against one FFmpeg for each output",
            "/cpuAgainstSeparate",
            Bound::AtMost(0.92),
        ),
        (
            "CPU against bare encodes at medium",
            "/cpuAgainstBareMedium",
            Bound::AtMost(1.15),
        ),
        (
            "CPU against bare encodes at our settings",
            "/cpuAgainstBareSameSettings",
            Bound::AtMost(1.10),
        ),
        (
            "VMAF of 1080p above a separate FFmpeg's",
            "/vmafGain/0",
            Bound::AtLeast(-0.3),
        ),
        (
            "VMAF of 720p above a separate FFmpeg's",
            "/vmafGain/1",
            Bound::AtLeast(-0.3),
        ),
        (
            "VMAF of 480p above a separate FFmpeg's",
            "/vmafGain/2",
            Bound::AtLeast(-0.3),
        ),
    ],
};

/// What the parts of a transcode by many workers cost against one piece, and how long an hour
/// takes them; a quarter of an hour.
pub(super) const FANOUT: Benchmark = Benchmark {
    example: "fanout_bench",
    wanted: &[
        (
            "CPU against one piece",
            "/cpuAgainstOnePiece",
            Bound::AtMost(1.06),
        ),
        (
            "two workers against one",
            "/twoWorkersAgainstOne",
            Bound::AtLeast(1.7),
        ),
        (
            "seconds of an hour by 64 functions of 3,008 MB",
            "/anHourWith64/of3008Megabytes/seconds",
            Bound::AtMost(180.0),
        ),
        (
            "seconds of an hour by 64 functions of 5,308 MB",
            "/anHourWith64/of5308Megabytes/seconds",
            Bound::AtMost(180.0),
        ),
        (
            "VMAF of 1080p above one piece's",
            "/vmafGain/0",
            Bound::AtLeast(-0.3),
        ),
        (
            "VMAF of 720p above one piece's",
            "/vmafGain/1",
            Bound::AtLeast(-0.3),
        ),
        (
            "VMAF of 480p above one piece's",
            "/vmafGain/2",
            Bound::AtLeast(-0.3),
        ),
    ],
};

impl Benchmark {
    /// Runs it with as much as is said, or as it has itself, and holds its figures against what
    /// is wanted. `scratch` lies in the workspace and needs 3 GB.
    pub(super) fn run(
        &self,
        ffmpeg: &Path,
        scratch: &Path,
        how_much: Option<u32>,
    ) -> Result<Value> {
        let mut figures = example::run(self.example, ffmpeg, scratch, how_much)?;
        let targets = self.targets(&figures)?;
        target::judge(&mut figures, &targets);
        Ok(figures)
    }

    fn targets(&self, figures: &Value) -> Result<Vec<Target>> {
        let wanted = self.wanted.iter();
        wanted
            .map(|(what, place, bound)| {
                let figure = figures.pointer(place).and_then(Value::as_f64);
                let figure = figure.with_context(|| format!("no figure at {place}"))?;
                Ok(Target::new(*what, figure, *bound))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OF_ONE: Benchmark = Benchmark {
        example: "none",
        wanted: &[("bytes", "/of/0", Bound::AtMost(1.0))],
    };

    #[test]
    fn a_figure_is_held_against_what_is_wanted_of_it() {
        let targets = OF_ONE.targets(&json!({"of": [1.5]})).unwrap();
        assert_eq!(targets.len(), 1);
        assert_eq!(targets[0].to_string(), "bytes: 1.5 (≤ 1, missed)");
    }

    #[test]
    fn a_benchmark_without_a_wanted_figure_fails() {
        let error = OF_ONE.targets(&json!({"of": []})).unwrap_err();
        assert_eq!(error.to_string(), "no figure at /of/0");
    }
}

//! How good a film is, and its transitions, against the same pictures without loss.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use media::FilmPlan;
use serde_json::Value;

use super::Bench;

/// Means of frames' VMAF.
pub(crate) struct Vmaf {
    pub(crate) all: f64,
    pub(crate) transitions: f64,
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}

/// Whether two scenes share the frame of this number.
fn is_of_transition(plan: &FilmPlan, frame: u64) -> bool {
    plan.timings.iter().any(|scene| {
        let start = u64::from(scene.start);
        (start..start + u64::from(scene.overlap_before)).contains(&frame)
    })
}

impl Bench {
    /// VMAF of every fifth frame, of all and of those of transitions. Frames are paired by number: by time, the
    /// reference's milliseconds would pair every third with its neighbour.
    pub(crate) fn vmaf(&self, plan: &FilmPlan, film: &Path, reference: &Path) -> Result<Vmaf> {
        let report = self.path("vmaf.json");
        let filter = format!(
            "[0:v]settb=1/30,setpts=N[film];[1:v]settb=1/30,setpts=N[reference];\
             [film][reference]libvmaf=n_subsample=5:n_threads=2:log_fmt=json:log_path={}",
            report.display()
        );
        let inputs = [film, reference].map(|path| path.display().to_string());
        let [film, reference] = inputs;
        self.ffmpeg(&[
            "-i".to_owned(),
            film,
            "-i".to_owned(),
            reference,
            "-lavfi".to_owned(),
            filter,
            "-f".to_owned(),
            "null".to_owned(),
            "-".to_owned(),
        ])?;
        let report: Value = serde_json::from_slice(&fs::read(&report)?)?;
        let frames = report["frames"].as_array().context("no frames")?;
        let frames = frames.iter().filter_map(|frame| {
            let number = frame["frameNum"].as_u64()?;
            Some((number, frame["metrics"]["vmaf"].as_f64()?))
        });
        let frames: Vec<(u64, f64)> = frames.collect();
        let all = frames.iter().map(|(_, vmaf)| *vmaf);
        let transitions = frames
            .iter()
            .filter(|(frame, _)| is_of_transition(plan, *frame));
        Ok(Vmaf {
            all: mean(all),
            transitions: mean(transitions.map(|(_, vmaf)| *vmaf)),
        })
    }
}

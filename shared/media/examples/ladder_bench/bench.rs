//! What the benchmarks of uploads share: where they work, with which FFmpeg, and how good what
//! was made is.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use media::Ffmpeg;
use serde_json::{Value, json};

use crate::plain;

/// How good each rendition is and how large, tallest first.
#[derive(Default)]
pub(crate) struct Renditions {
    vmaf: Vec<f64>,
    megabytes: Vec<f64>,
}

impl Renditions {
    /// By how much the VMAF of each is above that of another way's.
    pub(crate) fn vmaf_above(&self, other: &Self) -> Vec<f64> {
        let pairs = self.vmaf.iter().zip(&other.vmaf);
        pairs.map(|(one, other)| round(one - other)).collect()
    }

    pub(crate) fn figures(&self) -> Value {
        let rounded =
            |figures: &[f64]| -> Vec<f64> { figures.iter().map(|figure| round(*figure)).collect() };
        json!({ "vmaf": rounded(&self.vmaf), "megabytes": rounded(&self.megabytes) })
    }
}

/// A benchmark of a source of so many seconds, in an empty folder of its own.
pub(crate) struct Bench {
    pub(crate) ffmpeg: Ffmpeg,
    pub(crate) scratch: PathBuf,
    pub(crate) seconds: u32,
}

impl Bench {
    /// By the process's arguments, `FFMPEG SCRATCH [SECONDS]`; its folder is emptied.
    pub(crate) fn of_arguments(name: &str, seconds: u32, threads: Option<u32>) -> Result<Self> {
        let mut arguments = env::args_os().skip(1);
        let usage = || format!("{name}_bench FFMPEG SCRATCH [SECONDS]");
        let ffmpeg = PathBuf::from(arguments.next().with_context(usage)?);
        let scratch = PathBuf::from(arguments.next().with_context(usage)?).join(name);
        let seconds = arguments.next().map_or(Ok(seconds), |seconds| {
            seconds.to_string_lossy().parse().with_context(usage)
        })?;
        if scratch.exists() {
            fs::remove_dir_all(&scratch)?;
        }
        fs::create_dir_all(&scratch)?;
        Ok(Self {
            ffmpeg: Ffmpeg::new(ffmpeg, threads),
            scratch,
            seconds,
        })
    }

    /// Draws the source.
    pub(crate) fn source(&self) -> Result<PathBuf> {
        let source = self.scratch.join("source.mp4");
        self.run_ffmpeg(&plain::source(&source, self.seconds))?;
        Ok(source)
    }

    pub(crate) fn run_ffmpeg(&self, arguments: &[String]) -> Result<()> {
        let output = Command::new(self.ffmpeg.path())
            .args(["-y", "-nostdin", "-v", "error"])
            .args(arguments)
            .output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "FFmpeg failed: {errors}");
        Ok(())
    }

    /// VMAF (of every tenth frame, at the source's size) and size of each
    /// rendition, tallest first.
    pub(crate) fn quality(&self, outputs: &[PathBuf], source: &Path) -> Result<Renditions> {
        let mut renditions = Renditions::default();
        for output in outputs {
            renditions.vmaf.push(self.vmaf(output, source)?);
            let megabytes = fs::metadata(output)?.len() as f64 / 1e6;
            renditions.megabytes.push(megabytes);
        }
        Ok(renditions)
    }

    /// Frames are paired by their number.
    fn vmaf(&self, output: &Path, source: &Path) -> Result<f64> {
        let report = self.scratch.join("vmaf.json");
        self.run_ffmpeg(&plain::vmaf(output, source, &report))?;
        let report: Value = serde_json::from_slice(&fs::read(&report)?)?;
        report["pooled_metrics"]["vmaf"]["mean"]
            .as_f64()
            .context("no VMAF")
    }
}

#[expect(clippy::print_stdout, reason = "this is the program's answer")]
pub(crate) fn print_line(figures: &Value) {
    println!("{figures}");
}

pub(crate) fn ratio(one: f64, other: f64) -> f64 {
    (one / other * 1000.0).round() / 1000.0
}

pub(crate) fn round(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}

//! What all outputs of an upload cost, against a separate FFmpeg for each, and
//! against the bare encoders; which part of the work costs how much of it; and what working
//! in segments costs.
//!
//! `ladder_bench FFMPEG SCRATCH [SECONDS]` draws a source, makes everything of
//! it in each way, and prints one JSON object. `cargo xtask bench ladder` runs it.

mod bench;
#[path = "../compose_bench/meter.rs"]
mod meter;
mod parts;
mod plain;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use bench::{Bench, print_line, ratio, round};
use domain::rendition::Quality;
use media::ladder::{LadderPlan, assemble_all, encode_segment};
use media::{Session, hls, preview, probe};
use meter::{Cost, Meter};
use parts::Parts;
use serde_json::{Value, json};

/// Seconds of the source, and of a segment of one that is not cut.
const SECONDS: u32 = 60;
const WHOLE: u32 = 10_000;
/// Seconds of a segment of one that is cut.
const SEGMENT: u32 = 10;
/// Seconds of raw frames that lie on the disk at a time.
const RAW: u32 = 15;

#[tokio::main]
async fn main() -> Result<()> {
    let bench = Bench::of_arguments("ladder", SECONDS, None)?;
    print_line(&bench.run().await?);
    Ok(())
}

/// What a way made, and what it cost.
struct Way {
    outputs: Vec<PathBuf>,
    cost: Cost,
}

impl Bench {
    fn session(&self) -> Session {
        Session::new(&self.ffmpeg, Instant::now() + Duration::from_secs(7200))
    }

    async fn run(&self) -> Result<Value> {
        let source = self.source()?;

        let (ours, parts) = self.everything(&source, WHOLE).await?;
        let (in_segments, _) = self.everything(&source, SEGMENT).await?;
        let separate = self.separately(&source)?;
        let frames = self.decode_and_scale(&source)?;
        let bare = self.bare_encodes(&source, plain::ENCODER_LIKE_OURS)?;
        let bare_reference = self.bare_encodes(&source, plain::ENCODER)?;
        let cpu = |cost: &Cost| cost.cpu_seconds;
        let made = self.quality(&ours.outputs, &source)?;
        let made_separately = self.quality(&separate.outputs, &source)?;
        let figures = json!({
            "bench": "ladder",
            "seconds": self.seconds,
            "cpuAgainstSeparate": ratio(cpu(&ours.cost), cpu(&separate.cost)),
            "cpuAgainstBareMedium": ratio(cpu(&ours.cost), bare_reference),
            "cpuAgainstBareSameSettings": ratio(cpu(&ours.cost), bare),
            "cpuSegmentsAgainstWhole": ratio(cpu(&in_segments.cost), cpu(&ours.cost)),
            "vmafGain": made.vmaf_above(&made_separately),
            "cpuSeconds": {
                "ours": round(cpu(&ours.cost)),
                "oursInSegments": round(cpu(&in_segments.cost)),
                "separate": round(cpu(&separate.cost)),
                "bareMedium": round(bare_reference),
                "bareSameSettings": round(bare),
            },
            "cpuSecondsOfParts": parts.figures(),
            "cpuSecondsWithinEncoding": {
                "decodingAndScalingAlone": round(frames),
                "bareEncodesAlone": round(bare),
            },
            "peakMegabytes": {
                "ours": ours.cost.peak_megabytes.round(),
                "oursInSegments": in_segments.cost.peak_megabytes.round(),
                "separate": separate.cost.peak_megabytes.round(),
            },
            "ours": made.figures(),
            "oursInSegments": self.quality(&in_segments.outputs, &source)?.figures(),
            "separate": made_separately.figures(),
        });
        Ok(figures)
    }

    /// Our way: facts, still, moving preview, all renditions, HLS; and processor seconds of
    /// each part of the work.
    async fn everything(&self, source: &Path, segment_seconds: u32) -> Result<(Way, Parts)> {
        let directory = self.scratch.join(format!("ours-{segment_seconds}"));
        fs::create_dir_all(&directory)?;
        let (meter, mut parts) = (Meter::start()?, Parts::default());
        let facts = probe(&self.session(), source).await?;
        parts.end("looking", &meter)?;
        let still = directory.join("thumbnail.jpg");
        preview::thumbnail(&self.session(), source, &facts, &still).await?;
        parts.end("thumbnail", &meter)?;
        let moving = directory.join("preview.gif");
        preview::gif(&self.session(), source, &facts, &moving).await?;
        parts.end("preview", &meter)?;
        let plan = LadderPlan::new(&facts, &Quality::ALL, segment_seconds)?;
        let pieces = self.encode(&plan, source, &directory).await?;
        parts.end("encoding", &meter)?;
        let session = self.session();
        let outputs = assemble_all(&session, &plan, &pieces, source, &directory).await?;
        parts.end("soundJoiningChecks", &meter)?;
        hls::package(&session, &outputs, &directory).await?;
        parts.end("stream", &meter)?;
        let outputs = outputs.into_iter().map(|output| output.path).collect();
        let cost = meter.stop()?;
        Ok((Way { outputs, cost }, parts))
    }

    /// The pieces of each rendition.
    async fn encode(
        &self,
        plan: &LadderPlan,
        source: &Path,
        directory: &Path,
    ) -> Result<Vec<Vec<PathBuf>>> {
        let mut pieces: Vec<Vec<PathBuf>> = vec![Vec::new(); plan.renditions.len()];
        for segment in &plan.segments {
            let made =
                encode_segment(&self.session(), plan, segment, source, directory, |_| {}).await?;
            for (pieces, piece) in pieces.iter_mut().zip(made.pieces) {
                pieces.push(piece.path);
            }
        }
        Ok(pieces)
    }

    /// Processor seconds of decoding the source once and scaling it to every rendition's size.
    fn decode_and_scale(&self, source: &Path) -> Result<f64> {
        let meter = Meter::start()?;
        self.run_ffmpeg(&plain::all_frames(source))?;
        Ok(meter.stop()?.cpu_seconds)
    }

    /// The way of the source documents: one FFmpeg after the other.
    fn separately(&self, source: &Path) -> Result<Way> {
        let directory = self.scratch.join("separate");
        fs::create_dir_all(directory.join("hls"))?;
        let meter = Meter::start()?;
        for arguments in plain::still_and_moving(source, &directory, self.seconds) {
            self.run_ffmpeg(&arguments)?;
        }
        let mut outputs = Vec::new();
        for quality in Quality::ALL {
            let output = directory.join(format!("{}.mp4", quality.as_str()));
            self.run_ffmpeg(&plain::rendition(source, quality, &output))?;
            self.run_ffmpeg(&plain::hls(&output, &directory.join("hls"), quality))?;
            outputs.push(output);
        }
        let cost = meter.stop()?;
        Ok(Way { outputs, cost })
    }

    /// The encoders alone, fed with frames that are decoded and scaled already.
    /// Raw frames are large, so they are made some seconds at a time.
    fn bare_encodes(&self, source: &Path, encoder: &[&str]) -> Result<f64> {
        let raw = self.scratch.join("raw.yuv");
        let mut total = 0.0;
        for quality in Quality::ALL {
            for start in (0..self.seconds).step_by(RAW as usize) {
                self.run_ffmpeg(&plain::raw_frames(source, quality, start, RAW, &raw))?;
                let meter = Meter::start()?;
                self.run_ffmpeg(&plain::bare_encode(&raw, quality, encoder))?;
                total += meter.stop()?.cpu_seconds;
            }
        }
        fs::remove_file(raw)?;
        Ok(total)
    }
}

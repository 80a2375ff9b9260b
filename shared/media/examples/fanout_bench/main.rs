//! What it costs to make a transcode's parts by many workers, and how long it takes then.
//!
//! `fanout_bench FFMPEG SCRATCH [SECONDS]` draws a source, makes every rendition of it in one
//! piece and in parts, by one worker and by two, and prints one JSON object. Each worker has
//! one thread, so that two of them are two functions. `cargo xtask bench fanout` runs it.

#[path = "../ladder_bench/bench.rs"]
mod bench;
#[path = "../compose_bench/meter.rs"]
mod meter;
#[path = "../ladder_bench/plain.rs"]
#[expect(dead_code, reason = "the plain ways are another benchmark's")]
mod plain;
mod schedule;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use bench::{Bench, print_line, ratio, round};
use domain::rendition::Quality;
use futures_util::{StreamExt, TryStreamExt, stream};
use media::ladder::{LadderPlan, Piece, assemble, encode_segment, make_sound};
use media::{Probe, hls, preview, probe};
use meter::{Cost, Meter};
use schedule::{Parts, hour, wall};
use serde_json::{Value, json};

const SECONDS: u32 = 64;
/// Seconds of a part, as the template has it, and of one that is the whole.
const PART: u32 = 16;
const WHOLE: u32 = 10_000;

#[tokio::main]
async fn main() -> Result<()> {
    let bench = Bench::of_arguments("fanout", SECONDS, Some(1))?;
    print_line(&bench.run().await?);
    Ok(())
}

/// What a run made, what it cost, and how long its parts took.
struct Run {
    outputs: Vec<PathBuf>,
    cost: Cost,
    wall: Duration,
    parts: Parts,
}

impl Bench {
    async fn run(&self) -> Result<Value> {
        let source = self.source()?;

        let whole = self.transcode(&source, WHOLE, 1).await?;
        let one = self.transcode(&source, PART, 1).await?;
        let two = self.transcode(&source, PART, 2).await?;
        let at = |functions| round(wall(&one.parts, functions).as_secs_f64());
        let hour = hour(&one.parts, self.seconds);
        Ok(json!({
            "bench": "fanout",
            "seconds": self.seconds,
            "parts": one.parts.segments.len(),
            "cpuAgainstOnePiece": ratio(one.cost.cpu_seconds, whole.cost.cpu_seconds),
            "targetCpuAgainstOnePiece": 1.06,
            "twoWorkersAgainstOne": ratio(one.wall.as_secs_f64(), two.wall.as_secs_f64()),
            "targetTwoWorkersAgainstOne": 1.7,
            "secondsWithFunctions": { "1": at(1), "4": at(4), "16": at(16), "64": at(64) },
            "anHourWith64": { "seconds": hour.seconds.round(), "targetSeconds": 180, "usd": round(hour.usd) },
            "cpuSeconds": { "onePiece": round(whole.cost.cpu_seconds), "parts": round(one.cost.cpu_seconds) },
            "peakMegabytes": { "oneWorker": one.cost.peak_megabytes.round(), "twoWorkers": two.cost.peak_megabytes.round() },
            "onePiece": self.quality(&whole.outputs, &source)?,
            "inParts": self.quality(&one.outputs, &source)?,
        }))
    }

    /// Everything that a transcode makes, in segments of so many seconds, by so many workers.
    async fn transcode(&self, source: &Path, seconds: u32, workers: usize) -> Result<Run> {
        let directory = self.scratch.join(format!("{seconds}-{workers}"));
        fs::create_dir_all(&directory)?;
        let (meter, begun) = (Meter::start()?, Instant::now());
        let facts = probe(&self.session(), source).await?;
        let plan = LadderPlan::new(&facts, &Quality::ALL, seconds)?;
        let planning = begun.elapsed();

        let ((), pictures) = timed(self.pictures(&facts, source, &directory)).await?;
        let session = self.session();
        let sound = async { Ok(make_sound(&session, &plan, source, &directory).await?) };
        let (sound, of_sound) = timed(sound).await?;
        let segments = plan.segments.iter().map(|segment| {
            let (session, plan, directory) = (self.session(), &plan, &directory);
            async move {
                timed(async {
                    let made = encode_segment(&session, plan, segment, source, directory, |_| {});
                    anyhow::Ok(made.await?)
                })
                .await
            }
        });
        let made: Vec<(Vec<Piece>, Duration)> = stream::iter(segments)
            .buffered(workers)
            .try_collect()
            .await?;
        let (pieces, segments): (Vec<_>, Vec<_>) = made.into_iter().unzip();
        let joins = (0..plan.renditions.len()).map(|index| {
            let of_rendition = pieces.iter().map(|pieces| pieces[index].path.clone());
            let pieces: Vec<PathBuf> = of_rendition.collect();
            timed(self.join(&plan, index, pieces, sound.as_deref(), &directory))
        });
        let made: Vec<(PathBuf, Duration)> =
            stream::iter(joins).buffered(workers).try_collect().await?;
        let (outputs, joins) = made.into_iter().unzip();
        Ok(Run {
            outputs,
            wall: begun.elapsed(),
            cost: meter.stop()?,
            parts: Parts {
                planning,
                pictures,
                sound: of_sound,
                segments,
                joins,
            },
        })
    }

    /// Thumbnail and preview.
    async fn pictures(&self, facts: &Probe, source: &Path, directory: &Path) -> Result<()> {
        let session = self.session();
        let still = directory.join("thumbnail.jpg");
        preview::thumbnail(&session, source, facts, &still).await?;
        let moving = directory.join("preview.gif");
        preview::gif(&session, source, facts, &moving).await?;
        Ok(())
    }

    async fn join(
        &self,
        plan: &LadderPlan,
        index: usize,
        pieces: Vec<PathBuf>,
        sound: Option<&Path>,
        directory: &Path,
    ) -> Result<PathBuf> {
        let (session, rendition) = (self.session(), &plan.renditions[index]);
        let output = assemble(&session, plan, rendition, &pieces, sound, directory).await?;
        hls::package_one(&session, &output, directory).await?;
        Ok(output.path)
    }
}

async fn timed<T>(work: impl Future<Output = Result<T>>) -> Result<(T, Duration)> {
    let begun = Instant::now();
    Ok((work.await?, begun.elapsed()))
}

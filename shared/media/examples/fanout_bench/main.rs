//! What it costs to make a transcode's parts by many workers, and how long it takes then.
//!
//! `fanout_bench FFMPEG SCRATCH [SECONDS]` draws a source, makes every rendition of it in one
//! piece and in parts, by one worker and by two, and prints one JSON object. Each worker has
//! a processor of its own, so that two of them are two functions. `cargo xtask bench fanout`
//! runs it.

#[path = "../ladder_bench/bench.rs"]
mod bench;
mod joined;
#[path = "../compose_bench/meter.rs"]
mod meter;
#[path = "../ladder_bench/plain.rs"]
#[expect(dead_code, reason = "the plain ways are another benchmark's")]
mod plain;
mod schedule;
mod workers;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use bench::{Bench, print_line, ratio, round};
use domain::rendition::Quality;
use futures_util::future::{try_join, try_join_all};
use joined::Joined;
use media::ladder::{LadderPlan, Piece, encode_segment, make_sound};
use media::{Probe, Session, preview, probe};
use meter::{Cost, Meter};
use schedule::{Parts, hour, wall};
use serde_json::{Value, json};
use workers::Workers;

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
        let hour = |megabytes| {
            let hour = hour(&one.parts, self.seconds, megabytes);
            json!({ "seconds": hour.seconds.round(), "usd": round(hour.usd) })
        };
        let in_one_piece = self.quality(&whole.outputs, &source)?;
        let in_parts = self.quality(&one.outputs, &source)?;
        Ok(json!({
            "bench": "fanout",
            "seconds": self.seconds,
            "parts": one.parts.segments.len(),
            "cpuAgainstOnePiece": ratio(one.cost.cpu_seconds, whole.cost.cpu_seconds),
            "twoWorkersAgainstOne": ratio(one.wall.as_secs_f64(), two.wall.as_secs_f64()),
            "vmafGain": in_parts.vmaf_above(&in_one_piece),
            "secondsWithFunctions": { "1": at(1), "4": at(4), "16": at(16), "64": at(64) },
            "anHourWith64": { "of3008Megabytes": hour(3008.0), "of5308Megabytes": hour(5308.0) },
            "cpuSeconds": { "onePiece": round(whole.cost.cpu_seconds), "parts": round(one.cost.cpu_seconds) },
            "peakMegabytes": { "oneWorker": one.cost.peak_megabytes.round(), "twoWorkers": two.cost.peak_megabytes.round() },
            "onePiece": in_one_piece.figures(),
            "inParts": in_parts.figures(),
        }))
    }

    /// Everything that a transcode makes, in segments of so many seconds, by so many workers.
    async fn transcode(&self, source: &Path, seconds: u32, workers: usize) -> Result<Run> {
        let directory = &self.scratch.join(format!("{seconds}-{workers}"));
        fs::create_dir_all(directory)?;
        let workers = Workers::new(&self.ffmpeg, directory, workers)?;
        let (meter, begun) = (Meter::start()?, Instant::now());
        let looking = workers.work(async |session| Ok(probe(session, source).await?));
        let (facts, planning) = looking.await?;
        let plan = LadderPlan::new(&facts, &Quality::ALL, seconds)?;

        let beside = workers.work(async |session| {
            let begun = Instant::now();
            make_pictures(session, &facts, source, directory).await?;
            let pictures = begun.elapsed();
            Ok((
                make_sound(session, &plan, source, directory).await?,
                pictures,
            ))
        });
        let segments = plan.segments.iter().map(|segment| {
            let plan = &plan;
            workers.work(async move |session| {
                let made = encode_segment(session, plan, segment, source, directory, |_| {});
                Ok(made.await?.pieces)
            })
        });
        let made = try_join(beside, try_join_all(segments)).await?;
        let (((sound, pictures), of_both), made) = made;
        let (pieces, segments): (Vec<Vec<Piece>>, _) = made.into_iter().unzip();

        let joins = Joined::of(&plan).into_iter().map(|joined| {
            let pieces = &pieces;
            let (plan, sound) = (&plan, sound.as_deref());
            workers.work(async move |session| {
                joined.make(session, plan, pieces, sound, directory).await
            })
        });
        let (outputs, joins): (Vec<_>, _) = try_join_all(joins).await?.into_iter().unzip();
        Ok(Run {
            outputs: outputs.into_iter().flatten().collect(),
            wall: begun.elapsed(),
            cost: meter.stop()?,
            parts: Parts {
                planning,
                pictures,
                sound: of_both.saturating_sub(pictures),
                segments,
                joins,
            },
        })
    }
}

/// Thumbnail and preview.
async fn make_pictures(
    session: &Session,
    facts: &Probe,
    source: &Path,
    directory: &Path,
) -> Result<()> {
    let still = directory.join("thumbnail.jpg");
    preview::thumbnail(session, source, facts, &still).await?;
    let moving = directory.join("preview.gif");
    preview::gif(session, source, facts, &moving).await?;
    Ok(())
}

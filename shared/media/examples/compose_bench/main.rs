//! What composing costs, against one filter chain that encodes everything.
//!
//! `compose_bench FFMPEG SCRATCH [ROUNDS]` draws five clips of different size and rate,
//! makes the same film of them in both ways, with the same encoder settings,
//! then changes its music and one of its scenes, and prints one JSON object of ratios. `cargo xtask bench compose` runs it.

mod again;
mod meter;
mod plain;
mod vmaf;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use domain::film::{SceneTiming, Transition, timeline};
use domain::preset::Preset;
use media::{
    Ffmpeg, Film, FilmPlan, SceneFiles, SceneSpec, Session, Sources, compose, prepare_scene,
};
use meter::{Cost, Meter};
use serde_json::{Value, json};

/// The two ways are measured in turn this often, unless it is said otherwise: other work on
/// the machine moves even processor seconds.
const ROUNDS: usize = 2;
const SIZE: (u32, u32) = (1920, 1080);
/// Five scenes of six seconds that share four seconds.
const FRAMES: u32 = 780;
/// Size, rate and picture of each clip; grain makes them as hard as a camera's.
const CLIPS: [&str; 5] = [
    "mandelbrot=s=1280x720:r=24:end_pts=400,noise=alls=8:allf=t",
    "testsrc2=s=1920x1080:r=30,noise=alls=6:allf=t",
    "gradients=s=1024x576:r=25:speed=0.05,noise=alls=10:allf=t",
    "life=s=480x270:r=60:mold=10:seed=7:ratio=0.2,scale=1920:1080:flags=bicubic,noise=alls=6:allf=t",
    "mandelbrot=s=2560x1440:r=30:start_scale=0.5:end_scale=0.02:end_pts=400,noise=alls=8:allf=t",
];

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let usage = "compose_bench FFMPEG SCRATCH [ROUNDS]";
    let bench = Bench {
        ffmpeg: Ffmpeg::new(arguments.next().context(usage)?, None),
        scratch: arguments.next().context(usage)?.join("compose"),
        rounds: match arguments.next() {
            Some(rounds) => rounds.to_str().context(usage)?.parse().context(usage)?,
            None => ROUNDS,
        },
    };
    let figures = bench.run().await?;
    print_line(&figures);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is the program's answer")]
fn print_line(figures: &Value) {
    println!("{figures}");
}

/// The same scenes, each for itself: what the plain way reads.
fn without_borders(plan: &FilmPlan) -> FilmPlan {
    let alone = |scene: &SceneTiming| SceneTiming {
        overlap_before: 0,
        overlap_after: 0,
        ..*scene
    };
    FilmPlan {
        timings: plan.timings.iter().map(alone).collect(),
        ..plan.clone()
    }
}

/// Megabytes of what is kept for the transitions until the film is there.
fn borders_of(scenes: &[SceneFiles]) -> Result<f64> {
    let sizes = scenes.iter().map(|scene| megabytes(&scene.borders));
    Ok(round(sizes.sum::<Result<f64>>()?))
}

struct Bench {
    ffmpeg: Ffmpeg,
    scratch: PathBuf,
    rounds: usize,
}

impl Bench {
    async fn run(&self) -> Result<Value> {
        if self.scratch.exists() {
            fs::remove_dir_all(&self.scratch)?;
        }
        fs::create_dir_all(&self.scratch)?;
        let transitions = vec![Transition::FADE; CLIPS.len() - 1];
        let plan = FilmPlan {
            size: SIZE,
            timings: timeline(FRAMES, &transitions),
            transitions,
            preset: Preset::Fast,
        };
        let clips = self.draw_clips()?;
        let music = self.draw(
            "music.mp3",
            &[
                "-f",
                "lavfi",
                "-i",
                "aevalsrc=0.2*sin(1382*t)+0.2*sin(2073*t)|0.2*sin(1382*t):d=20",
            ],
        )?;

        let whole: Vec<PathBuf> = self
            .prepare(&without_borders(&plan), &clips, "whole")
            .await?
            .0
            .into_iter()
            .map(|scene| scene.body)
            .collect();
        let (prepared, preparing) = self.prepare(&plan, &clips, "scenes").await?;
        let from_prepared = self.path("plain-prepared.mp4");
        let plain_arguments = plain::film(&whole, &music, &from_prepared, FRAMES);
        let mut pairs = Vec::new();
        let mut film = None;
        for _round in 0..self.rounds {
            let sources = Sources {
                scenes: &prepared,
                music: Some(&music),
                earlier: None,
            };
            let (composed, composing) = self.compose(&plan, sources).await?;
            pairs.push((composing, self.measured(&plain_arguments)?));
            film = Some(composed);
        }
        let film = film.context("no film was composed")?;
        let composing = mean_cost(pairs.iter().map(|pair| &pair.0));
        let plain = mean_cost(pairs.iter().map(|pair| &pair.1));
        let from_clips = self.path("plain.mp4");
        let plain_with_scaling =
            self.measured(&plain::film(&clips, &music, &from_clips, FRAMES))?;

        let reference = self.path("reference.mkv");
        self.ffmpeg(&plain::lossless(&clips, &reference, FRAMES))?;
        let ours = self.vmaf(&plan, &film.video, &reference)?;
        let naive = self.vmaf(&plan, &from_clips, &reference)?;
        let mut figures = json!({
            "bench": "compose",
            "cpuRatio": ratio(composing.cpu_seconds, plain.cpu_seconds),
            "cpuRatioOfEachPair": pairs.iter().map(|(ours, plain)| ratio(ours.cpu_seconds, plain.cpu_seconds)).collect::<Vec<_>>(),
            "cpuRatioWithPreparation": ratio(preparing.cpu_seconds + composing.cpu_seconds, plain_with_scaling.cpu_seconds),
            "bytesRatio": ratio(megabytes(&film.video)?, megabytes(&from_clips)?),
            "vmafGain": round(ours.all - naive.all),
            "vmafGainOfTransitions": round(ours.transitions - naive.transitions),
            "peakMemoryRatio": ratio(composing.peak_megabytes, plain.peak_megabytes),
            "cpuSeconds": {
                "compose": round(composing.cpu_seconds),
                "prepare": round(preparing.cpu_seconds),
                "naive": round(plain.cpu_seconds),
                "naiveFromSources": round(plain_with_scaling.cpu_seconds),
            },
            "peakMegabytes": {
                "compose": composing.peak_megabytes.round(),
                "prepare": preparing.peak_megabytes.round(),
                "naive": plain.peak_megabytes.round(),
            },
            "vmafCompose": round(ours.all),
            "vmafNaive": round(naive.all),
            "vmafOfTransitions": { "compose": round(ours.transitions), "naive": round(naive.transitions) },
            "megabytes": {
                "compose": megabytes(&film.video)?,
                "naive": megabytes(&from_clips)?,
                "borders": borders_of(&prepared)?,
            },
            "seams": self.seams(&film)?,
        });
        figures["again"] = self.again(&plan, &prepared, &music, &film.video).await?;
        Ok(figures)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.join(name)
    }

    fn ffmpeg(&self, arguments: &[String]) -> Result<Vec<u8>> {
        let output = Command::new(self.ffmpeg.path())
            .args(["-y", "-nostdin", "-v", "error"])
            .args(arguments)
            .output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "FFmpeg failed: {errors}");
        Ok(output.stdout)
    }

    fn measured(&self, arguments: &[String]) -> Result<Cost> {
        let meter = Meter::start()?;
        self.ffmpeg(arguments)?;
        meter.stop()
    }

    fn draw(&self, name: &str, arguments: &[&str]) -> Result<PathBuf> {
        let path = self.path(name);
        let mut arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        arguments.push(path.display().to_string());
        self.ffmpeg(&arguments)?;
        Ok(path)
    }

    fn draw_clips(&self) -> Result<Vec<PathBuf>> {
        let encoder = [
            "-t", "6.5", "-c:v", "libx264", "-preset", "veryfast", "-crf", "14", "-pix_fmt",
            "yuv420p", "-c:a", "aac",
        ];
        CLIPS
            .iter()
            .enumerate()
            .map(|(index, picture)| {
                let tone = format!("sine=f={}:d=6.5", 200 + 90 * index);
                let inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", &tone];
                self.draw(
                    &format!("clip-{index}.mp4"),
                    &[&inputs[..], &encoder].concat(),
                )
            })
            .collect()
    }

    async fn prepare(
        &self,
        plan: &FilmPlan,
        clips: &[PathBuf],
        folder: &str,
    ) -> Result<(Vec<SceneFiles>, Cost)> {
        let directory = self.path(folder);
        fs::create_dir(&directory)?;
        let meter = Meter::start()?;
        let mut prepared = Vec::new();
        for (index, (clip, timing)) in (0..).zip(clips.iter().zip(&plan.timings)) {
            let files = SceneFiles::in_directory(&directory, index);
            let spec = SceneSpec {
                size: plan.size,
                timing: *timing,
                preset: plan.preset,
            };
            prepare_scene(&self.session(), clip, &spec, None, &files, |_| {}).await?;
            prepared.push(files);
        }
        Ok((prepared, meter.stop()?))
    }

    fn session(&self) -> Session {
        Session::new(&self.ffmpeg, Instant::now() + Duration::from_secs(900))
    }

    async fn compose(&self, plan: &FilmPlan, sources: Sources<'_>) -> Result<(Film, Cost)> {
        let meter = Meter::start()?;
        let film = compose(&self.session(), plan, sources, &self.scratch, |_| {}).await?;
        Ok((film, meter.stop()?))
    }

    /// Whether each of two decoders sees in the film exactly the frames it sees
    /// in the pieces decoded alone. The decoders are not compared with each
    /// other: `libopenh264` decodes even a film without seams differently.
    fn seams(&self, film: &Film) -> Result<Value> {
        let pieces: Vec<PathBuf> = (0..)
            .map(|index| self.path(&format!("piece-{index:03}.mp4")))
            .take_while(|piece| piece.exists())
            .collect();
        let native = self.frames_equal_to_pieces(&film.video, &pieces, None)?;
        let second = self.frames_equal_to_pieces(&film.video, &pieces, Some("libopenh264"));
        let (decode_times_rise, frames_at_their_times) = self.packet_times(&film.video)?;
        Ok(json!({
            "expectedFrames": FRAMES,
            "framesEqualToPieces": native,
            "framesEqualToPiecesInLibopenh264": second.map_or_else(|error| json!(error.to_string()), |count| json!(count)),
            "decodeTimesRise": decode_times_rise,
            "framesAtTheirTimes": frames_at_their_times,
        }))
    }

    fn frames_equal_to_pieces(
        &self,
        film: &Path,
        pieces: &[PathBuf],
        decoder: Option<&str>,
    ) -> Result<usize> {
        let whole = self.frame_sums(film, decoder)?;
        let mut alone = Vec::new();
        for piece in pieces {
            alone.extend(self.frame_sums(piece, decoder)?);
        }
        ensure!(
            whole.len() == alone.len(),
            "{} frames, {} in the pieces",
            whole.len(),
            alone.len()
        );
        Ok(whole
            .iter()
            .zip(&alone)
            .filter(|(one, other)| one == other)
            .count())
    }

    /// Whether decoding times rise, and how many frames are a frame's length
    /// after the one before (the first: at 0).
    fn packet_times(&self, film: &Path) -> Result<(bool, usize)> {
        let film = film.display().to_string();
        let arguments = [
            "-i", &film, "-map", "0:v", "-c", "copy", "-f", "framecrc", "-",
        ];
        let list = String::from_utf8(self.ffmpeg(&arguments.map(str::to_owned))?)?;
        let packets: Vec<Vec<i64>> = list
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| {
                line.split(',')
                    .take(3)
                    .flat_map(|field| field.trim().parse())
                    .collect()
            })
            .collect();
        let rise = packets.windows(2).all(|pair| pair[0][1] < pair[1][1]);
        let mut times: Vec<i64> = packets.iter().map(|packet| packet[2]).collect();
        times.sort_unstable();
        let expected = (0..).map(|frame| frame * 512);
        Ok((
            rise,
            times
                .iter()
                .zip(expected)
                .filter(|(time, expected)| **time == *expected)
                .count(),
        ))
    }

    fn frame_sums(&self, film: &Path, decoder: Option<&str>) -> Result<Vec<String>> {
        let mut arguments = Vec::new();
        if let Some(decoder) = decoder {
            arguments.extend(["-c:v".to_owned(), decoder.to_owned()]);
        }
        arguments.extend(["-i".to_owned(), film.display().to_string()]);
        arguments.extend(
            [
                "-map",
                "0:v",
                "-fps_mode",
                "passthrough",
                "-f",
                "framemd5",
                "-",
            ]
            .map(str::to_owned),
        );
        let list = String::from_utf8(self.ffmpeg(&arguments)?)?;
        let sums = list.lines().filter(|line| !line.starts_with('#'));
        Ok(sums
            .filter_map(|line| line.rsplit(',').next())
            .map(|sum| sum.trim().to_owned())
            .collect())
    }
}

/// Mean time, and the highest peak.
fn mean_cost<'a>(costs: impl Iterator<Item = &'a Cost> + Clone) -> Cost {
    let count = costs.clone().count().max(1) as f64;
    Cost {
        cpu_seconds: costs.clone().map(|cost| cost.cpu_seconds).sum::<f64>() / count,
        peak_megabytes: costs.map(|cost| cost.peak_megabytes).fold(0.0, f64::max),
    }
}

fn megabytes(path: &Path) -> Result<f64> {
    Ok(round(fs::metadata(path)?.len() as f64 / 1e6))
}

fn ratio(ours: f64, plain: f64) -> f64 {
    (ours / plain * 1000.0).round() / 1000.0
}

fn round(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}

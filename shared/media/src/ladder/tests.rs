//! Real sources, drawn small, through the whole ladder.

mod borders;
mod changes;
mod damage;
mod light;
mod sounds;
mod sources;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use domain::rendition::Quality;
use tempfile::TempDir;

use super::*;
use crate::testing::{draw, ffmpeg, output_of, session};
use crate::{Ffmpeg, Probe, probe, source};

/// A source and what became of it. The directory lives as long as this.
struct Made {
    ffmpeg: Ffmpeg,
    directory: TempDir,
    plan: LadderPlan,
    outputs: Vec<Output>,
}

impl Made {
    /// The lowest rendition.
    fn last(&self) -> &Path {
        &self.outputs.last().unwrap().path
    }

    async fn probe(&self) -> Probe {
        probe(&session(&self.ffmpeg), self.last()).await.unwrap()
    }

    /// The average brightness of each frame, 0-255.
    fn brightness(&self) -> Vec<u8> {
        brightness(&self.ffmpeg, self.last())
    }

    fn sizes(&self) -> Vec<(Quality, u32, u32)> {
        let made = self.outputs.iter().map(|output| output.rendition);
        made.map(|made| (made.quality, made.width, made.height))
            .collect()
    }
}

fn brightness(ffmpeg: &Ffmpeg, path: &Path) -> Vec<u8> {
    pixels(ffmpeg, path, "1:1")
        .into_iter()
        .map(|[value]| value)
        .collect()
}

/// Each frame, scaled to `size` in grey.
fn pixels<const N: usize>(ffmpeg: &Ffmpeg, path: &Path, size: &str) -> Vec<[u8; N]> {
    let filter = format!("scale={size}:flags=area,format=gray");
    let path = path.to_str().unwrap();
    let bytes = output_of(
        ffmpeg,
        &[
            "-i",
            path,
            "-map",
            "0:V:0",
            "-fps_mode",
            "passthrough",
            "-vf",
            &filter,
            "-f",
            "rawvideo",
            "-",
        ],
    );
    bytes
        .chunks_exact(N)
        .map(|frame| frame.try_into().unwrap())
        .collect()
}

/// The sound as one channel of samples, 48,000 a second.
fn samples(ffmpeg: &Ffmpeg, path: &Path) -> Vec<i16> {
    let path = path.to_str().unwrap();
    let bytes = output_of(
        ffmpeg,
        &["-i", path, "-map", "0:a:0", "-ac", "1", "-f", "s16le", "-"],
    );
    bytes
        .chunks_exact(2)
        .map(|sample| i16::from_le_bytes(sample.try_into().unwrap()))
        .collect()
}

/// Encodes and assembles `source` in segments of `seconds`.
async fn climb(
    ffmpeg: &Ffmpeg,
    source: &Path,
    directory: &Path,
    seconds: u32,
) -> Result<(LadderPlan, Vec<Output>), MediaError> {
    let source = source::open(&session(ffmpeg), source, directory).await?;
    let plan = LadderPlan::new(&source.probe, &Quality::ALL, seconds)?;
    let source = source.path.as_path();
    let mut pieces: Vec<Vec<PathBuf>> = vec![Vec::new(); plan.renditions.len()];
    let reports = Mutex::new(vec![0.0_f32]);
    let report = |done| reports.lock().unwrap().push(done);
    // Any function may work on any segment: so the last comes first here.
    for segment in plan.segments.iter().rev() {
        reports.lock().unwrap().clear();
        let made =
            encode_segment(&session(ffmpeg), &plan, segment, source, directory, report).await?;
        assert_progress(&reports);
        for (pieces, piece) in pieces.iter_mut().zip(made.pieces) {
            pieces.insert(0, piece.path);
        }
    }
    let outputs = assemble_all(&session(ffmpeg), &plan, &pieces, source, directory).await?;
    Ok((plan, outputs))
}

fn assert_progress(reports: &Mutex<Vec<f32>>) {
    let reports = reports.lock().unwrap();
    assert!(reports.is_sorted(), "{reports:?}");
    assert_eq!(reports.last(), Some(&1.0));
}

/// Draws a source called `name` and makes its renditions, in segments of
/// `seconds`; `None` without FFmpeg.
async fn try_made(
    name: &str,
    seconds: u32,
    make: impl FnOnce(&Ffmpeg, &Path),
) -> Option<Result<Made, MediaError>> {
    let ffmpeg = ffmpeg()?;
    let directory = TempDir::new().unwrap();
    let source = directory.path().join(name);
    make(&ffmpeg, &source);
    let climbed = climb(&ffmpeg, &source, directory.path(), seconds).await;
    Some(climbed.map(|(plan, outputs)| Made {
        ffmpeg,
        directory,
        plan,
        outputs,
    }))
}

async fn made(name: &str, seconds: u32, make: impl FnOnce(&Ffmpeg, &Path)) -> Option<Made> {
    Some(try_made(name, seconds, make).await?.unwrap())
}

/// A picture whose frames can be told apart: a light bar at another place, and
/// a ground of another grey, in each.
const NUMBERED: &str = "color=black:s=64x48:r=25:d=8,\
    geq=lum='if(lt(mod(X-N*5+640000,64),9),235,32+mod(N*37,127))':cb=128:cr=128,format=yuv420p";

/// The number of the source's frame that each frame of the lowest rendition
/// shows, among the frames near its place.
fn source_frames(made: &Made, source: &Path) -> Vec<usize> {
    const SIZE: usize = 64 * 48;
    let of_source: Vec<[u8; SIZE]> = pixels(&made.ffmpeg, source, "64:48");
    let of_rendition: Vec<[u8; SIZE]> = pixels(&made.ffmpeg, made.last(), "64:48");
    let nearest = |frame: &[u8; SIZE]| {
        let difference = |other: &[u8; SIZE]| -> u32 {
            let pairs = frame.iter().zip(other);
            pairs
                .map(|(one, other)| u32::from(one.abs_diff(*other)))
                .sum()
        };
        (0..of_source.len()).min_by_key(|number| difference(&of_source[*number]))
    };
    of_rendition.iter().filter_map(nearest).collect()
}

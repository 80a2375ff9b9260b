//! The film's picture: the key frame with the most to see (D16).
//!
//! Only key frames are decoded; over all frames it would cost 26 times as much.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Instant;

use crate::input::{self, file_url, strings};
use crate::{Ffmpeg, MediaError, supervisor};

/// The longest side of the picture, in pixels.
const LONGEST_SIDE: u32 = 1280;

/// What a key frame looks like, in figures.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Look {
    time: f64,
    /// Average brightness, 16-235.
    brightness: f64,
    /// How much differs within the picture, 0-1.
    entropy: f64,
    /// Average saturation, 0 to some 180.
    saturation: f64,
}

impl Look {
    /// Detail counts, and a little colour; nothing counts in the dark or in
    /// glaring light.
    fn score(&self) -> f64 {
        let light = ((self.brightness - 20.0) / 40.0).clamp(0.0, 1.0);
        let shade = ((232.0 - self.brightness) / 30.0).clamp(0.0, 1.0);
        let colour = (self.saturation / 100.0).clamp(0.0, 1.0);
        light * shade * (self.entropy + 0.2 * colour)
    }
}

/// Writes the thumbnail of `film` to `output`.
pub(super) async fn make(
    ffmpeg: &Ffmpeg,
    film: &Path,
    output: &Path,
    deadline: Instant,
) -> Result<(), MediaError> {
    let report = output.with_extension("looks");
    run(ffmpeg, look_plan(film, &report), deadline).await?;
    let time = best_time(BufReader::new(File::open(&report)?))?;
    run(ffmpeg, picture_plan(film, time, output), deadline).await?;
    if fs::metadata(output)?.len() == 0 {
        return Err(MediaError::check("the thumbnail is empty"));
    }
    Ok(())
}

async fn run(ffmpeg: &Ffmpeg, arguments: Vec<String>, deadline: Instant) -> Result<(), MediaError> {
    let finished = supervisor::run(ffmpeg, arguments, deadline, |_| {}).await?;
    if finished.errors.is_empty() {
        return Ok(());
    }
    Err(MediaError::check(format!(
        "no thumbnail can be made: {}",
        finished.errors
    )))
}

/// Writes each key frame's figures to `report`.
fn look_plan(film: &Path, report: &Path) -> Vec<String> {
    let mut arguments = strings(&["-skip_frame", "nokey"]);
    arguments.extend(input::arguments(film, Some(1)));
    arguments.extend(strings(&[
        "-map",
        "0:v:0",
        "-fps_mode",
        "passthrough",
        "-vf",
    ]));
    let report = super::loudness::escaped(report);
    arguments.push(format!(
        "scale=320:-2:flags=area,signalstats,entropy,metadata=mode=print:file={report}"
    ));
    arguments.extend(strings(&["-f", "null", "-"]));
    arguments
}

/// The time of the key frame that looks best, the first of equals.
fn best_time(report: impl BufRead) -> Result<f64, MediaError> {
    let mut looks: Vec<Look> = Vec::new();
    for line in report.lines() {
        read_line(&line?, &mut looks);
    }
    looks
        .into_iter()
        .reduce(|best, look| {
            if look.score() > best.score() {
                look
            } else {
                best
            }
        })
        .map(|look| look.time)
        .ok_or_else(|| MediaError::check("the film has no key frame"))
}

/// `frame:0 pts:0 pts_time:0`, then `name=value` lines of that frame.
fn read_line(line: &str, looks: &mut Vec<Look>) {
    if let Some((_, time)) = line.split_once("pts_time:") {
        let time = time.trim().parse().unwrap_or(0.0);
        looks.push(Look {
            time,
            ..Look::default()
        });
        return;
    }
    let (Some(look), Some((name, value))) = (looks.last_mut(), line.split_once('=')) else {
        return;
    };
    let Ok(value) = value.parse() else { return };
    match name {
        "lavfi.signalstats.YAVG" => look.brightness = value,
        "lavfi.signalstats.SATAVG" => look.saturation = value,
        "lavfi.entropy.normalized_entropy.normal.Y" => look.entropy = value,
        _ => {}
    }
}

/// Seeks to the key frame and writes it as JPEG, which is BT.601 at full range.
fn picture_plan(film: &Path, time: f64, output: &Path) -> Vec<String> {
    let mut arguments = vec!["-ss".to_owned(), format!("{time:.6}")];
    arguments.extend(input::arguments(film, Some(1)));
    let scale = format!(
        "scale={LONGEST_SIDE}:{LONGEST_SIDE}:force_original_aspect_ratio=decrease:\
         force_divisible_by=2:out_color_matrix=bt601:out_range=pc,format=yuvj420p"
    );
    arguments.extend([
        "-map".to_owned(),
        "0:v:0".to_owned(),
        "-vf".to_owned(),
        scale,
    ]);
    arguments.extend(strings(&[
        "-frames:v",
        "1",
        "-c:v",
        "mjpeg",
        "-q:v",
        "3",
        "-map_metadata",
        "-1",
        "-f",
        "image2",
        "-update",
        "1",
    ]));
    arguments.push(file_url(output));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_black_frame_is_never_the_best() {
        let report = "\
frame:0    pts:0       pts_time:0
lavfi.signalstats.YAVG=16
lavfi.signalstats.SATAVG=0
lavfi.entropy.normalized_entropy.normal.Y=0.01
frame:1    pts:512     pts_time:2
lavfi.signalstats.YAVG=120
lavfi.signalstats.SATAVG=40
lavfi.entropy.normalized_entropy.normal.Y=0.8
frame:2    pts:1024    pts_time:4
lavfi.signalstats.YAVG=235
lavfi.signalstats.SATAVG=0
lavfi.entropy.normalized_entropy.normal.Y=0.9
";
        assert_eq!(best_time(report.as_bytes()).unwrap(), 2.0);
    }

    #[test]
    fn a_film_all_black_still_has_a_picture() {
        let report = "frame:0 pts:0 pts_time:0\nlavfi.signalstats.YAVG=16\n";
        assert_eq!(best_time(report.as_bytes()).unwrap(), 0.0);
        assert!(best_time("".as_bytes()).is_err());
    }
}

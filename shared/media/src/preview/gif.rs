//! The moving preview: five seconds from a lively place, small enough for a list.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

use gif::{DecodeOptions, Repeat};

use super::looks;
use super::{Looker, Picture, Seek, places, scratch_beside, shape, video_of};
use crate::input::{self, REMUX_EXTENSION, file_url, strings};
use crate::inspection::name_the_fault;
use crate::{MediaError, Probe, Session, VideoStream};

/// The largest GIF, in bytes.
pub const MAX_BYTES: u64 = 3_000_000;

/// The longest GIF, in seconds.
const SECONDS: u32 = 5;

/// The longest side, in pixels.
const LONGEST_SIDE: u32 = 480;

/// Frames a second, and of the whole.
const RATE: u32 = 12;
const FRAMES: u32 = RATE * SECONDS;

/// The palette is of every fourth frame: of all of them it takes two fifths of the work, and
/// the picture is no nearer to the source.
const PALETTE_STEP: u32 = 4;

/// Places that are looked at.
const PLACES: u32 = 6;

/// From here on a place is as lively as need be: the least a moving picture or
/// a colourful still one has.
const LIVELY: f64 = 0.05;

/// How much of a place is read to find its key frames, in seconds.
const LOOKED_AT: u32 = 8;

/// A GIF of [`FRAMES`] with no more pixels than this stays below [`MAX_BYTES`]
/// whatever they show: a pixel takes at most 12 bits, a frame 1 KB beside them.
const SAFE_PIXELS: u32 = 31_000;

/// Writes a GIF of at most 5 seconds, 480 pixels and 3,000,000 bytes to
/// `output`. It has its own palette, loops for ever, and shows a lively place.
///
/// # Errors
///
/// An input fault when there is no picture or no frame of it can be decoded;
/// [`MediaError::CheckFailed`] when the GIF is not as asked for.
pub async fn gif(
    session: &Session,
    input: &Path,
    probe: &Probe,
    output: &Path,
) -> Result<Picture, MediaError> {
    let video = video_of(probe)?;
    let scratch = scratch_beside(output)?;
    let path = scratch.path().join("preview.gif");
    let place = liveliest(session, input, video, scratch.path()).await?;
    let mut shape = Shape::first(video);
    let kept = scratch
        .path()
        .join("frames")
        .with_extension(REMUX_EXTENSION);
    let keeping = keep(session.threads(), input, video, place, shape, &kept);
    session.run(keeping).await.map_err(name_the_fault)?;
    loop {
        session.run(draw(&kept, shape, &path)).await?;
        let picture = check(&path, shape)?;
        if picture.bytes <= MAX_BYTES {
            fs::rename(&path, output)?;
            return Ok(picture);
        }
        shape = shape
            .smaller(picture.bytes)
            .ok_or_else(|| MediaError::check(format!("the GIF has {} bytes", picture.bytes)))?;
    }
}

/// The size of one try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    size: (u32, u32),
    tries: u32,
}

impl Shape {
    fn first(video: &VideoStream) -> Self {
        Self {
            size: shape::fitted((video.width, video.height), LONGEST_SIDE),
            tries: 1,
        }
    }

    /// Smaller by what `bytes` are too many; the third try cannot be too large.
    fn smaller(self, bytes: u64) -> Option<Self> {
        let (width, height) = (f64::from(self.size.0), f64::from(self.size.1));
        let factor = match self.tries {
            1 => 0.85 * MAX_BYTES as f64 / bytes as f64,
            2 => f64::from(SAFE_PIXELS) / (width * height),
            _ => return None,
        };
        let side = |length: f64| (length * factor.min(1.0).sqrt()).floor().max(1.0) as u32;
        Some(Self {
            size: (side(width), side(height)),
            tries: self.tries + 1,
        })
    }
}

/// Where there is the most to see and the most that moves, by key frames; by
/// other frames only if those are all dark or flat.
async fn liveliest(
    session: &Session,
    input: &Path,
    video: &VideoStream,
    scratch: &Path,
) -> Result<Seek, MediaError> {
    let beginnings = video
        .duration
        .saturating_sub(Duration::from_secs(u64::from(SECONDS)));
    let start = Seek::KeyFrame(Duration::ZERO);
    if beginnings.is_zero() {
        return Ok(start);
    }
    let mut looker = Looker::new(session);
    let mut best: Option<(f64, Seek)> = None;
    for seek in [Seek::KeyFrame, Seek::Exact] {
        if best.is_some_and(|(life, _)| life >= LIVELY) {
            break;
        }
        for place in places(beginnings, PLACES).map(seek) {
            if !looker.has_time() {
                break;
            }
            let report = scratch.join("looks");
            let arguments = look_plan(input, video, place, &report);
            let Some(life) = life_at(&mut looker, arguments, &report).await? else {
                continue;
            };
            if best.is_none_or(|(most, _)| life > most) {
                best = Some((life, place));
            }
        }
    }
    Ok(best.map_or(start, |(_, place)| place))
}

/// Nothing where nothing can be decoded cleanly.
async fn life_at(
    looker: &mut Looker<'_>,
    arguments: Vec<String>,
    report: &Path,
) -> Result<Option<f64>, MediaError> {
    let finished = looker.look(arguments).await?;
    let looks = looks::read(report)?;
    let is_clean = finished.is_some_and(|finished| finished.errors.is_empty());
    if looks.is_empty() || !is_clean {
        return Ok(None);
    }
    fs::remove_file(report)?;
    Ok(Some(looks::liveliness(&looks)))
}

/// One thread: a few frames are decoded.
fn look_plan(input: &Path, video: &VideoStream, place: Seek, report: &Path) -> Vec<String> {
    let size = shape::fitted((video.width, video.height), 160);
    let filters = format!("{},{}", shape::small(video, size), looks::meter(report));
    let mut arguments = match place {
        Seek::KeyFrame(_) => {
            let mut arguments = strings(&["-skip_frame", "nokey", "-t"]);
            arguments.push(LOOKED_AT.to_string());
            arguments
        }
        Seek::Exact(_) => Vec::new(),
    };
    arguments.extend(place.input(input, Some(1)));
    arguments.extend(["-vf".to_owned(), filters]);
    if matches!(place, Seek::Exact(_)) {
        arguments.extend(strings(&["-frames:v", "1"]));
    }
    arguments.extend(strings(&["-fps_mode", "passthrough", "-f", "null", "-"]));
    arguments
}

/// Keeps the frames of the first try as they are, so that the source is decoded once however
/// many there are. Times begin anew at the place, so that a leap before it does not matter.
fn keep(
    threads: Option<u32>,
    input: &Path,
    video: &VideoStream,
    place: Seek,
    shape: Shape,
    kept: &Path,
) -> Vec<String> {
    let filters = format!(
        "setpts=PTS-STARTPTS,fps={RATE}:round=up,trim=end_frame={FRAMES},{},format=rgb24",
        shape::small(video, shape.size),
    );
    let mut arguments = place.input(input, threads);
    arguments.extend(["-vf".to_owned(), filters]);
    arguments.extend(["-frames:v".to_owned(), FRAMES.to_string()]);
    arguments.extend(strings(&["-c:v", "rawvideo", "-f", "nut"]));
    arguments.push(file_url(kept));
    arguments
}

/// Palette and frames in one graph.
fn draw(kept: &Path, shape: Shape, output: &Path) -> Vec<String> {
    let (width, height) = shape.size;
    let filters = format!(
        "scale={width}:{height}:flags=bicubic,split[seen][shown];\
         [seen]framestep={PALETTE_STEP},palettegen=stats_mode=diff[palette];\
         [shown][palette]paletteuse=dither=bayer:bayer_scale=4:diff_mode=rectangle",
    );
    let mut arguments = input::arguments(kept, None);
    arguments.extend(["-vf".to_owned(), filters]);
    arguments.extend(strings(&["-map_metadata", "-1", "-loop", "0", "-f", "gif"]));
    arguments.push(file_url(output));
    arguments
}

/// Decodes the whole GIF by a decoder that is not FFmpeg's.
fn check(path: &Path, shape: Shape) -> Result<Picture, MediaError> {
    let broken = |error: gif::DecodingError| MediaError::check(format!("no GIF: {error}"));
    let mut options = DecodeOptions::new();
    options.check_frame_consistency(true);
    let mut decoder = options
        .read_info(BufReader::new(File::open(path)?))
        .map_err(broken)?;
    let (mut frames, mut centiseconds) = (0_u32, 0_u32);
    while let Some(frame) = decoder.read_next_frame().map_err(broken)? {
        frames += 1;
        centiseconds += u32::from(frame.delay);
    }
    let size = (u32::from(decoder.width()), u32::from(decoder.height()));
    if size != shape.size || frames == 0 || frames > FRAMES {
        return Err(MediaError::check(format!(
            "the GIF is {}x{} and has {frames} frames",
            size.0, size.1
        )));
    }
    if centiseconds > SECONDS * 100 {
        return Err(MediaError::check(format!(
            "the GIF takes {centiseconds} hundredths of a second"
        )));
    }
    if frames > 1 && decoder.repeat() != Repeat::Infinite {
        return Err(MediaError::check("the GIF does not loop"));
    }
    Ok(Picture {
        width: size.0,
        height: size.1,
        bytes: fs::metadata(path)?.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_try_is_the_last_and_cannot_be_too_large() {
        let first = Shape {
            size: (480, 480),
            tries: 1,
        };
        let second = first.smaller(9_000_000).unwrap();
        assert!(second.size.0 < 280, "{second:?}");
        let third = second.smaller(3_000_001).unwrap();
        assert!(third.size.0 * third.size.1 <= SAFE_PIXELS);
        let worst = u64::from(FRAMES * (SAFE_PIXELS * 3 / 2 * 256 / 255 + 1000));
        assert!(worst <= MAX_BYTES, "{worst}");
        assert_eq!(third.smaller(3_000_001), None);
    }
}

//! The still: of frames at several places, the one with the most to see (D16).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::looks::{self, Look};
use super::{Looker, Picture, Seek, places, scratch_beside, shape, video_of};
use crate::input::{file_url, strings};
use crate::{MediaError, Probe, Session, VideoStream};

/// The longest side, in pixels.
const LONGEST_SIDE: u32 = 1280;

/// FFmpeg's scale, on which 2 is the best: a page waits for this picture. 5 has a fifth fewer
/// bytes than 3.
const QUALITY: &str = "5";

/// Key frames that are looked at.
const PLACES: u32 = 8;

/// Frames between key frames that are looked at when no key frame is any good.
const EXACT_PLACES: u32 = 4;

/// Writes a JPEG of a frame that is neither black nor flat, if there is one, to
/// `output`: upright, in square pixels and standard colours, at most 1280
/// pixels long.
///
/// # Errors
///
/// An input fault when there is no picture or no frame of it can be decoded;
/// [`MediaError::CheckFailed`] when the JPEG is not as asked for.
pub async fn thumbnail(
    session: &Session,
    input: &Path,
    probe: &Probe,
    output: &Path,
) -> Result<Picture, MediaError> {
    still(session, input, probe, LONGEST_SIDE, output).await
}

/// The same, at most `longest_side` pixels long.
pub(super) async fn still(
    session: &Session,
    input: &Path,
    probe: &Probe,
    longest_side: u32,
    output: &Path,
) -> Result<Picture, MediaError> {
    let video = video_of(probe)?;
    let scratch = scratch_beside(output)?;
    let mut picker = Picker {
        looker: Looker::new(session),
        input,
        video,
        size: shape::fitted((video.width, video.height), longest_side),
        scratch: scratch.path(),
        shots: 0,
    };
    let Some(best) = picker.best_still().await? else {
        return Err(picker.looker.give_up());
    };
    let picture = check(&best.path, picker.size)?;
    fs::rename(&best.path, output)?;
    Ok(picture)
}

/// A frame that was written as a JPEG.
struct Still {
    path: PathBuf,
    look: Look,
    /// FFmpeg had nothing to say against what it decoded.
    is_clean: bool,
}

impl Still {
    /// A frame that was decoded cleanly is better than any other.
    fn is_better_than(&self, other: &Self) -> bool {
        (self.is_clean, self.look.score()) > (other.is_clean, other.look.score())
    }
}

struct Picker<'a> {
    looker: Looker<'a>,
    input: &'a Path,
    video: &'a VideoStream,
    size: (u32, u32),
    scratch: &'a Path,
    shots: u32,
}

impl Picker<'_> {
    /// Key frames first; others only if those are all dark or flat.
    async fn best_still(&mut self) -> Result<Option<Still>, MediaError> {
        let length = self.video.duration;
        let mut best = None;
        for place in places(length, key_places(length)) {
            self.consider(Seek::KeyFrame(place), &mut best).await?;
        }
        if is_good(best.as_ref()) {
            return Ok(best);
        }
        self.consider(Seek::KeyFrame(Duration::ZERO), &mut best)
            .await?;
        for place in places(length, EXACT_PLACES) {
            if is_good(best.as_ref()) {
                break;
            }
            self.consider(Seek::Exact(place), &mut best).await?;
        }
        Ok(best)
    }

    /// Takes the still at `place` if it is the best so far and there is time.
    async fn consider(&mut self, place: Seek, best: &mut Option<Still>) -> Result<(), MediaError> {
        if best.is_some() && !self.looker.has_time() {
            return Ok(());
        }
        let Some(still) = self.take(place).await? else {
            return Ok(());
        };
        if best.as_ref().is_none_or(|best| still.is_better_than(best)) {
            *best = Some(still);
        }
        Ok(())
    }

    /// Nothing where there is no frame to be decoded.
    async fn take(&mut self, place: Seek) -> Result<Option<Still>, MediaError> {
        self.shots += 1;
        let path = self.scratch.join(format!("{}.jpg", self.shots));
        let report = path.with_extension("looks");
        let small = shape::small(self.video, self.size);
        let filters = format!("{small},{}", looks::meter(&report));
        let arguments = plan(self.input, place, filters, &path);
        let Some(finished) = self.looker.look(arguments).await? else {
            return Ok(None);
        };
        let looks = looks::read(&report)?;
        let look = looks.first().filter(|_| path.is_file());
        Ok(look.map(|look| Still {
            look: *look,
            is_clean: finished.errors.is_empty(),
            path,
        }))
    }
}

fn is_good(still: Option<&Still>) -> bool {
    still.is_some_and(|still| still.is_clean && !still.look.is_dull())
}

/// One place for each half second, at most [`PLACES`].
fn key_places(length: Duration) -> u32 {
    let halves = (length.as_secs_f64() * 2.0).ceil();
    (halves as u32).clamp(1, PLACES)
}

/// One thread: a single frame is decoded.
fn plan(input: &Path, place: Seek, filters: String, output: &Path) -> Vec<String> {
    let mut arguments = match place {
        Seek::KeyFrame(_) => strings(&["-skip_frame", "nokey"]),
        Seek::Exact(_) => Vec::new(),
    };
    arguments.extend(place.input(input, Some(1)));
    arguments.extend(["-vf".to_owned(), filters]);
    arguments.extend(strings(&[
        "-frames:v",
        "1",
        "-c:v",
        "mjpeg",
        "-q:v",
        QUALITY,
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

/// Reads the size from the JPEG itself.
fn check(path: &Path, expected: (u32, u32)) -> Result<Picture, MediaError> {
    let bytes = fs::read(path)?;
    let found = imagesize::blob_size(&bytes)
        .map_err(|error| MediaError::check(format!("the thumbnail is no JPEG: {error}")))?;
    if (found.width, found.height) != (expected.0 as usize, expected.1 as usize) {
        return Err(MediaError::check(format!(
            "the thumbnail is {}x{}",
            found.width, found.height
        )));
    }
    if !bytes.ends_with(&[0xff, 0xd9]) {
        return Err(MediaError::check("the thumbnail has no end"));
    }
    Ok(Picture {
        width: expected.0,
        height: expected.1,
        bytes: bytes.len() as u64,
    })
}

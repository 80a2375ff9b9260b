//! What stands for a video before it is played: a still and a short moving
//! picture (R53, R107).
//!
//! Both are taken by seeking before the input is opened, so that their cost
//! does not grow with the video's length. A place that cannot be read is passed
//! over; only when no place can be read is the file called damaged.

mod gif;
mod looks;
mod scene;
mod shape;
mod thumbnail;

use std::path::Path;
use std::time::{Duration, Instant};

use crate::input::{self, strings};
use crate::inspection::name_the_fault;
use crate::supervisor::Finished;
use crate::{MediaError, Probe, Session};

pub use gif::{MAX_BYTES as MAX_GIF_BYTES, gif};
pub(crate) use scene::to_part;
pub use scene::{ScenePart, ScenePreview, scene_preview};
pub use thumbnail::thumbnail;

/// How long the places of one preview may be looked at, all together.
const LOOKING_TIME: Duration = Duration::from_secs(12);

/// How long one place may be looked at.
const PLACE_TIME: Duration = Duration::from_secs(4);

/// A finished preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Looks at places of one file, and remembers why one could not be read.
struct Looker<'a> {
    session: &'a Session,
    /// No more places are begun after it, once there is something to choose from.
    until: Instant,
    fault: Option<MediaError>,
}

impl<'a> Looker<'a> {
    fn new(session: &'a Session) -> Self {
        Self {
            session,
            until: session.deadline().min(Instant::now() + LOOKING_TIME),
            fault: None,
        }
    }

    fn has_time(&self) -> bool {
        Instant::now() < self.until
    }

    /// One look; nothing when this place cannot be read, or not in time.
    async fn look(&mut self, arguments: Vec<String>) -> Result<Option<Finished>, MediaError> {
        let session = self.session.until(Instant::now() + PLACE_TIME);
        match session.run(arguments).await {
            Ok(finished) => Ok(Some(finished)),
            Err(error @ MediaError::Io(_)) => Err(error),
            Err(error) => {
                self.fault = Some(name_the_fault(error));
                Ok(None)
            }
        }
    }

    /// Why nothing could be made of any place.
    fn give_up(self) -> MediaError {
        self.fault
            .unwrap_or_else(|| MediaError::Corrupt("no frame can be decoded".to_owned()))
    }
}

/// Where a place is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Seek {
    /// The key frame at or before this time: nothing else has to be decoded.
    KeyFrame(Duration),
    /// This very time, at the price of decoding what lies between.
    Exact(Duration),
}

impl Seek {
    /// The input at this place.
    fn input(self, path: &Path, threads: Option<u32>) -> Vec<String> {
        let (time, mut arguments) = match self {
            Self::KeyFrame(time) => (time, strings(&["-noaccurate_seek"])),
            Self::Exact(time) => (time, Vec::new()),
        };
        arguments.extend(["-ss".to_owned(), format!("{:.3}", time.as_secs_f64())]);
        arguments.extend(input::arguments(path, threads));
        arguments.extend(strings(&["-map", "0:V:0"]));
        arguments
    }
}

/// `count` places, evenly in `duration` and never at its very ends.
fn places(duration: Duration, count: u32) -> impl Iterator<Item = Duration> {
    (0..count).map(move |index| duration.mul_f64((f64::from(index) + 0.5) / f64::from(count)))
}

/// The picture, or the refusal of a file that has none.
fn video_of(probe: &Probe) -> Result<&crate::VideoStream, MediaError> {
    probe
        .video
        .as_ref()
        .ok_or_else(|| MediaError::Unsupported("there is no picture".to_owned()))
}

/// Where scratch files of `output` may stand: beside it, so that the finished
/// one is moved and never copied.
fn scratch_beside(output: &Path) -> Result<tempfile::TempDir, MediaError> {
    let beside = output.parent().unwrap_or_else(|| Path::new("."));
    Ok(tempfile::tempdir_in(beside)?)
}

#[cfg(test)]
mod tests;

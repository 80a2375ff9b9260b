//! How pictures are encoded: the one place where H.264 is set, for films and for
//! renditions.
//!
//! Pieces of both are encoded by different functions and joined by copy. That
//! decodes rightly only when all carry the same parameter sets: the same
//! settings, and `stitchable`, which keeps x264 from tuning the headers to each
//! piece (R96, D18).

use domain::film::FRAME_RATE;
use domain::preset::Preset;

use crate::input::strings;

/// Units of a video track's time in a second; a frame is 512 of them.
pub(crate) const TRACK_TIMESCALE: u32 = FRAME_RATE * FRAME_TICKS;

/// A frame's length in units of [`TRACK_TIMESCALE`].
pub(crate) const FRAME_TICKS: u32 = 512;

/// A key frame at least every two seconds, so that players seek quickly.
const KEY_FRAME_INTERVAL: u32 = 2 * FRAME_RATE;

/// A film's cap, in kbit/s averaged over two seconds (D18).
const FILM_RATE: u32 = 12_000;

/// What differs between the encodes of films and of renditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct H264 {
    pub(crate) preset: Preset,
    /// Constant rate factor.
    pub(crate) factor: &'static str,
    /// The cap, in kbit/s averaged over two seconds (D18).
    pub(crate) max_rate: u32,
    /// Frames from one key frame to the next, at most.
    pub(crate) group: u64,
    /// No key frames between those of the groups, wherever the scene changes.
    pub(crate) has_fixed_groups: bool,
    pub(crate) threads: Option<u32>,
}

impl H264 {
    /// H.264 High, 8 bits, in closed groups of pictures and BT.709.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let params = if self.has_fixed_groups {
            "stitchable=1:open-gop=0:scenecut=0"
        } else {
            "stitchable=1:open-gop=0"
        };
        let mut arguments = strings(&["-c:v", "libx264", "-preset", self.preset.as_str()]);
        arguments.extend(strings(&["-profile:v", "high", "-pix_fmt", "yuv420p"]));
        arguments.extend(strings(&["-crf", self.factor]));
        arguments.extend([
            "-maxrate".to_owned(),
            format!("{}k", self.max_rate),
            "-bufsize".to_owned(),
            format!("{}k", 2 * self.max_rate),
        ]);
        arguments.extend(strings(&["-x264-params", params]));
        arguments.extend(strings(&["-color_range", "tv", "-colorspace", "bt709"]));
        arguments.extend(strings(&[
            "-color_primaries",
            "bt709",
            "-color_trc",
            "bt709",
        ]));
        arguments.extend(["-g".to_owned(), self.group.to_string()]);
        if let Some(threads) = self.threads {
            arguments.extend(["-threads:v".to_owned(), threads.to_string()]);
        }
        arguments
    }
}

/// A film's picture. What a piece may spend at once begins with a second's worth: with the
/// usual nine tenths of two seconds, a film of many pieces would go beyond its cap at each.
pub fn video_arguments(preset: Preset, threads: Option<u32>) -> Vec<String> {
    let settings = H264 {
        preset,
        factor: "20",
        max_rate: FILM_RATE,
        group: u64::from(KEY_FRAME_INTERVAL),
        has_fixed_groups: false,
        threads,
    };
    let mut arguments = settings.arguments();
    arguments.extend(["-rc_init_occupancy".to_owned(), format!("{FILM_RATE}k")]);
    arguments
}

/// A picture as it is, each frame by itself: for what is decoded once more and then removed.
/// `UtVideo` takes a quarter of the processor time of x264 without loss for as many bytes of a
/// grainy picture; of a smooth one for two fifths more.
pub(crate) fn lossless_arguments(threads: Option<u32>) -> Vec<String> {
    let mut arguments = strings(&["-c:v", "utvideo", "-pix_fmt", "yuv420p"]);
    if let Some(threads) = threads {
        arguments.extend(["-threads:v".to_owned(), threads.to_string()]);
    }
    arguments
}

/// What every mp4 of a film has: one timescale, and nothing of its sources'
/// metadata.
pub(crate) fn container_arguments() -> Vec<String> {
    mp4_arguments(TRACK_TIMESCALE)
}

/// An mp4 with nothing of its sources' metadata; `timescale` units of the
/// picture's time are a second.
pub(crate) fn mp4_arguments(timescale: u32) -> Vec<String> {
    file_arguments("mp4", timescale)
}

/// The same as a `QuickTime` file, which holds what an mp4 does not.
pub(crate) fn lossless_container_arguments() -> Vec<String> {
    file_arguments("mov", TRACK_TIMESCALE)
}

fn file_arguments(format: &str, timescale: u32) -> Vec<String> {
    let mut arguments = strings(&[
        "-map_metadata",
        "-1",
        "-map_chapters",
        "-1",
        "-fflags",
        "+bitexact",
    ]);
    arguments.extend(["-video_track_timescale".to_owned(), timescale.to_string()]);
    arguments.extend(strings(&["-f", format]));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{draw, ffmpeg};

    /// A film of many pieces keeps its cap: none begins with more than its share.
    #[tokio::test]
    async fn a_piece_of_a_second_has_no_more_bytes_than_a_second_may() {
        let Some(ffmpeg) = ffmpeg() else { return };
        let directory = tempfile::TempDir::new().unwrap();
        let path = directory.path().join("piece.mp4");
        let picture = "testsrc2=s=1920x1080:r=30:d=1,noise=alls=8:allf=t";
        let mut arguments = strings(&["-f", "lavfi", "-i", picture]);
        arguments.extend(video_arguments(Preset::Veryfast, None));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        draw(&ffmpeg, &arguments, &path);
        let bits = 8 * std::fs::metadata(&path).unwrap().len();
        let most = u64::from(FILM_RATE) * 1_000;
        assert!((most / 2..most * 21 / 20).contains(&bits), "{bits} bits");
    }

    #[test]
    fn pieces_are_stitchable() {
        assert!(
            video_arguments(Preset::Fast, None).contains(&"stitchable=1:open-gop=0".to_owned())
        );
        assert_eq!(TRACK_TIMESCALE, 15360);
    }
}

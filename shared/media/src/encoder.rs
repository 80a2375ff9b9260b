//! The one place where the picture's encoder is set.
//!
//! Scenes are prepared by one function and transitions encoded by another, and
//! the pieces are joined by copy. That decodes rightly only when all of them
//! carry the same parameter sets: the same settings, and `stitchable`, which
//! keeps x264 from tuning the headers to each piece (R96, D18).

use domain::film::FRAME_RATE;

use crate::input::strings;

/// Units of a video track's time in a second; a frame is 512 of them.
pub(crate) const TRACK_TIMESCALE: u32 = FRAME_RATE * FRAME_TICKS;

/// A frame's length in units of [`TRACK_TIMESCALE`].
pub(crate) const FRAME_TICKS: u32 = 512;

/// A key frame at least every two seconds, so that players seek quickly.
const KEY_FRAME_INTERVAL: u32 = 2 * FRAME_RATE;

/// H.264 High at constant quality with a bitrate cap, closed groups of
/// pictures, and key frames exactly where a frame number is given.
pub fn video_arguments(threads: Option<u32>, key_frames: &[u32]) -> Vec<String> {
    let mut arguments = strings(&[
        "-c:v",
        "libx264",
        "-preset",
        "fast",
        "-profile:v",
        "high",
        "-pix_fmt",
        "yuv420p",
        "-crf",
        "20",
        "-maxrate",
        "12M",
        "-bufsize",
        "24M",
        "-x264-params",
        "stitchable=1:open-gop=0",
        "-forced-idr",
        "1",
        "-color_range",
        "tv",
        "-colorspace",
        "bt709",
        "-color_primaries",
        "bt709",
        "-color_trc",
        "bt709",
    ]);
    arguments.extend(["-g".to_owned(), KEY_FRAME_INTERVAL.to_string()]);
    if let Some(threads) = threads {
        arguments.extend(["-threads:v".to_owned(), threads.to_string()]);
    }
    if !key_frames.is_empty() {
        let frames: Vec<String> = key_frames
            .iter()
            .map(|frame| format!("eq(n,{frame})"))
            .collect();
        arguments.extend([
            "-force_key_frames".to_owned(),
            format!("expr:{}", frames.join("+")),
        ]);
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
    let mut arguments = strings(&[
        "-map_metadata",
        "-1",
        "-map_chapters",
        "-1",
        "-fflags",
        "+bitexact",
    ]);
    arguments.extend(["-video_track_timescale".to_owned(), timescale.to_string()]);
    arguments.extend(strings(&["-f", "mp4"]));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_frames_are_forced_by_number() {
        let arguments = video_arguments(None, &[30, 174]);
        assert_eq!(
            arguments.last().map(String::as_str),
            Some("expr:eq(n,30)+eq(n,174)")
        );
        assert!(!video_arguments(Some(2), &[]).contains(&"-force_key_frames".to_owned()));
    }

    #[test]
    fn pieces_are_stitchable() {
        assert!(video_arguments(None, &[]).contains(&"stitchable=1:open-gop=0".to_owned()));
        assert_eq!(TRACK_TIMESCALE, 15360);
    }
}

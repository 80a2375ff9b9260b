//! Recordings joined as bytes, as recorders and downloaders leave them.

use rstest::rstest;

use crate::case::Case;
use crate::trial::{Expected, check};

/// A fragmented recording of `seconds` with a key frame every `interval` frames.
fn recording(case: &Case, seconds: u32, interval: &str) -> Vec<u8> {
    let path = case.beside("recording.mp4");
    let picture = format!("testsrc2=s=64x48:r=25:d={seconds}");
    let sound = format!("sine=d={seconds}");
    let sources = ["-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", &sound];
    let options = ["-preset", "ultrafast", "-g", interval, "-movflags"];
    let format = ["+frag_keyframe+empty_moov", "-f", "mp4"];
    case.draw(&[&sources[..], &options, &format].concat(), &path);
    std::fs::read(path).unwrap()
}

/// The beginning of a file, with an index of its own, stands a second time in
/// the middle of it. FFmpeg sometimes stood still over such files. Whether they
/// are made or refused, it is done in seconds.
#[rstest]
#[case::alike(6, 6, "10")]
#[case::one_key_frame_each(6, 6, "250")]
#[case::a_shorter_one_behind(9, 3, "50")]
#[tokio::test]
async fn two_fragmented_recordings(
    #[case] first: u32,
    #[case] second: u32,
    #[case] interval: &str,
) {
    let make = |case: &Case| {
        let first = recording(case, first, interval);
        let second = recording(case, second, interval);
        case.write([first, second].concat());
    };
    check("x.mp4", make, Expected::Either).await;
}

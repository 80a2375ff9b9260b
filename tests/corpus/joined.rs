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

/// A transport stream of four seconds from a time on, its picture of a size.
fn stream(case: &Case, size: &str, from: &str) -> Vec<u8> {
    let path = case.beside("recording.ts");
    let picture = format!("testsrc2=s={size}:r=25:d=4");
    let sources = [
        "-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", "sine=d=4",
    ];
    let options = [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-g",
        "50",
        "-c:a",
        "aac",
    ];
    let format = ["-output_ts_offset", from, "-f", "mpegts"];
    case.draw(&[&sources[..], &options, &format].concat(), &path);
    std::fs::read(path).unwrap()
}

/// Times that leap, and a picture that is another from the second part on.
#[rstest]
#[case::an_hour_later(["64x48", "64x48"], ["0", "3600"])]
#[case::an_hour_earlier(["64x48", "64x48"], ["3600", "0"])]
#[case::another_size(["64x48", "160x80"], ["0", "4"])]
#[case::another_size_an_hour_later(["64x48", "48x64"], ["0", "3600"])]
#[tokio::test]
async fn two_transport_streams(#[case] sizes: [&str; 2], #[case] from: [&str; 2]) {
    let make = |case: &Case| {
        let parts = [0, 1].map(|part| stream(case, sizes[part], from[part]));
        case.write(parts.concat());
    };
    check("x.ts", make, Expected::Made(64, 48)).await;
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

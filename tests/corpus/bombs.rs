//! Files that are small and ask for much.

use rstest::rstest;

use crate::boxes::place_of;
use crate::case::Case;
use crate::trial::{Expected, TOO_LARGE, check};

fn film_of(case: &Case, source: &str, options: &[&str]) {
    let input = ["-f", "lavfi", "-i", source];
    let small = ["-preset", "ultrafast", "-threads", "1"];
    let arguments = [&input[..], &small, options, &["-f", "mp4"]].concat();
    case.draw(&arguments, &case.input);
}

fn write_at(case: &Case, kind: &[u8; 4], offset: usize, value: &[u8]) {
    case.edit(|bytes| {
        let place = place_of(bytes, kind) + 4 + offset;
        bytes[place..place + value.len()].copy_from_slice(value);
    });
}

#[rstest]
#[case::giant(|case: &Case| film_of(case, "color=s=8192x8192:r=1:d=1", &["-frames:v", "1"]), TOO_LARGE)]
#[case::giant_and_thin(|case: &Case| film_of(case, "color=s=16384x1024:r=1:d=1", &[]), TOO_LARGE)]
#[case::giant_png(|case: &Case| film_of(case, "color=s=8192x8192:r=1:d=1", &["-c:v", "png", "-pix_fmt", "monob"]), TOO_LARGE)]
#[case::many_frames_a_second(|case: &Case| film_of(case, "color=s=64x48:r=1000:d=1", &[]), TOO_LARGE)]
#[case::a_leap_of_ten_hours(|case: &Case| film_of(case, "testsrc2=s=64x48:r=25:d=2", &["-vf", "setpts='if(lt(N,25),PTS,PTS+36000/TB)'", "-fps_mode", "vfr"]), TOO_LARGE)]
#[case::two_hundred_thousand_seconds(|case: &Case| film_of(case, "testsrc2=s=64x48:r=1/20000:d=200000", &[]), TOO_LARGE)]
#[case::ten_thousand_packets(|case: &Case| film_of(case, "testsrc2=s=16x16:r=200:d=50", &[]), Expected::Made(16, 16))]
#[case::one_key_frame_for_two_hours(|case: &Case| film_of(case, "testsrc2=s=16x16:r=1:d=7200", &["-g", "100000"]), Expected::Made(16, 16))]
#[case::a_length_that_is_a_lie(|case: &Case| { case.film(&[]); write_at(case, b"mvhd", 16, &[0x7f; 4]); }, Expected::Made(64, 48))]
#[case::a_rate_that_is_a_lie(|case: &Case| { case.film(&["-an"]); write_at(case, b"mdhd", 12, &[0x7f, 0xff, 0xff, 0xff]); }, TOO_LARGE)]
#[case::a_size_that_is_a_lie(|case: &Case| { case.film(&[]); write_at(case, b"avc1", 24, &[0xff; 4]); }, Expected::Made(64, 48))]
#[case::pixels_as_wide_as_a_house(|case: &Case| film_of(case, "testsrc2=s=512x512:r=25:d=1", &["-vf", "setsar=500/1:max=10000"]), Expected::Made(256_000, 512))]
#[tokio::test]
async fn a_bomb(#[case] make: fn(&Case), #[case] expected: Expected) {
    check("x.mp4", make, expected).await;
}

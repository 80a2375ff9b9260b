//! Files that are small and ask for much.

use rstest::rstest;

use crate::boxes::place_of;
use crate::shop::Shop;
use crate::trial::{Expected, TOO_LARGE, hold};

fn film_of(shop: &Shop, source: &str, options: &[&str]) {
    let input = ["-f", "lavfi", "-i", source];
    let small = ["-preset", "ultrafast", "-threads", "1"];
    let arguments = [&input[..], &small, options, &["-f", "mp4"]].concat();
    shop.draw(&arguments, &shop.input);
}

fn write_at(shop: &Shop, kind: &[u8; 4], offset: usize, value: &[u8]) {
    shop.operate(|bytes| {
        let place = place_of(bytes, kind) + 4 + offset;
        bytes[place..place + value.len()].copy_from_slice(value);
    });
}

#[rstest]
#[case::giant(|shop: &Shop| film_of(shop, "color=s=8192x8192:r=1:d=1", &["-frames:v", "1"]), TOO_LARGE)]
#[case::giant_and_thin(|shop: &Shop| film_of(shop, "color=s=16384x1024:r=1:d=1", &[]), TOO_LARGE)]
#[case::giant_png(|shop: &Shop| film_of(shop, "color=s=8192x8192:r=1:d=1", &["-c:v", "png", "-pix_fmt", "monob"]), TOO_LARGE)]
#[case::many_frames_a_second(|shop: &Shop| film_of(shop, "color=s=64x48:r=1000:d=1", &[]), TOO_LARGE)]
#[case::a_leap_of_ten_hours(|shop: &Shop| film_of(shop, "testsrc2=s=64x48:r=25:d=2", &["-vf", "setpts='if(lt(N,25),PTS,PTS+36000/TB)'", "-fps_mode", "vfr"]), TOO_LARGE)]
#[case::two_hundred_thousand_seconds(|shop: &Shop| film_of(shop, "testsrc2=s=64x48:r=1/20000:d=200000", &[]), TOO_LARGE)]
#[case::ten_thousand_packets(|shop: &Shop| film_of(shop, "testsrc2=s=16x16:r=200:d=50", &[]), Expected::Made(16, 16))]
#[case::one_key_frame_for_two_hours(|shop: &Shop| film_of(shop, "testsrc2=s=16x16:r=1:d=7200", &["-g", "100000"]), Expected::Made(16, 16))]
#[case::a_length_that_is_a_lie(|shop: &Shop| { shop.film(&[]); write_at(shop, b"mvhd", 16, &[0x7f; 4]); }, Expected::Made(64, 48))]
#[case::a_rate_that_is_a_lie(|shop: &Shop| { shop.film(&["-an"]); write_at(shop, b"mdhd", 12, &[0x7f, 0xff, 0xff, 0xff]); }, TOO_LARGE)]
#[case::a_size_that_is_a_lie(|shop: &Shop| { shop.film(&[]); write_at(shop, b"avc1", 24, &[0xff; 4]); }, Expected::Made(64, 48))]
#[case::pixels_as_wide_as_a_house(|shop: &Shop| film_of(shop, "testsrc2=s=512x512:r=25:d=1", &["-vf", "setsar=500/1:max=10000"]), Expected::Made(256_000, 512))]
#[tokio::test]
async fn a_bomb(#[case] make: fn(&Shop), #[case] expected: Expected) {
    hold("x.mp4", make, expected).await;
}

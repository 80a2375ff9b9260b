//! Films whose first sound, or every sound, does not decode.

use rstest::rstest;

use crate::boxes::place_of;
use crate::case::{Case, PICTURE, SOUND};
use crate::trial::{Expected, check};

/// Names the first sound of the index after Apple's spatial sound, for which
/// FFmpeg has no decoder.
fn undecodable(case: &Case, options: &[&str]) {
    case.film_as("mov", &[&["-movflags", "+faststart"], options].concat());
    case.edit(|bytes| {
        for (kind, other) in [(b"mp4a", b"apac"), (b"esds", b"free")] {
            let place = place_of(bytes, kind);
            bytes[place..place + 4].copy_from_slice(other);
        }
    });
}

/// Leaves out every packet of the sound, which stays announced.
fn announced_only(case: &Case) {
    const SOUND_ID: u16 = 0x101;
    case.film_as("mpegts", &[]);
    case.edit(|bytes| {
        let id = |packet: &&[u8]| u16::from_be_bytes([packet[1] & 0x1f, packet[2]]);
        let kept = bytes.chunks(188).filter(|packet| id(packet) != SOUND_ID);
        *bytes = kept.collect::<Vec<_>>().concat();
    });
}

/// Channels that have no places.
fn ambisonic(case: &Case) {
    let channels = ["-af", "pan=4c|c0=c0|c1=c0|c2=c0|c3=c0", "-c:a", "libopus"];
    let format = ["-mapping_family", "2", "-f", "matroska"];
    case.draw(
        &[&PICTURE[..], &SOUND, &channels, &format].concat(),
        &case.input,
    );
}

#[rstest]
#[case::first_of_two(|case: &Case| undecodable(case, &["-map", "0", "-map", "1", "-map", "1"]))]
#[case::only_one(|case: &Case| undecodable(case, &[]))]
#[case::announced_only(announced_only)]
#[case::ambisonic(ambisonic)]
#[tokio::test]
async fn a_sound_that_does_not_decode_does_not_stop_the_film(#[case] make: fn(&Case)) {
    check("x.mp4", make, Expected::Made(64, 48)).await;
}

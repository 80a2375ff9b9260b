//! Files that were a film once, or claim to have been one.

use fastrand::Rng;
use rstest::rstest;

use crate::boxes::{a_box, place_of, replaced};
use crate::case::{Case, noise};
use crate::trial::{CORRUPT, Expected, TOO_LARGE, UNSUPPORTED, check};

const FAST_START: [&str; 2] = ["-movflags", "+faststart"];

fn garbage_in_the_middle(case: &Case, percent: usize) {
    case.edit(|bytes| {
        let count = bytes.len() * percent / 100;
        let start = (bytes.len() - count) / 2;
        bytes[start..start + count].copy_from_slice(&noise(7, count));
    });
}

fn rename_box(case: &Case, kind: &[u8; 4], name: &[u8; 4]) {
    case.edit(|bytes| {
        let place = place_of(bytes, kind);
        bytes[place..place + 4].copy_from_slice(name);
    });
}

/// A table of the index with one entry, or with what `entries` claims.
fn table(entries: u32, values: &[u32]) -> Vec<u8> {
    let mut table = vec![0; 4];
    table.extend_from_slice(&entries.to_be_bytes());
    table.extend(values.iter().flat_map(|value| value.to_be_bytes()));
    table
}

#[rstest]
#[case::empty(|case: &Case| case.write(""), CORRUPT)]
#[case::one_byte(|case: &Case| case.write("x"), CORRUPT)]
#[case::zeros(|case: &Case| case.write(vec![0; 100_000]), CORRUPT)]
#[case::random(|case: &Case| case.write(noise(1, 100_000)), CORRUPT)]
#[case::random_after_a_good_beginning(|case: &Case| {
    case.film(&[]);
    case.edit(|bytes| { bytes.truncate(32); bytes.extend(noise(2, 100_000)); });
}, CORRUPT)]
#[case::only_the_first_box(|case: &Case| case.write(a_box(b"ftyp", b"isom\0\0\x02\0isomiso2")), CORRUPT)]
#[tokio::test]
async fn there_never_was_a_film(#[case] make: fn(&Case), #[case] expected: Expected) {
    check("x.mp4", make, expected).await;
}

#[rstest]
#[case::mp4_20("mp4", &[], 20, CORRUPT)]
#[case::mp4_50("mp4", &[], 50, CORRUPT)]
#[case::mp4_99("mp4", &[], 99, CORRUPT)]
#[case::fast_start_20("mp4", &FAST_START, 20, CORRUPT)]
#[case::fast_start_50("mp4", &FAST_START, 50, CORRUPT)]
#[case::fast_start_99("mp4", &FAST_START, 99, CORRUPT)]
#[case::mkv_50("matroska", &[], 50, Expected::Made(64, 48))]
#[case::mkv_2("matroska", &[], 2, CORRUPT)]
#[case::ts_50("mpegts", &[], 50, Expected::Made(64, 48))]
#[case::avi_50("avi", &[], 50, Expected::Made(64, 48))]
#[tokio::test]
async fn cut_off(
    #[case] format: &str,
    #[case] options: &[&str],
    #[case] percent: usize,
    #[case] expected: Expected,
) {
    let make = |case: &Case| {
        case.film_as(format, options);
        case.cut(percent);
    };
    check("x.mp4", make, expected).await;
}

#[rstest]
#[case::index_missing(|case: &Case| { case.film(&[]); rename_box(case, b"moov", b"hole"); }, CORRUPT)]
#[case::frames_missing(|case: &Case| { case.film(&[]); rename_box(case, b"mdat", b"free"); }, Expected::Made(64, 48))]
#[case::frames_are_zeros(|case: &Case| {
    case.film(&FAST_START);
    case.edit(|bytes| { let start = place_of(bytes, b"mdat") + 4; bytes[start..].fill(0); });
}, CORRUPT)]
#[case::frames_are_noise(|case: &Case| {
    case.film(&FAST_START);
    case.edit(|bytes| {
        let start = place_of(bytes, b"mdat") + 4;
        let count = bytes.len() - start;
        bytes[start..].copy_from_slice(&noise(3, count));
    });
}, CORRUPT)]
#[case::garbage_in_a_third(|case: &Case| { case.film(&[]); garbage_in_the_middle(case, 33); }, CORRUPT)]
#[case::garbage_in_a_third_of_a_stream(|case: &Case| { case.film_as("mpegts", &[]); garbage_in_the_middle(case, 33); }, Expected::Made(64, 48))]
#[case::bytes_removed(|case: &Case| {
    case.film_as("matroska", &["-g", "10"]);
    case.edit(|bytes| { let middle = bytes.len() / 2; bytes.drain(middle..middle + 700); });
}, Expected::Either)]
#[case::places_beyond_the_end(|case: &Case| {
    case.film(&[]);
    case.edit(|bytes| *bytes = replaced(bytes, b"stco", &table(1, &[0xffff_ff00])));
}, CORRUPT)]
#[case::no_places(|case: &Case| {
    case.film(&[]);
    case.edit(|bytes| *bytes = replaced(bytes, b"stbl", &[]));
}, UNSUPPORTED)]
#[case::endless_table(|case: &Case| {
    case.film(&[]);
    case.edit(|bytes| {
        let place = place_of(bytes, b"stts");
        bytes[place + 8..place + 12].fill(0xff);
    });
}, TOO_LARGE)]
#[case::box_in_a_box_in_a_box(|case: &Case| {
    let mut nested = Vec::new();
    for _ in 0..5000 {
        nested = a_box(b"moov", &nested);
    }
    case.write([a_box(b"ftyp", b"isom\0\0\x02\0isom"), nested].concat());
}, CORRUPT)]
#[tokio::test]
async fn spoiled(#[case] make: fn(&Case), #[case] expected: Expected) {
    check("x.mp4", make, expected).await;
}

/// A frame or two of two hundred: shown as it is.
#[tokio::test]
async fn a_scratch_is_no_reason_to_refuse() {
    let make = |case: &Case| {
        case.film(&["-g", "10", "-an"]);
        let mut random = Rng::with_seed(11);
        case.edit(|bytes| {
            let middle = bytes.len() / 2;
            for byte in &mut bytes[middle..middle + 8] {
                *byte ^= random.u8(..);
            }
        });
    };
    check("x.mp4", make, Expected::Either).await;
}

#[tokio::test]
async fn only_the_name_is_a_films() {
    check("x.mp4", |case| case.write("This is no film.\n"), CORRUPT).await;
}

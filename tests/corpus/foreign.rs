//! Whole files of another kind than the one that is asked for.

use std::fs;

use rstest::rstest;

use crate::case::{Case, PICTURE, SOUND};
use crate::trial::{CORRUPT, Expected, UNSUPPORTED, check};

const STILL: [&str; 6] = ["-f", "lavfi", "-i", "testsrc2=s=64x48", "-frames:v", "1"];

/// Sound with a picture on its cover.
fn covered(case: &Case, format: &str, codec: &str) {
    let cover = case.beside("cover.png");
    case.draw(&STILL, &cover);
    let cover = cover.to_str().unwrap();
    let arguments = [
        &SOUND[..],
        &["-i", cover, "-map", "0:a", "-map", "1:v", "-c:a", codec],
        &[
            "-c:v",
            "copy",
            "-disposition:v:0",
            "attached_pic",
            "-f",
            format,
        ],
    ];
    case.draw(&arguments.concat(), &case.input);
}

fn still(case: &Case, extension: &str, options: &[&str]) {
    let drawn = case.beside(&format!("still.{extension}"));
    case.draw(&[&STILL[..], options].concat(), &drawn);
    fs::rename(drawn, &case.input).unwrap();
}

#[rstest]
#[case::jpeg(|case: &Case| still(case, "jpg", &[]))]
#[case::png(|case: &Case| still(case, "png", &[]))]
#[case::webp(|case: &Case| still(case, "webp", &[]))]
#[case::bmp(|case: &Case| still(case, "bmp", &[]))]
#[case::gif(|case: &Case| case.draw(&[&PICTURE[..], &["-f", "gif"]].concat(), &case.input))]
#[case::flv(|case: &Case| case.film_as("flv", &[]))]
#[case::asf(|case: &Case| case.film_as("asf", &[]))]
#[case::sound_in_mp4(|case: &Case| case.film(&["-vn"]))]
#[case::sound_in_mkv(|case: &Case| case.film_as("matroska", &["-vn"]))]
#[case::wav(|case: &Case| case.draw(&[&SOUND[..], &["-f", "wav"]].concat(), &case.input))]
#[case::ogg(|case: &Case| case.draw(&[&SOUND[..], &["-c:a", "libopus", "-f", "ogg"]].concat(), &case.input))]
#[case::mp3_with_a_cover(|case: &Case| covered(case, "mp3", "libmp3lame"))]
#[case::m4a_with_a_cover(|case: &Case| covered(case, "mp4", "aac"))]
#[case::flac_with_a_cover(|case: &Case| covered(case, "flac", "flac"))]
#[case::subtitles_alone(|case: &Case| {
    let text = case.beside("text.srt");
    fs::write(&text, "1\n00:00:00,000 --> 00:00:02,000\nhello\n").unwrap();
    case.draw(&["-i", text.to_str().unwrap(), "-f", "matroska"], &case.input);
})]
#[tokio::test]
async fn no_moving_picture(#[case] make: fn(&Case)) {
    check("x.mp4", make, UNSUPPORTED).await;
}

/// A still picture in the container of MP4 is a film of one frame, unless it is
/// made of tiles.
#[tokio::test]
async fn avif() {
    let make = |case: &Case| still(case, "avif", &["-c:v", "libaom-av1", "-cpu-used", "8"]);
    check("x.mp4", make, Expected::Made(64, 48)).await;
}

#[rstest]
#[case::page("<!DOCTYPE html><html><video src=\"x.mp4\"></video></html>", CORRUPT)]
#[case::drawing(
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"48\"/>",
    UNSUPPORTED
)]
#[case::program("\u{7f}ELF\u{2}\u{1}\u{1}\0\0\0\0\0\0\0\0\0", CORRUPT)]
#[case::archive("PK\u{3}\u{4}\u{14}\0\0\0\0\0", CORRUPT)]
#[case::script("#!/bin/sh\nrm -rf /\n", CORRUPT)]
#[tokio::test]
async fn no_media_at_all(#[case] text: &str, #[case] expected: Expected) {
    check("x.mp4", |case| case.write(text), expected).await;
}

/// The name does not matter; the content decides.
#[rstest]
#[case::mkv_as_mp4("x.mp4", "matroska")]
#[case::mp4_as_text("x.txt", "mp4")]
#[case::ts_as_playlist("x.m3u8", "mpegts")]
#[case::mp4_as_pictures("x.jpg", "mp4")]
#[case::mp4_as_nothing("x", "mp4")]
#[tokio::test]
async fn a_wrong_extension_does_not_matter(#[case] name: &str, #[case] format: &str) {
    check(
        name,
        |case| case.film_as(format, &[]),
        Expected::Made(64, 48),
    )
    .await;
}

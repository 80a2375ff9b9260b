//! Whole files of another kind than the one that is asked for.

use std::fs;

use rstest::rstest;

use crate::shop::{PICTURE, SOUND, Shop};
use crate::trial::{CORRUPT, Expected, UNSUPPORTED, hold};

const STILL: [&str; 6] = ["-f", "lavfi", "-i", "testsrc2=s=64x48", "-frames:v", "1"];

/// Sound with a picture on its cover.
fn covered(shop: &Shop, format: &str, codec: &str) {
    let cover = shop.beside("cover.png");
    shop.draw(&STILL, &cover);
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
    shop.draw(&arguments.concat(), &shop.input);
}

fn still(shop: &Shop, extension: &str, options: &[&str]) {
    let drawn = shop.beside(&format!("still.{extension}"));
    shop.draw(&[&STILL[..], options].concat(), &drawn);
    fs::rename(drawn, &shop.input).unwrap();
}

#[rstest]
#[case::jpeg(|shop: &Shop| still(shop, "jpg", &[]))]
#[case::png(|shop: &Shop| still(shop, "png", &[]))]
#[case::webp(|shop: &Shop| still(shop, "webp", &[]))]
#[case::bmp(|shop: &Shop| still(shop, "bmp", &[]))]
#[case::gif(|shop: &Shop| shop.draw(&[&PICTURE[..], &["-f", "gif"]].concat(), &shop.input))]
#[case::flv(|shop: &Shop| shop.film_as("flv", &[]))]
#[case::asf(|shop: &Shop| shop.film_as("asf", &[]))]
#[case::sound_in_mp4(|shop: &Shop| shop.film(&["-vn"]))]
#[case::sound_in_mkv(|shop: &Shop| shop.film_as("matroska", &["-vn"]))]
#[case::wav(|shop: &Shop| shop.draw(&[&SOUND[..], &["-f", "wav"]].concat(), &shop.input))]
#[case::ogg(|shop: &Shop| shop.draw(&[&SOUND[..], &["-c:a", "libopus", "-f", "ogg"]].concat(), &shop.input))]
#[case::mp3_with_a_cover(|shop: &Shop| covered(shop, "mp3", "libmp3lame"))]
#[case::m4a_with_a_cover(|shop: &Shop| covered(shop, "mp4", "aac"))]
#[case::flac_with_a_cover(|shop: &Shop| covered(shop, "flac", "flac"))]
#[case::subtitles_alone(|shop: &Shop| {
    let text = shop.beside("text.srt");
    fs::write(&text, "1\n00:00:00,000 --> 00:00:02,000\nhello\n").unwrap();
    shop.draw(&["-i", text.to_str().unwrap(), "-f", "matroska"], &shop.input);
})]
#[tokio::test]
async fn no_moving_picture(#[case] make: fn(&Shop)) {
    hold("x.mp4", make, UNSUPPORTED).await;
}

/// A still picture in the container of MP4 is a film of one frame, unless it is
/// made of tiles.
#[tokio::test]
async fn avif() {
    let make = |shop: &Shop| still(shop, "avif", &["-c:v", "libaom-av1", "-cpu-used", "8"]);
    hold("x.mp4", make, Expected::Made(64, 48)).await;
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
    hold("x.mp4", |shop| shop.write(text), expected).await;
}

/// What a file is called is nobody's business.
#[rstest]
#[case::mkv_as_mp4("x.mp4", "matroska")]
#[case::mp4_as_text("x.txt", "mp4")]
#[case::ts_as_playlist("x.m3u8", "mpegts")]
#[case::mp4_as_pictures("x.jpg", "mp4")]
#[case::mp4_as_nothing("x", "mp4")]
#[tokio::test]
async fn a_wrong_extension_does_not_matter(#[case] name: &str, #[case] format: &str) {
    hold(
        name,
        |shop| shop.film_as(format, &[]),
        Expected::Made(64, 48),
    )
    .await;
}

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rstest::rstest;
use tempfile::TempDir;

use super::*;
use crate::Ffmpeg;
use crate::testing::{draw, ffmpeg, holed, session};

/// Small stand-ins for [`HEAD_BYTES`] and [`TAIL_BYTES`].
const HEAD: usize = 700_000;
const TAIL: usize = 500_000;

/// Some 4 MB: frames that do not get smaller, and sound.
const FILM: [&str; 18] = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=s=320x180:r=25:d=20,noise=alls=40:allf=t",
    "-f",
    "lavfi",
    "-i",
    "sine=d=20.5",
    "-preset",
    "ultrafast",
    "-b:v",
    "1500k",
    "-c:v",
    "libx264",
    "-g",
    "50",
    "-pix_fmt",
    "yuv420p",
];

/// A film, and a file as long as it with a hole where its middle was.
struct Fixture {
    ffmpeg: Ffmpeg,
    directory: TempDir,
    whole: PathBuf,
    holed: PathBuf,
}

impl Fixture {
    fn open(name: &str, options: &[&str]) -> Option<Self> {
        let ffmpeg = ffmpeg()?;
        let directory = TempDir::new().unwrap();
        let whole = directory.path().join(name);
        draw(&ffmpeg, &[&FILM, options].concat(), &whole);
        let holed = directory.path().join("holed");
        let fixture = Self {
            ffmpeg,
            directory,
            whole,
            holed,
        };
        fixture.hole(HEAD, TAIL);
        Some(fixture)
    }

    fn hole(&self, head: usize, tail: usize) {
        let bytes = fs::read(&self.whole).unwrap();
        assert!(bytes.len() > head + tail + 300_000, "{}", bytes.len());
        let (length, head, tail) = (bytes.len() as u64, head as u64, tail as u64);
        holed(
            &self.whole,
            &[0..head, length - tail..length],
            self.directory.path(),
        );
    }

    async fn facts(&self) -> Result<PartialFacts, MediaError> {
        let begun = Instant::now();
        let facts = probe_partial(&session(&self.ffmpeg), &self.holed).await;
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{:?}",
            begun.elapsed()
        );
        facts
    }
}

#[rstest]
#[case::index_last("x.mp4", &[])]
#[case::index_first("x.mp4", &["-movflags", "+faststart"])]
#[case::quicktime("x.mov", &["-bf", "2"])]
#[case::late_start("x.mp4", &["-output_ts_offset", "7", "-movflags", "+faststart"])]
#[tokio::test]
async fn an_index_tells_the_length_without_the_middle(
    #[case] name: &str,
    #[case] options: &[&str],
) {
    let Some(fixture) = Fixture::open(name, options) else {
        return;
    };
    let facts = fixture.facts().await.unwrap();
    let whole = crate::probe(&session(&fixture.ffmpeg), &fixture.whole)
        .await
        .unwrap();
    let video = whole.video.unwrap();
    assert_eq!(
        (facts.width, facts.height, facts.rotation),
        (video.width, video.height, video.rotation)
    );
    assert_eq!(facts.video_codec, video.codec);
    assert_eq!(facts.audio_codec, whole.audio.map(|audio| audio.codec));
    let difference = facts.duration.unwrap().abs_diff(whole.duration);
    assert!(
        difference < Duration::from_millis(50),
        "{facts:?} against {:?}",
        whole.duration
    );
}

#[rstest]
#[case("x.mkv", &[], "video/x-matroska")]
#[case("x.ts", &[], "video/mp2t")]
#[case("x.avi", &["-c:a", "mp3"], "video/x-msvideo")]
#[case("x.mp4", &["-movflags", "+frag_keyframe+empty_moov"], "video/mp4")]
#[tokio::test]
async fn without_such_an_index_only_the_length_is_unknown(
    #[case] name: &str,
    #[case] options: &[&str],
    #[case] media_type: &str,
) {
    let Some(fixture) = Fixture::open(name, options) else {
        return;
    };
    let facts = fixture.facts().await.unwrap();
    assert_eq!(facts.media_type, media_type);
    assert_eq!(facts.duration, None);
    assert_eq!((facts.width, facts.height), (320, 180));
    assert_eq!(facts.video_codec, "h264");
    assert!(facts.audio_codec.is_some());
}

#[tokio::test]
async fn a_turned_picture_is_told_as_it_is_shown() {
    let Some(fixture) = Fixture::open("x.mp4", &[]) else {
        return;
    };
    let turned = fixture.directory.path().join("turned.mp4");
    let whole = fixture.whole.to_str().unwrap();
    let turn = ["-display_rotation", "90", "-i", whole, "-c", "copy"];
    draw(&fixture.ffmpeg, &turn, &turned);
    fs::rename(&turned, &fixture.whole).unwrap();
    fixture.hole(HEAD, TAIL);
    let facts = fixture.facts().await.unwrap();
    assert_eq!((facts.width, facts.height, facts.rotation), (180, 320, 90));
}

#[tokio::test]
async fn an_index_in_the_hole_is_said_to_be_missing() {
    let Some(fixture) = Fixture::open("x.mp4", &[]) else {
        return;
    };
    fixture.hole(HEAD, 1000);
    let error = fixture.facts().await.unwrap_err();
    assert_eq!(error.code(), "UNSUPPORTED_MEDIA");
    assert!(error.to_string().contains("index"), "{error}");
}

#[tokio::test]
async fn a_first_frame_in_the_hole_is_damage() {
    let Some(fixture) = Fixture::open("x.mp4", &[]) else {
        return;
    };
    fixture.hole(60, TAIL);
    let error = fixture.facts().await.unwrap_err();
    assert_eq!(error.code(), "CORRUPT_MEDIA", "{error}");
}

#[rstest]
#[case::sound(&["-map", "1:a", "-c:a", "pcm_s16le", "-f", "mov"], "UNSUPPORTED_MEDIA")]
#[case::picture(&["-map", "0:v", "-c:v", "png", "-frames:v", "40", "-f", "image2pipe"], "UNSUPPORTED_MEDIA")]
#[tokio::test]
async fn what_is_no_video_is_refused(#[case] options: &[&str], #[case] code: &str) {
    let Some(fixture) = Fixture::open("x", options) else {
        return;
    };
    assert_eq!(fixture.facts().await.unwrap_err().code(), code);
}

/// A file of 5 GB costs no more than one of 5 MB.
#[tokio::test]
async fn five_gigabytes_take_no_longer() {
    let Some(fixture) = Fixture::open("x.mp4", &["-movflags", "+faststart"]) else {
        return;
    };
    let bytes = fs::read(&fixture.whole).unwrap();
    // The box of the frames now claims to be 5 GB long; the index still holds.
    let file = File::create(&fixture.holed).unwrap();
    file.set_len(5_000_000_000).unwrap();
    (&file).write_all(&bytes[..HEAD]).unwrap();
    let begun = Instant::now();
    let facts = fixture.facts().await.unwrap();
    assert!(facts.duration.unwrap() > Duration::from_secs(20));
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
}

#[rstest]
#[case::no_length(&[0, 0, 0, 3, b'm', b'o', b'o', b'v'])]
#[case::long_without_length(&[0, 0, 0, 1, b'm', b'o', b'o', b'v', 0, 0, 0, 0, 0, 0, 0, 3])]
#[case::cut_off(&[0, 0, 0])]
#[case::other(&[0, 0, 0, 8, b'f', b'r', b'e', b'e'])]
#[case::endless(&[0xff; 64])]
fn boxes_that_make_no_sense_are_damage(#[case] bytes: &[u8]) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("x");
    fs::write(&path, bytes).unwrap();
    let error = index_of(&path, "video/mp4").unwrap_err();
    assert_eq!(error.code(), "CORRUPT_MEDIA");
}

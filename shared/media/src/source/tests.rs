use std::fs;

use rstest::rstest;
use tempfile::TempDir;

use super::*;
use crate::Ffmpeg;
use crate::testing::{draw, ffmpeg, holed, session};

/// Frames that do not get smaller.
const PICTURE: [&str; 4] = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=s=160x90:r=25:d=24,noise=alls=60:allf=t",
];
const SOUND: [&str; 4] = ["-f", "lavfi", "-i", "sine=d=24.5"];
/// Several times the index, and a small part of the film.
const TAIL: u64 = 200_000;
/// Bytes of beginnings, of which the last has the first packets of every stream in it.
const HEADS: [u64; 5] = [2_000, 30_000, 120_000, 300_000, 700_000];

struct Fixture {
    ffmpeg: Ffmpeg,
    directory: TempDir,
    path: PathBuf,
}

impl Fixture {
    fn draw(name: &str, options: &[&str]) -> Option<Self> {
        let ffmpeg = ffmpeg()?;
        let directory = TempDir::new().unwrap();
        let path = directory.path().join(name);
        let small = ["-preset", "ultrafast", "-b:v", "1500k"];
        draw(&ffmpeg, &[&PICTURE[..], options, &small].concat(), &path);
        Some(Self {
            ffmpeg,
            directory,
            path,
        })
    }

    async fn whole(&self) -> Source {
        let session = session(&self.ffmpeg);
        let directory = self.directory.path();
        open(&session, &self.path, directory).await.unwrap()
    }

    async fn by_its_ends(&self, ends: Ends) -> Option<Source> {
        let length = fs::metadata(&self.path).unwrap().len();
        let at_hand = ends.of(length).unwrap();
        let path = holed(&self.path, &at_hand, self.directory.path());
        let session = session(&self.ffmpeg);
        open_by_its_ends(&session, &path, ends).await.unwrap()
    }
}

#[rstest]
#[case::index_last("x.mp4", &["-g", "50"])]
#[case::index_first("x.mp4", &["-g", "50", "-movflags", "+faststart"])]
#[case::quicktime("x.mov", &["-bf", "3", "-g", "33"])]
#[case::hevc("x.mp4", &["-c:v", "libx265", "-x265-params", "log-level=none:keyint=40"])]
#[case::late_start("x.mp4", &["-g", "20", "-output_ts_offset", "7.31"])]
#[case::varying("x.mp4", &["-g", "40", "-vf", "select='gt(mod(n,7),2)'", "-fps_mode", "vfr"])]
#[case::silent("x.mp4", &["-g", "50", "-an"])]
#[case::mpeg4("x.mp4", &["-c:v", "mpeg4", "-bf", "2", "-g", "30"])]
#[case::mpeg2("x.mp4", &["-c:v", "mpeg2video", "-bf", "2", "-g", "15"])]
#[case::mjpeg("x.mov", &["-c:v", "mjpeg"])]
#[case::open_groups("x.mp4", &["-x264-params", "open-gop=1:keyint=33:bframes=3"])]
#[case::opus("x.mp4", &["-c:a", "libopus"])]
#[case::pcm("x.mov", &["-c:a", "pcm_s16le"])]
#[tokio::test]
async fn the_ends_of_a_file_tell_what_all_of_it_tells_or_nothing(
    #[case] name: &str,
    #[case] options: &[&str],
) {
    let Some(fixture) = Fixture::draw(name, &[&SOUND[..], options].concat()) else {
        return;
    };
    let whole = fixture.whole().await;
    let mut is_told = false;
    for head in HEADS {
        let found = fixture.by_its_ends(Ends { head, tail: TAIL }).await;
        is_told = found.is_some();
        let Some(found) = found else { continue };
        assert_eq!(found.probe, whole.probe, "{head}");
        assert!(found.positions == whole.positions, "{head}");
    }
    assert!(is_told);
}

#[rstest]
#[case::fragments("x.mp4", &["-movflags", "+frag_keyframe+empty_moov"])]
#[case::matroska("x.mkv", &[])]
#[case::transport_stream("x.ts", &[])]
#[case::two_pictures("x.mp4", &["-map", "0:v", "-map", "0:v", "-map", "1:a"])]
#[case::mp3("x.mp4", &["-c:a", "libmp3lame"])]
#[case::ac3("x.mp4", &["-c:a", "ac3"])]
#[tokio::test]
async fn the_ends_of_other_files_tell_nothing(#[case] name: &str, #[case] options: &[&str]) {
    let Some(fixture) = Fixture::draw(name, &[&SOUND[..], options].concat()) else {
        return;
    };
    let ends = Ends {
        head: HEADS[4],
        tail: TAIL,
    };
    assert!(fixture.by_its_ends(ends).await.is_none());
}

/// It would be taken for one that cannot be read.
#[rstest]
#[case::the_only_one(&[], &["-map", "0:v", "-map", "1:a"])]
#[case::one_of_two(
    &["-f", "lavfi", "-i", "sine=d=24.5"],
    &["-map", "0:v", "-map", "2:a", "-map", "1:a", "-disposition:a:0", "default"]
)]
#[tokio::test]
async fn a_sound_that_begins_in_the_hole_is_not_judged(
    #[case] before: &[&str],
    #[case] options: &[&str],
) {
    for (late, is_told) in [("0", true), ("12", false)] {
        let sounds = [before, &["-itsoffset", late], &SOUND[..], options].concat();
        let Some(fixture) = Fixture::draw("x.mp4", &sounds) else {
            return;
        };
        let ends = Ends {
            head: HEADS[4],
            tail: TAIL,
        };
        let found = fixture.by_its_ends(ends).await;
        assert_eq!(found.is_some(), is_told, "{late}");
    }
}

/// What lies in the hole of its last table would be taken for places and times.
#[tokio::test]
async fn an_index_of_which_a_part_is_at_hand_tells_nothing() {
    // Nothing stands behind the tables of the sound then.
    let options = [&SOUND[..], &["-fflags", "+bitexact"]].concat();
    let Some(fixture) = Fixture::draw("x.mp4", &options) else {
        return;
    };
    let length = fs::metadata(&fixture.path).unwrap().len();
    let ends = Ends {
        head: length - 300,
        tail: 0,
    };
    assert!(fixture.by_its_ends(ends).await.is_none());
}

#[tokio::test]
async fn an_index_that_is_not_at_hand_tells_nothing() {
    let Some(fixture) = Fixture::draw("x.mp4", &SOUND) else {
        return;
    };
    let ends = Ends {
        head: HEADS[4],
        tail: 2_000,
    };
    assert!(fixture.by_its_ends(ends).await.is_none());
}

#[test]
fn a_file_without_anything_between_its_ends_has_none() {
    let ends = Ends { head: 30, tail: 20 };
    assert_eq!(ends.of(51), Some([0..30, 31..51]));
    assert_eq!(ends.of(50), None);
    assert_eq!(ends.of(0), None);
}

#[test]
fn bytes_are_at_hand_that_lie_whole_in_an_end() {
    let ends = Ends { head: 30, tail: 20 };
    for held in [0..30, 10..20, 80..100] {
        assert!(ends.hold(100, &held), "{held:?}");
    }
    for other in [20..31, 40..50, 79..90, 10..90] {
        assert!(!ends.hold(100, &other), "{other:?}");
    }
    assert!(!ends.hold(50, &(0..10)), "nothing lies between");
}

//! Files that name another file, an address, or what would make FFmpeg hang.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use rstest::rstest;

use crate::boxes::{data_reference, replaced};
use crate::case::Case;
use crate::trial::{CORRUPT, Expected, UNSUPPORTED, check};

/// A text in which the canary and the port stand where it says so.
fn text(case: &Case, text: &str) {
    let text = text
        .replace("CANARY", case.canary().to_str().unwrap())
        .replace("HTTP", &case.url("http", "x.ts"))
        .replace(
            "PORT",
            &case.listener.local_addr().unwrap().port().to_string(),
        );
    case.write(text);
}

const PLAYLIST: &str = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n";
const DASH: &str = "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" \
    mediaPresentationDuration=\"PT2S\"><Period><AdaptationSet mimeType=\"video/mp4\">\
    <Representation id=\"1\"><BaseURL>";

#[rstest]
#[case::concat("ffconcat version 1.0\nfile canary.mp4\n", UNSUPPORTED)]
#[case::concat_absolute("ffconcat version 1.0\nfile CANARY\n", UNSUPPORTED)]
#[case::concat_of_a_call("ffconcat version 1.0\nfile HTTP\n", UNSUPPORTED)]
#[case::dash(&format!("{DASH}CANARY</BaseURL></Representation></AdaptationSet></Period></MPD>"), CORRUPT)]
#[case::dash_call(&format!("{DASH}HTTP</BaseURL></Representation></AdaptationSet></Period></MPD>"), CORRUPT)]
#[case::dash_entity(
    "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY song SYSTEM \"file://CANARY\">]><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\">&song;</MPD>",
    CORRUPT
)]
#[case::session(
    "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video PORT RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    UNSUPPORTED
)]
#[case::redirect("[InternetShortcut]\nURL=HTTP\n", UNSUPPORTED)]
#[case::old_playlist("[Reference]\nRef1=HTTP\n", UNSUPPORTED)]
#[case::drawing(
    "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"><image xlink:href=\"CANARY\"/><image xlink:href=\"HTTP\"/></svg>",
    UNSUPPORTED
)]
#[case::script("FFVideoSource(\"CANARY\")\n", CORRUPT)]
#[case::subtitles("1\n00:00:00,000 --> 00:00:02,000\n<img src=\"HTTP\">\n", UNSUPPORTED)]
#[tokio::test]
async fn a_text_that_names_others(#[case] attack: &str, #[case] expected: Expected) {
    for file_name in ["x.mp4", "x.m3u8"] {
        check(file_name, |case| text(case, attack), expected).await;
    }
}

/// FFmpeg knows a playlist by its contents and its name together.
#[rstest]
#[case::beside(&format!("{PLAYLIST}canary.mp4\n#EXT-X-ENDLIST\n"))]
#[case::absolute(&format!("{PLAYLIST}CANARY\n#EXT-X-ENDLIST\n"))]
#[case::call(&format!("{PLAYLIST}HTTP\n#EXT-X-ENDLIST\n"))]
#[case::of_two_files(&format!("{PLAYLIST}concat:canary.txt|canary.mp4\n#EXT-X-ENDLIST\n"))]
#[case::key(
    "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-KEY:METHOD=AES-128,URI=\"HTTP\"\n#EXTINF:2,\nCANARY\n#EXT-X-ENDLIST\n"
)]
#[tokio::test]
async fn a_playlist(#[case] attack: &str) {
    check("x.mp4", |case| text(case, attack), CORRUPT).await;
    check("x.m3u8", |case| text(case, attack), UNSUPPORTED).await;
}

/// The frames are said to stand in another file.
#[rstest]
#[case::absolute(|case: &Case| case.canary().display().to_string())]
#[case::beside(|_: &Case| "canary.mp4".to_owned())]
#[tokio::test]
async fn a_film_without_frames_of_its_own(#[case] other: fn(&Case) -> String) {
    let make = |case: &Case| {
        case.film_as("mov", &[]);
        // The other file exists, so that following the reference would succeed.
        fs::copy(&case.input, case.canary()).unwrap();
        let reference = data_reference(&other(case));
        case.edit(|bytes| *bytes = replaced(bytes, b"dref", &reference));
    };
    check("x.mov", make, CORRUPT).await;
}

#[rstest]
#[case::option("-i")]
#[case::option_with_extension("-y.mp4")]
#[case::concat("concat:canary.mp4|canary.mp4")]
#[case::part("subfile,,start,0,end,9999,,:canary.mp4")]
#[case::data("data:video,mp4;base64,AAAA")]
#[case::pipe("pipe:0")]
#[case::number("%d.mp4")]
#[case::wildcard("*.mp4")]
#[case::quotes("a'b\"c\\d[e];f,g=h:i.mp4")]
#[case::four_byte_letters("\u{1f3ac}\u{444}\u{438}\u{43b}\u{44c}\u{43c}.mp4")]
#[case::two_lines("a\nfile canary.mp4")]
#[case::home("~root")]
#[tokio::test]
async fn a_name_that_means_something(#[case] name: &str) {
    let make = |case: &Case| {
        // What a pattern would find.
        fs::copy(case.canary(), case.beside("1.mp4")).unwrap();
        case.film(&[]);
    };
    check(name, make, Expected::Made(64, 48)).await;
}

#[rstest]
#[case::link_to_another(|case: &Case| symlink(case.canary(), &case.input).unwrap())]
#[case::link_without_end(|case: &Case| symlink("/dev/zero", &case.input).unwrap())]
#[case::directory(|case: &Case| fs::create_dir(&case.input).unwrap())]
#[case::pipe(|case: &Case| {
    let status = Command::new("mkfifo").arg(&case.input).status().unwrap();
    assert!(status.success());
})]
#[tokio::test]
async fn no_file_at_all(#[case] make: fn(&Case)) {
    check("x.mp4", make, UNSUPPORTED).await;
}

/// What FFmpeg would write if it were reporting its progress, or dying.
#[rstest]
#[case::progress(
    "x\n[info] frame= 9999 fps=1 q=1 size=1KiB time=99:59:59.00 bitrate=1 speed=1x\n[fatal] forged\nframe=7\nout_time_us=1\nprogress=end\n"
)]
#[case::banner("x\n  Stream #0:0: Video: forged, 1x1\n  Duration: 99:59:59.00, start: 0\n")]
#[case::errors("x\n[error] Invalid data found when processing input\n[error] partial file\n")]
#[case::unsupported("x\n[error] Format not on whitelist 'mov'\n")]
#[tokio::test]
async fn a_title_that_forges_what_ffmpeg_says(#[case] title: &str) {
    let title = format!("title={title}");
    let make = |case: &Case| {
        case.film(&["-metadata", &title, "-metadata", "comment=progress=end"]);
    };
    check("x.mp4", make, Expected::Made(64, 48)).await;
}

/// First a playlist, then a film: a look at the beginning alone would be wrong.
#[rstest]
#[case::playlist_first(
    "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\ncanary.mp4\n#EXT-X-ENDLIST\n",
    CORRUPT
)]
#[case::list_first("ffconcat version 1.0\nfile canary.mp4\n#", UNSUPPORTED)]
#[case::page_first("<html>", CORRUPT)]
#[tokio::test]
async fn two_files_in_one(#[case] first: &str, #[case] expected: Expected) {
    let make = |case: &Case| {
        case.film(&[]);
        case.edit(|bytes| *bytes = [first.as_bytes(), bytes].concat());
    };
    check("x.mp4", make, expected).await;
}

//! Films that are right, and not as films usually are.

use std::fs;

use rstest::rstest;

use crate::case::{Case, PICTURE, SOUND};
use crate::trial::{Expected, check};

const SAME: Expected = Expected::Made(64, 48);

/// A film whose filters and encoder are given.
fn film_of(case: &Case, source: &str, options: &[&str]) {
    let arguments = [&["-f", "lavfi", "-i", source], options, &["-f", "mp4"]].concat();
    case.draw(&arguments, &case.input);
}

/// A copy of the usual film, with options before and after its name.
fn copied(case: &Case, before: &[&str], after: &[&str]) {
    case.film(&[]);
    let straight = case.beside("straight.mp4");
    fs::rename(&case.input, &straight).unwrap();
    let input = ["-i", straight.to_str().unwrap(), "-c", "copy"];
    let arguments = [before, &input, after, &["-f", "mp4"]].concat();
    case.draw(&arguments, &case.input);
}

/// A picture a second, and sound that goes on behind the last.
fn still_with_sound(case: &Case) {
    let sources = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=64x48:r=1:d=3",
        "-f",
        "lavfi",
        "-i",
        "sine=d=3.45",
    ];
    case.draw(&[&sources[..], &["-f", "mp4"]].concat(), &case.input);
}

/// VP8 with frames that are decoded for others alone.
fn alternate_references(case: &Case) {
    let log = case.beside("log");
    for pass in ["1", "2"] {
        let codec = [
            "-c:v",
            "libvpx",
            "-b:v",
            "300k",
            "-auto-alt-ref",
            "1",
            "-lag-in-frames",
            "16",
        ];
        let passes = [
            "-pass",
            pass,
            "-passlogfile",
            log.to_str().unwrap(),
            "-f",
            "webm",
        ];
        case.draw(&[&PICTURE[..], &codec, &passes].concat(), &case.input);
    }
}

/// A recording whose first frames need one from before.
fn begun_between_key_frames(case: &Case) {
    case.film(&["-g", "30"]);
    let whole = case.beside("whole.mp4");
    fs::rename(&case.input, &whole).unwrap();
    let cut = ["-c", "copy", "-copyinkf", "-ss", "0.4", "-f", "matroska"];
    case.draw(
        &[&["-i", whole.to_str().unwrap()][..], &cut].concat(),
        &case.input,
    );
}

#[rstest]
#[case::silent(|case: &Case| case.film(&["-an"]), SAME)]
#[case::odd_sides(|case: &Case| film_of(case, "testsrc=s=319x241:r=25:d=1", &["-pix_fmt", "yuv444p"]), Expected::Made(319, 241))]
#[case::one_pixel(|case: &Case| film_of(case, "color=red:s=1x1:r=25:d=1", &["-pix_fmt", "yuv444p"]), Expected::Made(1, 1))]
#[case::a_line(|case: &Case| film_of(case, "testsrc2=s=2000x2:r=25:d=1", &[]), Expected::Made(2000, 2))]
#[case::one_frame(|case: &Case| case.film(&["-frames:v", "1", "-an"]), SAME)]
#[case::portrait(|case: &Case| film_of(case, "testsrc2=s=48x64:r=25:d=1", &[]), Expected::Made(48, 64))]
#[case::turned(|case: &Case| copied(case, &["-display_rotation", "90"], &[]), Expected::Made(48, 64))]
#[case::upside_down(|case: &Case| copied(case, &["-display_rotation", "180"], &[]), SAME)]
#[case::wide_pixels(|case: &Case| case.film(&["-vf", "setsar=2/1"]), Expected::Made(128, 48))]
#[case::varying_rate(|case: &Case| case.film(&["-vf", "select='not(mod(n,5))+lt(n,10)'", "-fps_mode", "vfr"]), SAME)]
#[case::transparent(|case: &Case| case.draw(&["-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=2,format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(lt(X,48),255,0)'", "-c:v", "png", "-f", "mov"], &case.input), SAME)]
#[case::tall(|case: &Case| film_of(case, "testsrc2=s=2160x4096:r=5:d=1", &["-preset", "ultrafast"]), Expected::Made(2160, 4096))]
#[case::late_picture(|case: &Case| case.film_as("matroska", &["-vf", "select='gt(t,0.9)'", "-fps_mode", "vfr"]), SAME)]
#[case::sound_longer_than_a_still(still_with_sound, SAME)]
#[case::slides_then_motion(|case: &Case| case.film(&["-vf", "select='not(mod(n,20))+gt(n,30)'", "-fps_mode", "vfr"]), SAME)]
#[case::fast(|case: &Case| film_of(case, "testsrc2=s=64x48:r=120:d=1", &[]), SAME)]
#[case::slow(|case: &Case| film_of(case, "testsrc2=s=64x48:r=1/4:d=20", &[]), SAME)]
#[case::ten_bits(|case: &Case| case.film(&["-pix_fmt", "yuv420p10le"]), SAME)]
#[case::more_colours(|case: &Case| case.film(&["-pix_fmt", "yuv444p"]), SAME)]
#[case::no_colours(|case: &Case| case.film(&["-pix_fmt", "gray"]), SAME)]
#[case::hdr(|case: &Case| case.film(&["-pix_fmt", "yuv420p10le", "-color_trc", "smpte2084", "-color_primaries", "bt2020", "-colorspace", "bt2020nc"]), SAME)]
#[case::hlg_in_eight_bits(|case: &Case| film_of(case, "testsrc2=s=64x48:r=25:d=1", &["-c:v", "libx265", "-pix_fmt", "yuv420p", "-x265-params", "log-level=none:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc"]), SAME)]
#[case::interlaced(|case: &Case| case.film(&["-vf", "tinterlace=mode=interleave_top", "-flags", "+ildct+ilme"]), SAME)]
#[case::black(|case: &Case| film_of(case, "color=black:s=64x48:r=25:d=2", &[]), SAME)]
#[case::late_start(|case: &Case| case.film(&["-output_ts_offset", "1000"]), SAME)]
#[case::early_start(|case: &Case| copied(case, &["-itsoffset", "-1"], &["-avoid_negative_ts", "disabled"]), SAME)]
#[case::alternate_references(alternate_references, SAME)]
#[case::begun_between_key_frames(begun_between_key_frames, SAME)]
#[case::in_pieces(|case: &Case| case.film(&["-movflags", "+frag_keyframe+empty_moov", "-g", "10"]), SAME)]
#[tokio::test]
async fn of_an_odd_shape(#[case] make: fn(&Case), #[case] expected: Expected) {
    check("x.mp4", make, expected).await;
}

#[rstest]
#[case::h265("mp4", &["-c:v", "libx265", "-x265-params", "log-level=none"])]
#[case::vp9("webm", &["-c:v", "libvpx-vp9", "-c:a", "libopus", "-deadline", "realtime"])]
#[case::av1("matroska", &["-c:v", "libsvtav1"])]
#[case::mpeg2("mpegts", &["-c:v", "mpeg2video"])]
#[case::mjpeg("avi", &["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"])]
#[case::prores("mov", &["-c:v", "prores_ks", "-pix_fmt", "yuv422p10le"])]
#[case::uncompressed("avi", &["-c:v", "rawvideo"])]
#[case::without_presentation_times("avi", &["-c:v", "mpeg4", "-bf", "2"])]
#[tokio::test]
async fn in_another_codec(#[case] format: &str, #[case] codec: &[&str]) {
    let make = |case: &Case| {
        let arguments = [&PICTURE[..], &SOUND, codec, &["-f", format]].concat();
        case.draw(&arguments, &case.input);
    };
    check("x.mp4", make, SAME).await;
}

#[rstest]
#[case::many_streams(|case: &Case| {
    let maps = ["-map", "0:v"].repeat(32);
    let sounds = ["-map", "1:a"].repeat(32);
    case.film_as("matroska", &[&maps[..], &sounds, &["-t", "0.5"]].concat());
})]
#[case::several_sounds(|case: &Case| case.film(&["-map", "0", "-map", "1", "-map", "1", "-map", "1"]))]
#[case::subtitles_data_attachment(|case: &Case| {
    let plain = case.beside("plain.mkv");
    case.film_as("matroska", &[]);
    fs::rename(&case.input, &plain).unwrap();
    let (text, song) = (case.beside("text.srt"), case.beside("font.ttf"));
    fs::write(&text, "1\n00:00:00,000 --> 00:00:02,000\nhello\n").unwrap();
    fs::write(&song, "no font").unwrap();
    let arguments = [
        "-i", plain.to_str().unwrap(), "-i", text.to_str().unwrap(), "-map", "0", "-map", "1",
        "-c", "copy", "-attach", song.to_str().unwrap(), "-metadata:s:t", "mimetype=font/ttf",
        "-f", "matroska",
    ];
    case.draw(&arguments, &case.input);
})]
#[case::cover_before_the_film(|case: &Case| {
    let cover = case.beside("cover.png");
    case.draw(&["-f", "lavfi", "-i", "color=magenta:s=96x32", "-frames:v", "1"], &cover);
    let arguments = [
        &["-i", cover.to_str().unwrap()], &PICTURE[..],
        &["-map", "0", "-map", "1", "-c:v:0", "copy", "-disposition:v:0", "attached_pic", "-f", "mp4"],
    ];
    case.draw(&arguments.concat(), &case.input);
})]
#[case::chapters(|case: &Case| {
    let chapters = case.beside("chapters");
    fs::write(&chapters, ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/10\nSTART=0\nEND=5\ntitle=a\n").unwrap();
    let chapters = ["-f", "ffmetadata", "-i", chapters.to_str().unwrap()];
    case.draw(&[&PICTURE[..], &chapters, &["-f", "mp4"]].concat(), &case.input);
})]
#[tokio::test]
async fn with_more_than_a_picture(#[case] make: fn(&Case)) {
    check("x.mp4", make, SAME).await;
}

#[rstest]
#[case::four_byte_letters("title=\u{1f3ac}\u{10ffff}")]
#[case::right_to_left("title=\u{202e}4pm.exe")]
#[case::a_long_one(&format!("title={}", "x".repeat(60_000)))]
#[case::drawtext("title=',drawtext=textfile=/etc/hostname:text=%{localtime}\\;[0]")]
#[tokio::test]
async fn with_an_odd_title(#[case] title: &str) {
    check("x.mp4", |case| case.film(&["-metadata", title]), SAME).await;
}

#[tokio::test]
async fn with_a_title_that_is_no_text() {
    let make = |case: &Case| {
        case.film(&["-metadata", "title=ABCDEFGH"]);
        case.edit(|bytes| {
            let place = bytes
                .windows(8)
                .position(|window| window == b"ABCDEFGH")
                .unwrap();
            bytes[place..place + 8].copy_from_slice(b"\xff\xfe\0\x01\x80\xc0\n\r");
        });
    };
    check("x.mp4", make, SAME).await;
}

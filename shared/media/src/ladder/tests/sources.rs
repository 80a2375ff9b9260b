//! Every kind of source comes out right: size, rate, length, sound.

use super::*;
use rstest::rstest;

const SOUND: [&str; 4] = ["-f", "lavfi", "-i", "sine=d=2:r=44100"];

/// What is expected of the lowest rendition: width, height, rate, frames, sound.
type Expected = (u32, u32, (u32, u32), u64, bool);

async fn expect(name: &str, expected: Expected, make: impl FnOnce(&Ffmpeg, &Path)) -> Option<Made> {
    let made = made(name, 10, make).await?;
    let probe = made.probe().await;
    let video = probe.video.unwrap();
    let found = (
        video.width,
        video.height,
        video.frame_rate,
        video.frames,
        probe.audio.is_some(),
    );
    assert_eq!(found, expected);
    Some(made)
}

fn film(ffmpeg: &Ffmpeg, path: &Path, picture: &str, options: &[&str]) {
    let inputs = [&["-f", "lavfi", "-i", picture][..], &SOUND].concat();
    let encoder = ["-preset", "ultrafast", "-shortest"];
    draw(ffmpeg, &[&inputs, &encoder[..], options].concat(), path);
}

#[tokio::test]
async fn all_renditions_of_a_tall_source_have_the_same_key_frames() {
    let Some(made) = made("x.mp4", 10, |ffmpeg, path| {
        let picture = "testsrc2=s=1920x1080:r=10:d=4.1";
        let options = ["-preset", "ultrafast", "-metadata", "title=secret"];
        let input = ["-f", "lavfi", "-i", picture];
        draw(ffmpeg, &[&input, &SOUND, &options[..]].concat(), path);
    })
    .await
    else {
        return;
    };
    use Quality::{High, Low, Medium};
    let sizes = [(High, 1920, 1080), (Medium, 1280, 720), (Low, 854, 480)];
    assert_eq!(made.sizes(), sizes);
    assert_eq!(made.plan.skipped, []);
    for output in &made.outputs {
        let name = format!("{}.mp4", output.rendition.quality.as_str());
        assert_eq!(output.path, made.directory.path().join(name));
        let bytes = std::fs::read(&output.path).unwrap();
        let at = |mark: &[u8]| bytes.windows(mark.len()).position(|four| four == mark);
        assert!(at(b"moov") < at(b"mdat"), "not ready to be streamed");
        assert_eq!(at(b"secret"), None);
        let path = output.path.to_str().unwrap();
        let packets = output_of(
            &made.ffmpeg,
            &[
                "-i", path, "-map", "0:v", "-c", "copy", "-f", "framecrc", "-",
            ],
        );
        let packets = String::from_utf8(packets).unwrap();
        let packets = packets.lines().filter(|line| !line.starts_with('#'));
        let keys: Vec<usize> = packets
            .enumerate()
            .filter(|(_, line)| !line.contains("F=0x0"))
            .map(|(index, _)| index)
            .collect();
        assert_eq!(keys, [0, 20, 40]);
    }
}

#[rstest]
#[case::plain("testsrc2=s=320x180:r=25:d=2", &[], (320, 180, (25, 1), 50, true))]
#[case::portrait("testsrc2=s=180x320:r=25:d=2", &[], (180, 320, (25, 1), 50, true))]
#[case::silent("testsrc2=s=320x180:r=25:d=2", &["-an"], (320, 180, (25, 1), 50, false))]
#[case::odd("testsrc2=s=319x241:r=25:d=2", &["-pix_fmt", "yuv444p"], (318, 240, (25, 1), 50, true))]
#[case::fast("testsrc2=s=320x180:r=120:d=2", &[], (320, 180, (60, 1), 120, true))]
#[case::film_rate("testsrc2=s=320x180:r=24000/1001:d=2", &[], (320, 180, (24_000, 1001), 47, true))]
#[case::ten_bits("testsrc2=s=320x180:r=25:d=2", &["-pix_fmt", "yuv420p10le"], (320, 180, (25, 1), 50, true))]
#[case::full_range("testsrc2=s=320x180:r=25:d=2", &["-pix_fmt", "yuvj420p"], (320, 180, (25, 1), 50, true))]
#[case::wide_pixels("testsrc2=s=320x240:r=25:d=2", &["-vf", "setsar=4/3"], (426, 240, (25, 1), 50, true))]
#[case::surround("testsrc2=s=320x180:r=25:d=2", &["-ac", "6"], (320, 180, (25, 1), 50, true))]
#[case::one_frame("testsrc2=s=320x180:r=25:d=2", &["-frames:v", "1", "-an"], (320, 180, (25, 1), 1, false))]
#[case::tiny("testsrc2=s=8x6:r=25:d=2", &["-pix_fmt", "yuv420p"], (8, 6, (25, 1), 50, true))]
#[tokio::test]
async fn a_source_keeps_its_shape(
    #[case] picture: &str,
    #[case] options: &[&str],
    #[case] expected: Expected,
) {
    expect("x.mp4", expected, |ffmpeg, path| {
        film(ffmpeg, path, picture, options);
    })
    .await;
}

/// White on the left half, black on the right: turned by 90 degrees, white is
/// above or below; by 180, on the right.
#[rstest]
#[case("90", (180, 320), [0, 0, 255, 255])]
#[case("270", (180, 320), [255, 255, 0, 0])]
#[case("180", (320, 180), [0, 255, 0, 255])]
#[tokio::test]
async fn a_turned_source_stands_upright(
    #[case] turn: &str,
    #[case] (width, height): (u32, u32),
    #[case] expected: [u8; 4],
) {
    let expected_shape = (width, height, (25, 1), 25, false);
    let made = expect("x.mp4", expected_shape, |ffmpeg, path| {
        let straight = path.with_extension("mov");
        let picture = "color=white:s=160x180:r=25:d=1,pad=320:180:0:0:black";
        film(ffmpeg, &straight, picture, &["-an"]);
        let straight = straight.to_str().unwrap();
        let turned = ["-display_rotation", turn, "-i", straight, "-c", "copy"];
        draw(ffmpeg, &turned, path);
    });
    let Some(made) = made.await else { return };
    let frames: Vec<[u8; 4]> = pixels(&made.ffmpeg, made.last(), "2:2");
    for (found, expected) in frames[0].into_iter().zip(expected) {
        assert!(found.abs_diff(expected) < 12, "{:?}", frames[0]);
    }
}

/// Every fifth frame for seven seconds, then every one.
#[tokio::test]
async fn a_varying_rate_becomes_that_of_the_motion() {
    let made = made("x.mp4", 2, |ffmpeg, path| {
        let vary = "select='not(mod(n,5))+gt(n,174)'";
        let options = ["-vf", vary, "-fps_mode", "vfr", "-crf", "12"];
        draw(
            ffmpeg,
            &[&["-f", "lavfi", "-i", NUMBERED][..], &options].concat(),
            path,
        );
    });
    let Some(made) = made.await else { return };
    assert_eq!(made.plan.frame_rate, (25, 1));
    let source = made.directory.path().join("x.mp4");
    // Frame 175 is the first one of the motion, and the 36th of the file.
    let expected: Vec<usize> = (0..175).map(|frame| frame / 5).chain(35..60).collect();
    assert_eq!(source_frames(&made, &source), expected);
}

#[tokio::test]
async fn a_cover_is_no_film_and_the_first_sound_is_taken() {
    let expected = (320, 180, (25, 1), 50, true);
    let made = expect("x.mp4", expected, |ffmpeg, path| {
        draw(
            ffmpeg,
            &[
                "-f",
                "lavfi",
                "-i",
                "color=red:s=64x64:r=1:d=1",
                "-f",
                "lavfi",
                "-i",
                "testsrc2=s=320x180:r=25:d=2",
                "-f",
                "lavfi",
                "-i",
                "sine=f=440:d=2",
                "-f",
                "lavfi",
                "-i",
                "anullsrc=d=2",
                "-map",
                "0:v",
                "-map",
                "1:v",
                "-map",
                "2:a",
                "-map",
                "3:a",
                "-c:v:0",
                "mjpeg",
                "-disposition:v:0",
                "attached_pic",
                "-t",
                "2",
            ],
            path,
        );
    });
    let Some(made) = made.await else { return };
    let loudest = samples(&made.ffmpeg, made.last()).into_iter().max();
    assert!(loudest > Some(1000), "the silent second sound was taken");
}

#[tokio::test]
async fn sound_alone_is_no_film() {
    let made = try_made("x.mp4", 10, |ffmpeg, path| draw(ffmpeg, &SOUND, path));
    let Some(made) = made.await else { return };
    assert_eq!(made.err().unwrap().code(), "UNSUPPORTED_MEDIA");
}

/// A longer sound keeps the last frame on the screen, a shorter one ends in
/// silence.
#[rstest]
#[case("testsrc2=s=320x180:r=25:d=1", 100)]
#[case("testsrc2=s=320x180:r=25:d=6", 150)]
#[tokio::test]
async fn sound_of_another_length_is_kept(#[case] picture: &str, #[case] frames: u64) {
    let expected = (320, 180, (25, 1), frames, true);
    expect("x.mp4", expected, |ffmpeg, path| {
        let sound = "sine=d=4:r=44100";
        let inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound];
        draw(ffmpeg, &inputs, path);
    })
    .await;
}

/// A flash and a beep at one second, in files whose time begins elsewhere.
#[rstest]
#[case::mp4("x.mp4", &[])]
#[case::transport_stream("x.ts", &[])]
#[case::late_start("x.mkv", &["-output_ts_offset", "7.3"])]
#[case::early_start("x.mkv", &["-output_ts_offset", "-0.4", "-avoid_negative_ts", "disabled"])]
#[case::late_sound("x.mkv", &["-af", "aselect='gt(t,0.5)'"])]
#[case::late_picture("x.mkv", &["-vf", "select='gt(t,0.5)'", "-fps_mode", "vfr"])]
#[tokio::test]
async fn picture_and_sound_stay_together(#[case] name: &str, #[case] options: &[&str]) {
    let flash =
        "color=black:s=320x180:r=25:d=3,geq=lum='if(between(T,0.99,1.2),235,16)':cb=128:cr=128";
    let beep = "aevalsrc='if(between(t,1,1.2),0.8*sin(6000*t),0)':d=3:s=48000";
    let Some(made) = made(name, 10, |ffmpeg, path| {
        let inputs = ["-f", "lavfi", "-i", flash, "-f", "lavfi", "-i", beep];
        let encoder = ["-c:v", "libx264", "-c:a", "aac"];
        draw(ffmpeg, &[&inputs[..], &encoder, options].concat(), path);
    })
    .await
    else {
        return;
    };
    let picture = made.brightness();
    let flash = picture.iter().position(|value| *value > 128).unwrap() as f64 / 25.0;
    let sound = samples(&made.ffmpeg, made.last());
    let beep = sound.iter().position(|value| value.abs() > 8000).unwrap() as f64 / 48_000.0;
    assert!((flash - beep).abs() < 0.04, "{flash} {beep}");
}

/// AVI keeps no times of showing: a decoder finds them.
#[rstest]
#[case::mpeg4(&["-c:v", "mpeg4", "-bf", "2", "-q:v", "2"])]
#[case::mpeg4_without_later_frames(&["-c:v", "mpeg4", "-q:v", "2"])]
#[case::h264(&["-c:v", "libx264", "-crf", "12"])]
#[tokio::test]
async fn a_source_without_presentation_times_shows_every_frame_once(#[case] codec: &[&str]) {
    let made = made("source.avi", 2, |ffmpeg, path| {
        draw(
            ffmpeg,
            &[&["-f", "lavfi", "-i", NUMBERED], codec].concat(),
            path,
        );
    });
    let Some(made) = made.await else { return };
    assert!(made.plan.segments.len() > 3);
    let source = made.directory.path().join("source.avi");
    let expected: Vec<usize> = (0..200).collect();
    assert_eq!(source_frames(&made, &source), expected);
}

/// VP8 has frames that are decoded for others alone: packets that show nothing.
fn alternate_references(ffmpeg: &Ffmpeg, path: &Path) {
    let log = path.with_extension("log");
    let input = ["-f", "lavfi", "-i", "testsrc2=s=96x64:r=30:d=4"];
    let codec = [
        "-c:v",
        "libvpx",
        "-b:v",
        "200k",
        "-auto-alt-ref",
        "1",
        "-lag-in-frames",
        "16",
    ];
    for pass in ["1", "2"] {
        let passes = ["-pass", pass, "-passlogfile", log.to_str().unwrap()];
        draw(ffmpeg, &[&input[..], &codec, &passes].concat(), path);
    }
}

#[tokio::test]
async fn packets_that_show_nothing_are_no_loss() {
    let made = made("x.webm", 2, alternate_references);
    let Some(made) = made.await else { return };
    assert_eq!(made.plan.frame_rate, (30, 1));
    let source = made.directory.path().join("x.webm");
    let expected: Vec<usize> = (0..120).collect();
    assert_eq!(source_frames(&made, &source), expected);
}

/// A recording whose first 20 frames need a frame from before.
fn begun_between_key_frames(ffmpeg: &Ffmpeg, path: &Path) {
    let whole = path.with_extension("mp4");
    let codec = ["-c:v", "libx264", "-crf", "12", "-bf", "0", "-g", "50"];
    let input = ["-f", "lavfi", "-i", NUMBERED, "-sc_threshold", "0"];
    draw(ffmpeg, &[&input[..], &codec].concat(), &whole);
    let whole = ["-i", whole.to_str().unwrap(), "-c", "copy", "-copyinkf"];
    draw(ffmpeg, &[&whole[..], &["-ss", "1.2"]].concat(), path);
}

#[tokio::test]
async fn a_source_that_begins_between_key_frames_begins_with_the_first_one() {
    let made = made("x.mkv", 2, begun_between_key_frames);
    let Some(made) = made.await else { return };
    assert_eq!(made.plan.frame_rate, (25, 1));
    let source = made.directory.path().join("x.mp4");
    let expected: Vec<usize> = (50..200).collect();
    assert_eq!(source_frames(&made, &source), expected);
}

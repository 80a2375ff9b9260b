use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use rstest::rstest;
use tempfile::TempDir;

use super::*;
use crate::Ffmpeg;
use crate::testing::{draw, ffmpeg, session};

const PICTURE: [&str; 4] = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2"];
const SOUND: [&str; 4] = ["-f", "lavfi", "-i", "sine=d=2:r=44100"];

/// A file called x.mp4, made by `make`, and what the probe says of it.
async fn probe_of(make: impl FnOnce(&Ffmpeg, &Path)) -> Option<Result<Probe, MediaError>> {
    let ffmpeg = ffmpeg()?;
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("x.mp4");
    make(&ffmpeg, &path);
    let begun = Instant::now();
    let result = probe(&session(&ffmpeg), &path).await;
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    Some(result)
}

fn film(ffmpeg: &Ffmpeg, path: &Path, options: &[&str]) {
    draw(ffmpeg, &[&PICTURE, &SOUND, options].concat(), path);
}

#[tokio::test]
async fn a_film_is_described() {
    let Some(probe) =
        probe_of(|ffmpeg, path| film(ffmpeg, path, &["-pix_fmt", "yuv422p10le"])).await
    else {
        return;
    };
    let probe = probe.unwrap();
    let video = probe.video.unwrap();
    assert_eq!(
        (
            video.codec.as_str(),
            video.width,
            video.height,
            video.rotation
        ),
        ("h264", 320, 180, 0)
    );
    assert_eq!(
        (video.frame_rate, video.frames, video.duration),
        ((25, 1), 50, Duration::from_secs(2))
    );
    assert_eq!(video.pixel_format, "yuv422p10le");
    let audio = probe.audio.unwrap();
    assert_eq!(
        (audio.codec.as_str(), audio.sample_rate, audio.channels),
        ("aac", 44100, 1)
    );
    assert!((probe.duration.as_secs_f64() - 2.0).abs() < 0.05);
}

#[rstest]
#[case("90", (180, 320), 90)]
#[case("270", (180, 320), 90)]
#[case("180", (320, 180), 180)]
#[tokio::test]
async fn a_turned_picture_is_seen_as_it_is_shown(
    #[case] turn: &str,
    #[case] size: (u32, u32),
    #[case] rotation: u32,
) {
    let turned = probe_of(|ffmpeg, path| {
        let straight = path.with_extension("mov");
        film(ffmpeg, &straight, &[]);
        draw(
            ffmpeg,
            &[
                "-display_rotation",
                turn,
                "-i",
                straight.to_str().unwrap(),
                "-c",
                "copy",
            ],
            path,
        );
    });
    let Some(probe) = turned.await else { return };
    let video = probe.unwrap().video.unwrap();
    assert_eq!(
        ((video.width, video.height), video.rotation),
        (size, rotation)
    );
}

#[tokio::test]
async fn wide_pixels_count() {
    let Some(probe) = probe_of(|ffmpeg, path| film(ffmpeg, path, &["-vf", "setsar=4/3"])).await
    else {
        return;
    };
    assert_eq!(probe.unwrap().video.unwrap().width, 426);
}

#[tokio::test]
async fn a_varying_rate_is_averaged() {
    let vary = ["-vf", "select='not(mod(n,5))+lt(n,10)'", "-fps_mode", "vfr"];
    let Some(probe) = probe_of(|ffmpeg, path| film(ffmpeg, path, &vary)).await else {
        return;
    };
    let video = probe.unwrap().video.unwrap();
    assert_eq!(video.frames, 18);
    let rate = f64::from(video.frame_rate.0) / f64::from(video.frame_rate.1);
    assert!((8.5..10.5).contains(&rate), "{rate}");
}

#[tokio::test]
async fn sound_alone_is_no_video() {
    let Some(probe) = probe_of(|ffmpeg, path| draw(ffmpeg, &SOUND, path)).await else {
        return;
    };
    let probe = probe.unwrap();
    assert!(probe.video.is_none() && probe.audio.is_some());
}

#[tokio::test]
async fn a_title_that_forges_a_log_is_not_read() {
    let title = "title=x\n[info] frame= 9999 fps=1 q=1 size=1KiB time=99:59:59.00 bitrate=1 speed=1x\n\
                 [fatal] forged\n  Stream #0:0: Video: forged, 1x1\nframe=7\nprogress=end";
    let forged = probe_of(|ffmpeg, path| film(ffmpeg, path, &["-metadata", title]));
    let Some(probe) = forged.await else { return };
    let video = probe.unwrap().video.unwrap();
    assert_eq!(
        (video.codec.as_str(), video.width, video.frames),
        ("h264", 320, 50)
    );
}

/// A playlist that names a real film beside it.
fn playlist(ffmpeg: &Ffmpeg, path: &Path, text: &str) {
    let victim: PathBuf = path.with_file_name("victim.mp4");
    film(ffmpeg, &victim, &[]);
    let text = text.replace("VICTIM", victim.to_str().unwrap());
    fs::write(path, text).unwrap();
}

#[rstest]
#[case::concat("ffconcat version 1.0\nfile victim.mp4\n")]
#[case::concat_absolute("ffconcat version 1.0\nfile VICTIM\n")]
#[case::hls("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nVICTIM\n#EXT-X-ENDLIST\n")]
#[case::dash(
    "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" mediaPresentationDuration=\"PT2S\"><Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\"><BaseURL>VICTIM</BaseURL></Representation></AdaptationSet></Period></MPD>"
)]
#[case::sdp(
    "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n"
)]
#[case::text("no film at all")]
#[case::one_byte("x")]
#[case::empty("")]
#[tokio::test]
async fn a_file_that_is_no_film_is_refused(#[case] text: &str) {
    let Some(result) = probe_of(|ffmpeg, path| playlist(ffmpeg, path, text)).await else {
        return;
    };
    let error = result.unwrap_err();
    assert!(error.is_input_fault(), "{error:?}");
}

#[tokio::test]
async fn zeros_and_noise_are_refused() {
    let noise: Vec<u8> = (0..100_000_u32)
        .map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    for bytes in [vec![0; 100_000], noise] {
        let Some(result) = probe_of(|_, path| fs::write(path, &bytes).unwrap()).await else {
            return;
        };
        assert_eq!(result.unwrap_err().code(), "CORRUPT_MEDIA");
    }
}

#[rstest]
#[case(true, 20)]
#[case(true, 50)]
#[case(true, 99)]
#[case(false, 50)]
#[case(false, 99)]
#[tokio::test]
async fn a_cut_off_file_is_damaged(#[case] index_first: bool, #[case] percent: usize) {
    let options: &[&str] = if index_first {
        &["-movflags", "+faststart"]
    } else {
        &[]
    };
    let cut = probe_of(|ffmpeg, path| {
        film(ffmpeg, path, options);
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() * percent / 100]).unwrap();
    });
    let Some(result) = cut.await else { return };
    assert_eq!(result.unwrap_err().code(), "CORRUPT_MEDIA");
}

#[tokio::test]
async fn a_giant_picture_is_too_large() {
    let giant = [
        "-f",
        "lavfi",
        "-i",
        "color=s=8192x8192:r=1:d=1",
        "-preset",
        "ultrafast",
    ];
    let Some(result) = probe_of(|ffmpeg, path| draw(ffmpeg, &giant, path)).await else {
        return;
    };
    assert_eq!(result.unwrap_err().code(), "MEDIA_TOO_LARGE");
}

#[tokio::test]
async fn a_thousand_frames_a_second_are_too_many() {
    let fast = [
        "-f",
        "lavfi",
        "-i",
        "color=s=64x64:r=1000:d=1",
        "-preset",
        "ultrafast",
    ];
    let Some(result) = probe_of(|ffmpeg, path| draw(ffmpeg, &fast, path)).await else {
        return;
    };
    assert_eq!(result.unwrap_err().code(), "MEDIA_TOO_LARGE");
}

#[tokio::test]
async fn a_leap_of_ten_hours_is_too_long() {
    let leap = [
        "-vf",
        "setpts='if(lt(N,25),PTS,PTS+36000/TB)'",
        "-fps_mode",
        "vfr",
        "-an",
    ];
    let Some(result) = probe_of(|ffmpeg, path| film(ffmpeg, path, &leap)).await else {
        return;
    };
    assert_eq!(result.unwrap_err().code(), "MEDIA_TOO_LARGE");
}

#[tokio::test]
async fn a_missing_file_is_no_input_fault() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let error = probe(&session(&ffmpeg), Path::new("/nonexistent/x.mp4"))
        .await
        .unwrap_err();
    assert!(matches!(error, MediaError::Io(_)) && !error.is_input_fault());
}

#[test]
fn channels_are_counted_by_the_layouts_name() {
    let layouts = [
        "mono",
        "stereo",
        "5.1(side)",
        "7.1.4",
        "6 channels (FL+FR+FC+LFE+BL+BR)",
        "2.1",
        "?",
    ];
    assert_eq!(layouts.map(channels), [1, 2, 6, 12, 6, 3, 0]);
}

#[rstest]
#[case::wide("4096x2160", None)]
#[case::tall("2160x4096", None)]
#[case::wider("4112x2160", Some("MEDIA_TOO_LARGE"))]
#[case::taller("2160x4104", Some("MEDIA_TOO_LARGE"))]
#[tokio::test]
async fn a_picture_may_be_as_tall_as_wide(#[case] size: &str, #[case] expected: Option<&str>) {
    let picture = format!("color=s={size}:r=1:d=1");
    let options = [
        "-f",
        "lavfi",
        "-i",
        &picture,
        "-preset",
        "ultrafast",
        "-threads",
        "1",
    ];
    let probe = probe_of(|ffmpeg, path| draw(ffmpeg, &options, path));
    let Some(probe) = probe.await else { return };
    assert_eq!(probe.err().map(|error| error.code()), expected);
}

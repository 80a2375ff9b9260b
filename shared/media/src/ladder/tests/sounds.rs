//! Which sound is taken, and that a film is made where none will do.

use std::fs;

use rstest::rstest;

use super::*;

const PICTURE: [&str; 4] = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=2"];
const TONE: [&str; 4] = ["-f", "lavfi", "-i", "sine=d=2"];
const SILENCE: [&str; 6] = ["-f", "lavfi", "-t", "2", "-i", "anullsrc"];

/// Makes the first sound of a MOV one that FFmpeg has no decoder for, as Apple's
/// spatial sound is.
fn undecodable_first_sound(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    for (kind, other) in [(b"mp4a", b"apac"), (b"esds", b"free")] {
        let place = bytes.windows(4).position(|name| name == kind).unwrap();
        bytes[place..place + 4].copy_from_slice(other);
    }
    fs::write(path, bytes).unwrap();
}

/// A MOV whose index stands before its frames, with these sounds.
fn film(ffmpeg: &Ffmpeg, path: &Path, sounds: &[&[&str]], options: &[&str]) {
    let maps: Vec<String> = (0..=sounds.len()).map(|input| input.to_string()).collect();
    let maps: Vec<&str> = maps.iter().flat_map(|map| ["-map", map]).collect();
    let codec = ["-c:a", "aac", "-movflags", "+faststart", "-f", "mov"];
    let arguments = [&PICTURE[..], &sounds.concat(), &maps, options, &codec].concat();
    draw(ffmpeg, &arguments, path);
}

fn undecodable_then_aac(ffmpeg: &Ffmpeg, path: &Path) {
    film(ffmpeg, path, &[&SILENCE, &TONE], &[]);
    undecodable_first_sound(path);
}

fn default_is_the_second(ffmpeg: &Ffmpeg, path: &Path) {
    let options = ["-disposition:a:0", "0", "-disposition:a:1", "default"];
    film(ffmpeg, path, &[&SILENCE, &TONE], &options);
}

fn only_undecodable(ffmpeg: &Ffmpeg, path: &Path) {
    film(ffmpeg, path, &[&TONE], &[]);
    undecodable_first_sound(path);
}

/// Channels without places: FFmpeg mixes no such layout down.
fn ambisonic(ffmpeg: &Ffmpeg, path: &Path) {
    let channels = ["-af", "pan=4c|c0=c0|c1=c0|c2=c0|c3=c0", "-c:a", "libopus"];
    let format = ["-mapping_family", "2", "-f", "matroska"];
    draw(
        ffmpeg,
        &[&PICTURE[..], &TONE, &channels, &format].concat(),
        path,
    );
}

/// A transport stream that announces a sound none of whose packets are there.
fn announced_only(ffmpeg: &Ffmpeg, path: &Path) {
    const SOUND: u16 = 0x101;
    draw(
        ffmpeg,
        &[&PICTURE[..], &TONE, &["-f", "mpegts"]].concat(),
        path,
    );
    let bytes = fs::read(path).unwrap();
    let is_picture = |packet: &&[u8]| u16::from_be_bytes([packet[1] & 0x1f, packet[2]]) != SOUND;
    let kept: Vec<&[u8]> = bytes.chunks(188).filter(is_picture).collect();
    fs::write(path, kept.concat()).unwrap();
}

/// The largest sample of a rendition's sound.
fn loudest(made: &Made) -> u16 {
    let samples = samples(&made.ffmpeg, made.last()).into_iter();
    samples.map(i16::unsigned_abs).max().unwrap_or(0)
}

#[rstest]
#[case::the_first_that_decodes(undecodable_then_aac)]
#[case::the_default(default_is_the_second)]
#[case::two_channels_of_a_layout_without_places(ambisonic)]
#[tokio::test]
async fn a_sound_that_decodes_is_taken(#[case] make: fn(&Ffmpeg, &Path)) {
    let Some(made) = made("x.mp4", 10, make).await else {
        return;
    };
    assert!(made.probe().await.audio.is_some());
    assert!(loudest(&made) > 1000, "{}", loudest(&made));
}

#[rstest]
#[case::undecodable(only_undecodable)]
#[case::announced_only(announced_only)]
#[tokio::test]
async fn a_film_whose_sounds_do_not_decode_is_silent(#[case] make: fn(&Ffmpeg, &Path)) {
    let Some(ffmpeg) = ffmpeg() else { return };
    let directory = TempDir::new().unwrap();
    let source = directory.path().join("x.mp4");
    make(&ffmpeg, &source);
    let found = probe(&session(&ffmpeg), &source).await.unwrap();
    assert!(
        found.audio.is_none() && found.has_unreadable_sound,
        "{found:?}"
    );
    let Some(made) = made("x.mp4", 10, make).await else {
        return;
    };
    assert!(made.probe().await.audio.is_none());
    assert_eq!(made.plan.frames, 50);
}

#[tokio::test]
async fn a_film_without_sound_is_not_said_to_have_one() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let directory = TempDir::new().unwrap();
    let source = directory.path().join("x.mp4");
    film(&ffmpeg, &source, &[], &[]);
    let found = probe(&session(&ffmpeg), &source).await.unwrap();
    assert!(
        found.audio.is_none() && !found.has_unreadable_sound,
        "{found:?}"
    );
}

/// Beeps at the very beginning and the very end are heard where the picture
/// begins 0.9 s later or its last frame is shown for 0.45 s less than the sound.
#[rstest]
#[case::late_picture("testsrc2=s=64x48:r=25:d=7,select='gt(t,0.89)'", 7.0)]
#[case::much_later_picture("testsrc2=s=64x48:r=25:d=9,select='gt(t,4.99)'", 9.0)]
#[case::a_still("testsrc2=s=64x48:r=1:d=10", 10.45)]
#[tokio::test]
async fn sound_before_and_after_the_picture_is_heard(#[case] picture: &str, #[case] seconds: f64) {
    let made = made("x.mkv", 2, |ffmpeg, path| {
        let last = seconds - 0.2;
        let sound =
            format!("aevalsrc='if(lt(t,0.2)+gt(t,{last}),0.8*sin(6000*t),0)':d={seconds}:s=48000");
        let inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", &sound];
        draw(
            ffmpeg,
            &[&inputs[..], &["-fps_mode", "vfr", "-c:a", "flac"]].concat(),
            path,
        );
    });
    let Some(made) = made.await else { return };
    let heard = samples(&made.ffmpeg, made.last());
    let loud: Vec<usize> = (0..heard.len())
        .filter(|place| heard[*place].abs() > 8000)
        .collect();
    let (first, last) = (
        loud[0] as f64 / 48_000.0,
        loud[loud.len() - 1] as f64 / 48_000.0,
    );
    assert!((last - first - seconds).abs() < 0.02, "{first} {last}");
}

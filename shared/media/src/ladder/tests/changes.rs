//! Sources that change within: joined recordings, pictures of another size.

use super::*;
use rstest::rstest;

/// A recording of 4 seconds as a transport stream, from a time on.
fn recording(ffmpeg: &Ffmpeg, directory: &Path, filters: &str, from: &str) -> Vec<u8> {
    let path = directory.join("recording.ts");
    let picture = NUMBERED.replace("d=8", "d=4") + filters;
    let inputs = [
        "-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", "sine=d=4",
    ];
    let encoder = ["-c:v", "libx264", "-crf", "12", "-g", "40", "-bf", "2"];
    let offset = ["-c:a", "aac", "-output_ts_offset", from];
    draw(ffmpeg, &[&inputs[..], &encoder, &offset].concat(), &path);
    std::fs::read(path).unwrap()
}

/// Two recordings in one file, each of 100 frames.
fn joined(ffmpeg: &Ffmpeg, source: &Path, filters: [&str; 2], from: [&str; 2]) {
    let directory = source.parent().unwrap();
    let parts = [0, 1].map(|part| recording(ffmpeg, directory, filters[part], from[part]));
    std::fs::write(source, parts.concat()).unwrap();
}

/// Which frame of its recording each of the 200 frames shows.
fn expected() -> Vec<usize> {
    (0..100).chain(0..100).collect()
}

#[rstest]
#[case::to_later(["0", "3600"])]
#[case::back(["3600", "0"])]
#[case::to_the_beginning(["0", "0"])]
#[tokio::test]
async fn a_film_goes_on_where_its_times_leap(
    #[case] from: [&str; 2],
    #[values(60, 2)] seconds: u32,
) {
    let made = made("x.ts", seconds, |ffmpeg, path| {
        joined(ffmpeg, path, ["", ",hue=s=0"], from)
    });
    let Some(made) = made.await else { return };
    assert_eq!(made.plan.segments.len() > 3, seconds == 2);
    let source = made.directory.path().join("recording.ts");
    assert_eq!(source_frames(&made, &source), expected());
    let sound = samples(&made.ffmpeg, made.last());
    assert!(
        sound
            .chunks(4800)
            .all(|part| part.iter().any(|sample| sample.abs() > 1000))
    );
}

#[rstest]
#[case::size(",scale=128:96")]
#[case::colours(",format=yuv444p")]
#[case::colour_tags(",setparams=colorspace=bt709:range=tv")]
#[case::pixel_shape(",setsar=2")]
#[tokio::test]
async fn a_film_keeps_the_picture_of_its_beginning(
    #[case] change: &str,
    #[values(60, 2)] seconds: u32,
) {
    let made = made("x.ts", seconds, |ffmpeg, path| {
        joined(ffmpeg, path, ["", change], ["0", "4.08"]);
    });
    let Some(made) = made.await else { return };
    assert_eq!(made.sizes(), [(Quality::Low, 64, 48)]);
    let source = made.directory.path().join("recording.ts");
    assert_eq!(source_frames(&made, &source), expected());
}

/// A wide picture in a narrow one's place: before black, not distorted.
#[tokio::test]
async fn a_picture_of_another_shape_is_shown_before_black() {
    let made = made("x.ts", 2, |ffmpeg, path| {
        joined(
            ffmpeg,
            path,
            ["", ",lutyuv=y=200,scale=128:48"],
            ["0", "4.08"],
        );
    });
    let Some(made) = made.await else { return };
    let rows: Vec<[u8; 48]> = pixels(&made.ffmpeg, made.last(), "1:48");
    let last = rows.last().unwrap();
    let is_light = |rows: &[u8]| rows.iter().all(|row| *row > 150);
    let is_dark = |rows: &[u8]| rows.iter().all(|row| *row < 40);
    assert!(is_dark(&last[..10]) && is_light(&last[14..34]) && is_dark(&last[38..]));
    assert_eq!(rows.len(), 200);
}

/// Four recordings of one clock: a beep at each full second stays at its second.
#[tokio::test]
async fn a_sound_that_changes_its_rate_and_channels_stays_at_its_times() {
    let made = made("x.ts", 60, |ffmpeg, path| {
        let part = path.with_extension("part.ts");
        let kinds = [
            ("48000", "2"),
            ("44100", "1"),
            ("48000", "6"),
            ("44100", "2"),
        ];
        let mut bytes = Vec::new();
        for (number, (rate, channels)) in kinds.into_iter().enumerate() {
            let beep = format!("aevalsrc='if(lt(mod(t,1),0.1),0.8*sin(6000*t),0)':d=4:s={rate}");
            let picture = NUMBERED.replace("d=8", "d=4");
            let inputs = ["-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", &beep];
            let from = (number * 4).to_string();
            let encoder = [
                "-c:v", "libx264", "-bf", "0", "-c:a", "aac", "-ac", channels,
            ];
            let offset = ["-output_ts_offset", &from];
            draw(ffmpeg, &[&inputs[..], &encoder, &offset].concat(), &part);
            bytes.extend(std::fs::read(&part).unwrap());
        }
        std::fs::write(path, bytes).unwrap();
    });
    let Some(made) = made.await else { return };
    let sound = samples(&made.ffmpeg, made.last());
    let loud = |place: &usize| sound[*place].abs() > 3000;
    let mut beeps: Vec<usize> = Vec::new();
    for place in (0..sound.len()).filter(loud) {
        if beeps.last().is_none_or(|last| place - last > 24_000) {
            beeps.push(place);
        }
    }
    assert_eq!(beeps.len(), 16, "{beeps:?}");
    for (second, place) in beeps.iter().enumerate() {
        let late = *place as f64 / 48_000.0 - second as f64;
        assert!(late.abs() < 0.08, "{late} s late at second {second}");
    }
}

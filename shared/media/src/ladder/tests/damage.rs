//! A damaged source ends in a typed error or in a good film, never in a bad one.

use super::*;
use rstest::rstest;

/// Writes noise over some share of a film's packets, by percent of the file.
fn damaged(ffmpeg: &Ffmpeg, path: &Path, from: usize, to: usize) {
    let source = ["-f", "lavfi", "-i", "mandelbrot=s=320x180:r=25:end_pts=300"];
    let encoder = [
        "-t",
        "8",
        "-c:v",
        "libx264",
        "-g",
        "25",
        "-movflags",
        "+faststart",
    ];
    draw(ffmpeg, &[&source[..], &encoder].concat(), path);
    let mut bytes = std::fs::read(path).unwrap();
    let length = bytes.len();
    for (index, byte) in bytes[length * from / 100..length * to / 100]
        .iter_mut()
        .enumerate()
    {
        *byte = ((index as u32).wrapping_mul(2_654_435_761) >> 13) as u8;
    }
    std::fs::write(path, bytes).unwrap();
}

#[rstest]
#[case(40, 40, 10, None)]
#[case(50, 51, 10, None)]
#[case(50, 51, 2, None)]
#[case(30, 70, 10, Some("CORRUPT_MEDIA"))]
#[case(30, 70, 2, Some("CORRUPT_MEDIA"))]
#[case(60, 100, 10, Some("CORRUPT_MEDIA"))]
#[tokio::test]
async fn a_little_damage_is_tolerated_and_much_is_not(
    #[case] from: usize,
    #[case] to: usize,
    #[case] segment_seconds: u32,
    #[case] expected: Option<&str>,
) {
    let made = try_made("x.mp4", segment_seconds, |ffmpeg, path| {
        damaged(ffmpeg, path, from, to);
    });
    let Some(made) = made.await else { return };
    match expected {
        None => assert_eq!(made.unwrap().brightness().len(), 200),
        Some(code) => assert_eq!(made.err().unwrap().code(), code),
    }
}

/// Broken sound is replaced by silence; the picture does not suffer.
#[tokio::test]
async fn a_gap_in_the_sound_is_silence() {
    let made = made("x.mkv", 10, |ffmpeg, path| {
        draw(
            ffmpeg,
            &[
                "-f",
                "lavfi",
                "-i",
                "testsrc2=s=320x180:r=25:d=4",
                "-f",
                "lavfi",
                "-i",
                "sine=d=4",
                "-af",
                "aselect='not(between(t,1,2))'",
            ],
            path,
        );
    });
    let Some(made) = made.await else { return };
    let sound = samples(&made.ffmpeg, made.last());
    let loudest = |from: usize, to: usize| sound[from..to].iter().max().copied();
    assert!(loudest(62_400, 81_600) < Some(200));
    assert!(loudest(115_200, 134_400) > Some(1000));
}

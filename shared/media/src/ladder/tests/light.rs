//! Colours and fields: what a viewer sees is what the source shows.

use super::*;
use rstest::rstest;

fn hdr(ffmpeg: &Ffmpeg, path: &Path, transfer: &str, value: u32) {
    let picture =
        format!("color=black:s=64x64:r=25:d=0.4,format=yuv420p10le,geq=lum={value}:cb=512:cr=512");
    let tags = format!("log-level=none:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc");
    let input = ["-f", "lavfi", "-i", &picture];
    let encoder = [
        "-c:v",
        "libx265",
        "-x265-params",
        &tags,
        "-pix_fmt",
        "yuv420p10le",
    ];
    draw(ffmpeg, &[&input[..], &encoder].concat(), path);
}

/// Middle grey (18 % of white) should be near the 125 of a bt709 screen; HDR's
/// white is light but not glaring, and what is brighter is still told from it.
#[rstest]
#[case::dark("smpte2084", 284, 35..70)]
#[case::middle_grey("smpte2084", 424, 105..140)]
#[case::white("smpte2084", 573, 200..230)]
#[case::brighter("smpte2084", 674, 235..254)]
#[case::hlg_middle_grey("arib-std-b67", 397, 95..140)]
#[case::hlg_white("arib-std-b67", 721, 200..230)]
#[case::wide_but_standard("bt2020-10", 502, 115..140)]
#[tokio::test]
async fn hdr_is_brought_to_every_screen(
    #[case] transfer: &str,
    #[case] value: u32,
    #[case] expected: std::ops::Range<u8>,
) {
    let made = made("x.mp4", 10, |ffmpeg, path| {
        hdr(ffmpeg, path, transfer, value)
    });
    let Some(made) = made.await else { return };
    let found = made.brightness();
    assert_eq!(found.len(), 10);
    assert!(
        found.iter().all(|value| expected.contains(value)),
        "{found:?}"
    );
}

/// HLG in eight bits is told by its tag as well.
#[tokio::test]
async fn hlg_in_eight_bits_is_hdr() {
    let made = made("x.mp4", 10, |ffmpeg, path| {
        let picture = "color=black:s=64x64:r=25:d=0.4,format=yuv420p,geq=lum=180:cb=128:cr=128";
        let tags = "log-level=none:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc";
        let encoder = ["-c:v", "libx265", "-x265-params", tags];
        draw(
            ffmpeg,
            &[&["-f", "lavfi", "-i", picture][..], &encoder].concat(),
            path,
        );
    });
    let Some(made) = made.await else { return };
    let found = made.brightness();
    assert!(
        found.iter().all(|value| (200..230).contains(value)),
        "{found:?}"
    );
}

/// How much neighbouring lines differ: a comb, where fields were left apart.
fn combing(ffmpeg: &Ffmpeg, path: &Path) -> f64 {
    let frames: Vec<[u8; 64 * 64]> = pixels(ffmpeg, path, "64:64");
    let frame = &frames[frames.len() / 2];
    let comb = |row: usize, column: usize| {
        let at = |row: usize| f64::from(frame[row * 64 + column]);
        (at(row) - (at(row - 1) + at(row + 1)) / 2.0).abs()
    };
    let lines = (1..63).flat_map(|row| (0..64).map(move |column| (row, column)));
    lines.map(|(row, column)| comb(row, column)).sum::<f64>() / (62.0 * 64.0)
}

/// A bar that moves fast: its fields lie far apart.
const BAR: &str =
    "color=black:s=64x64:r=50:d=2,geq=lum='if(lt(mod(X+N*7,64),20),235,16)':cb=128:cr=128";

#[tokio::test]
async fn fields_are_brought_together() {
    let mut source_combing = 0.0;
    let made = made("x.mp4", 10, |ffmpeg, path| {
        draw(
            ffmpeg,
            &[
                "-f",
                "lavfi",
                "-i",
                BAR,
                "-vf",
                "tinterlace=mode=interleave_top,setfield=tff",
                "-flags",
                "+ilme+ildct",
                "-c:v",
                "libx264",
                "-crf",
                "5",
                "-x264-params",
                "tff=1",
            ],
            path,
        );
        source_combing = combing(ffmpeg, path);
    });
    let Some(made) = made.await else { return };
    let combing = combing(&made.ffmpeg, made.last());
    assert!(source_combing > 20.0, "{source_combing}");
    assert!(combing < source_combing / 4.0, "{combing} {source_combing}");
}

#[tokio::test]
async fn a_progressive_picture_is_not_touched() {
    // Lines that a deinterlacer would take for fields.
    let lines = "color=black:s=64x64:r=25:d=1,geq=lum='if(mod(Y,2),235,16)':cb=128:cr=128";
    let mut source_combing = 0.0;
    let made = made("x.mp4", 10, |ffmpeg, path| {
        draw(ffmpeg, &["-f", "lavfi", "-i", lines, "-crf", "5"], path);
        source_combing = combing(ffmpeg, path);
    });
    let Some(made) = made.await else { return };
    let combing = combing(&made.ffmpeg, made.last());
    assert!(source_combing > 100.0, "{source_combing}");
    assert!(combing > source_combing * 0.9, "{combing} {source_combing}");
}

/// Without a tag, SD is BT.601 and HD BT.709, as players guess.
#[rstest]
#[case::sd_with_a_tag("320x240", "bt601", &["-colorspace", "smpte170m", "-color_primaries", "smpte170m", "-color_trc", "smpte170m"])]
#[case::sd("320x240", "bt601", &[])]
#[case::hd("1280x720", "bt709", &[])]
#[tokio::test]
async fn colours_are_told_as_they_are(
    #[case] size: &str,
    #[case] matrix: &str,
    #[case] tags: &[&str],
) {
    let made = made("x.mp4", 10, |ffmpeg, path| {
        let picture = format!(
            "color=0x10c020:s={size}:r=25:d=0.4,format=rgb24,\
             scale=out_color_matrix={matrix},format=yuv420p,setparams=colorspace=unknown"
        );
        draw(
            ffmpeg,
            &[&["-f", "lavfi", "-i", &picture][..], tags].concat(),
            path,
        );
    });
    let Some(made) = made.await else { return };
    assert_eq!(
        made.probe().await.video.unwrap().color_space.as_deref(),
        Some("bt709")
    );
    let path = made.last().to_str().unwrap();
    let filters = ["-vf", "scale=1:1", "-frames:v", "1", "-pix_fmt", "rgb24"];
    let pixel = output_of(
        &made.ffmpeg,
        &[&["-i", path][..], &filters, &["-f", "rawvideo", "-"]].concat(),
    );
    for (found, expected) in pixel.into_iter().zip([0x10_u8, 0xc0, 0x20]) {
        assert!(found.abs_diff(expected) <= 5, "{found:x} {expected:x}");
    }
}

/// The left half is transparent, and its hidden colour is as light as the right
/// half's.
#[rstest]
#[case::prores(&["-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le"])]
#[case::animation(&["-c:v", "qtrle"])]
#[case::png(&["-c:v", "png"])]
#[tokio::test]
async fn transparent_parts_are_black(#[case] codec: &[&str]) {
    let made = made("x.mov", 10, |ffmpeg, path| {
        let picture = "color=white:s=64x64:r=25:d=0.4,format=rgba,\
                       geq=r=220:g=220:b=220:a='if(lt(X,32),0,255)'";
        draw(
            ffmpeg,
            &[&["-f", "lavfi", "-i", picture][..], codec].concat(),
            path,
        );
    });
    let Some(made) = made.await else { return };
    let frames: Vec<[u8; 2]> = pixels(&made.ffmpeg, made.last(), "2:1");
    assert_eq!(frames.len(), 10);
    assert!(
        frames
            .iter()
            .all(|[left, right]| *left < 20 && *right > 200),
        "{frames:?}"
    );
    let source = made.directory.path().join("x.mov");
    let still = made.directory.path().join("still.jpg");
    let found = probe(&session(&made.ffmpeg), &source).await.unwrap();
    let session = session(&made.ffmpeg);
    crate::preview::thumbnail(&session, &source, &found, &still)
        .await
        .unwrap();
    let [left, right] = pixels::<2>(&made.ffmpeg, &still, "2:1")[0];
    assert!(left < 20 && right > 200, "{left} {right}");
}

//! Segments are one film: no frame is missing, doubled or another one at a
//! border, wherever the source's time begins and however it varies.

use super::*;
use rstest::rstest;

/// Frames that can be told from their neighbours by their brightness.
const FRAMES: &str =
    "color=black:s=64x64:r=25:d=9,geq=lum='16+mod(N*37,211)':cb=128:cr=128,format=yuv420p";

#[rstest]
#[case::mp4("x.mp4", "25", &["-c:v", "libx264", "-g", "100"])]
#[case::open_groups("x.mp4", "25", &["-c:v", "libx264", "-x264-params", "open-gop=1:keyint=33:bframes=3"])]
#[case::hevc("x.mp4", "25", &["-c:v", "libx265", "-x265-params", "log-level=none:keyint=40"])]
#[case::varying("x.mp4", "25", &["-vf", "select='gt(mod(n,7),2)'", "-fps_mode", "vfr"])]
#[case::a_long_hold("x.mkv", "25", &["-vf", "select='not(between(n,30,140))'", "-fps_mode", "vfr"])]
#[case::late_start("x.mkv", "25", &["-output_ts_offset", "7.31", "-g", "20"])]
#[case::transport_stream("x.ts", "25", &["-c:v", "libx264", "-g", "70"])]
#[case::old_codec("x.avi", "25", &["-c:v", "mpeg4", "-g", "30", "-q:v", "2"])]
#[case::film_rate("x.mp4", "24000/1001", &[])]
#[case::fast("x.mp4", "50", &["-g", "300"])]
#[tokio::test]
async fn segments_are_the_whole(#[case] name: &str, #[case] rate: &str, #[case] options: &[&str]) {
    let Some(ffmpeg) = ffmpeg() else { return };
    let directory = TempDir::new().unwrap();
    let source = directory.path().join(name);
    let picture = FRAMES.replace("r=25", &format!("r={rate}"));
    let input = ["-f", "lavfi", "-i", &picture];
    draw(&ffmpeg, &[&input, options].concat(), &source);

    let mut films = Vec::new();
    for seconds in [60, 2] {
        let directory = directory.path().join(seconds.to_string());
        std::fs::create_dir(&directory).unwrap();
        let (plan, outputs) = climb(&ffmpeg, &source, &directory, seconds).await.unwrap();
        assert_eq!(plan.segments.len() > 3, seconds == 2);
        films.push(brightness(&ffmpeg, &outputs[0].path));
    }
    assert_eq!(films[0].len(), films[1].len());
    let differ = films[0].iter().zip(&films[1]);
    let differ: Vec<usize> = differ
        .enumerate()
        .filter(|(_, (whole, parts))| whole.abs_diff(**parts) > 6)
        .map(|(frame, _)| frame)
        .collect();
    assert_eq!(differ, [0_usize; 0], "{films:?}");
    let distinct: std::collections::BTreeSet<u8> = films[0].iter().copied().collect();
    assert!(distinct.len() > 20, "the frames cannot be told apart");
}

#[tokio::test]
async fn pieces_that_do_not_belong_together_are_refused() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let directory = TempDir::new().unwrap();
    let mut pieces = Vec::new();
    let mut plan = None;
    let mut source = PathBuf::new();
    let session = session(&ffmpeg);
    for size in ["64x64", "80x64"] {
        source = directory.path().join(format!("{size}.mp4"));
        let picture = format!("testsrc2=s={size}:r=10:d=4");
        draw(&ffmpeg, &["-f", "lavfi", "-i", &picture], &source);
        let probe = probe(&session, &source).await.unwrap();
        let made = LadderPlan::new(&probe, &Quality::ALL, 2).unwrap();
        let segment = made.segments[pieces.len()];
        let folder = directory.path().join(size);
        std::fs::create_dir(&folder).unwrap();
        let piece = encode_segment(&session, &made, &segment, &source, &folder, |_| {});
        pieces.push(piece.await.unwrap().pieces.remove(0).path);
        plan = Some(made);
    }
    let plan = plan.unwrap();
    let all = |pieces: &[PathBuf]| vec![pieces.to_vec()];
    for pieces in [all(&pieces), all(&pieces[..1]), Vec::new()] {
        let directory = directory.path();
        let result = assemble_all(&session, &plan, &pieces, &source, directory);
        let error = result.await.unwrap_err();
        assert_eq!(error.code(), "OUTPUT_CHECK_FAILED");
    }
}

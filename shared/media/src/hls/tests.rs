use std::collections::BTreeSet;

use tempfile::TempDir;

use super::segments::{self, Segment};
use super::*;
use crate::ladder::{LadderPlan, assemble_all, encode_segment};
use crate::testing::{draw, ffmpeg, output_of, session};
use crate::{Ffmpeg, probe};

/// What FFmpeg's own HLS demuxer reads: of each stream its packets' lines.
fn read(ffmpeg: &Ffmpeg, playlist: &Path, map: &str) -> Vec<String> {
    let playlist = playlist.to_str().unwrap();
    let list = output_of(
        ffmpeg,
        &[
            "-i", playlist, "-map", map, "-c", "copy", "-f", "framecrc", "-",
        ],
    );
    let list = String::from_utf8(list).unwrap();
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// All renditions of a film of `seconds`, packaged.
async fn packaged(
    ffmpeg: &Ffmpeg,
    directory: &Path,
    sound: bool,
    seconds: f64,
) -> (LadderPlan, HlsPackage) {
    let source = directory.join("source.mp4");
    let picture = format!("testsrc2=s=1280x720:r=10:d={seconds}");
    let tone = format!("sine=d={seconds}");
    let mut arguments = vec!["-f", "lavfi", "-i", &picture];
    if sound {
        arguments.extend(["-f", "lavfi", "-i", &tone]);
    }
    arguments.extend(["-preset", "ultrafast"]);
    draw(ffmpeg, &arguments, &source);
    let session = session(ffmpeg);
    let facts = probe(&session, &source).await.unwrap();
    let plan = LadderPlan::new(&facts, &Quality::ALL, 60).unwrap();
    let segment = plan.segments[0];
    let encoded = encode_segment(&session, &plan, &segment, &source, directory, |_| {});
    let pieces = encoded.await.unwrap().pieces.into_iter();
    let pieces: Vec<_> = pieces.map(|piece| vec![piece.path]).collect();
    let outputs = assemble_all(&session, &plan, &pieces, &source, directory);
    let outputs = outputs.await.unwrap();
    let package = package(&session, &outputs, directory).await.unwrap();
    let opened = |name: &str| fs::read_to_string(package.master.with_file_name(name)).unwrap();
    testkit::hls::check_master(&opened("master.m3u8"), opened).unwrap();
    (plan, package)
}

#[tokio::test]
async fn a_package_plays_to_its_last_frame() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let directory = TempDir::new().unwrap();
    let (plan, package) = packaged(&ffmpeg, directory.path(), true, 13.0).await;
    let files: BTreeSet<String> = fs::read_dir(directory.path().join("hls"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let expected = [
        "low.m3u8",
        "low.m4s",
        "master.m3u8",
        "medium.m3u8",
        "medium.m4s",
    ];
    assert_eq!(files, expected.map(str::to_owned).into());

    let mut borders: Vec<Vec<f64>> = Vec::new();
    for (index, variant) in package.variants.iter().enumerate() {
        assert_eq!(read(&ffmpeg, &variant.playlist, "0:v:0").len(), 130);
        let through_master = read(&ffmpeg, &package.master, &format!("0:v:{index}"));
        assert_eq!(through_master.len(), 130);
        assert!(read(&ffmpeg, &variant.playlist, "0:a:0").len() > 600);
        let text = fs::read_to_string(&variant.playlist).unwrap();
        let segments = segments::read(&text);
        assert_begin_with_key_frames(&ffmpeg, &variant.media, &text, &segments);
        borders.push(segments.iter().map(|segment| segment.seconds).collect());
    }
    assert_eq!(borders, vec![vec![6.0, 6.0, 1.0]; 2]);

    let master = fs::read_to_string(&package.master).unwrap();
    for rendition in &plan.renditions {
        let size = format!("RESOLUTION={}x{},", rendition.width, rendition.height);
        assert!(master.contains(&size), "{master}");
    }
    assert!(master.contains("FRAME-RATE=10.000,CODECS=\"avc1.6400"));
    assert!(master.contains(",mp4a.40.2\"\nmedium.m3u8\n"), "{master}");
}

/// Each segment, with nothing before it but the file's beginning, decodes
/// without an error: as a player does it that seeks.
fn assert_begin_with_key_frames(
    ffmpeg: &Ffmpeg,
    media: &Path,
    playlist: &str,
    segments: &[Segment],
) {
    let bytes = fs::read(media).unwrap();
    assert!(playlist.contains("#EXT-X-MAP:URI=\""), "{playlist}");
    let beginning = &bytes[..segments[0].offset as usize];
    for segment in segments {
        let end = (segment.offset + segment.bytes) as usize;
        let alone = media.with_extension("alone.mp4");
        let part = &bytes[segment.offset as usize..end];
        fs::write(&alone, [beginning, part].concat()).unwrap();
        let input = alone.to_str().unwrap();
        let sums = output_of(
            ffmpeg,
            &["-xerror", "-i", input, "-map", "0:v", "-f", "framecrc", "-"],
        );
        let sums = String::from_utf8(sums).unwrap();
        let frames = sums.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(frames, (segment.seconds * 10.0).round() as usize);
        fs::remove_file(alone).unwrap();
    }
}

#[tokio::test]
async fn a_silent_film_is_packaged_too() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let directory = TempDir::new().unwrap();
    let (_, package) = packaged(&ffmpeg, directory.path(), false, 1.0).await;
    let master = fs::read_to_string(&package.master).unwrap();
    assert!(!master.contains("mp4a"), "{master}");
    for variant in &package.variants {
        assert_eq!(read(&ffmpeg, &variant.playlist, "0:v:0").len(), 10);
    }
}

/// Shorter than half a second, the longest segment would round to 0.
#[tokio::test]
async fn the_shortest_clip_has_a_playlist_by_the_rules() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let directory = TempDir::new().unwrap();
    // The rules are checked where it is packaged.
    let (_, package) = packaged(&ffmpeg, directory.path(), true, 0.3).await;
    for variant in &package.variants {
        let text = fs::read_to_string(&variant.playlist).unwrap();
        assert!(text.contains("#EXT-X-TARGETDURATION:1\n"), "{text}");
        assert_eq!(read(&ffmpeg, &variant.playlist, "0:v:0").len(), 3);
    }
}

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::rendition::Quality;
use mp4_atom::{Stco, Stsc, StscEntry, Stsz};
use proptest::prelude::*;
use rstest::rstest;
use tempfile::TempDir;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::*;
use crate::Ffmpeg;
use crate::inspection;
use crate::ladder::encode_segment;
use crate::testing::{draw, ffmpeg, holed, output_of, session};

/// A small stand-in for [`FIRST_BYTES`]: the first two seconds.
const FIRST: u64 = 400_000;

/// Frames that do not get smaller, and sound between them.
const FILM: [&str; 8] = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=s=160x90:r=25:d=24,noise=alls=60:allf=t",
    "-f",
    "lavfi",
    "-i",
    "sine=d=24.5",
];

struct Fixture {
    ffmpeg: Ffmpeg,
    directory: TempDir,
    source: PathBuf,
}

impl Fixture {
    fn open(name: &str, options: &[&str]) -> Option<Self> {
        // With one thread it encodes the same pictures to the same bytes.
        let ffmpeg = Ffmpeg::new(ffmpeg()?.path().to_owned(), Some(1));
        let directory = TempDir::new().unwrap();
        let source = directory.path().join(name);
        let small = ["-preset", "ultrafast", "-b:v", "1500k"];
        draw(&ffmpeg, &[&FILM[..], &small, options].concat(), &source);
        Some(Self {
            ffmpeg,
            directory,
            source,
        })
    }

    async fn positions(&self, first_bytes: u64) -> Option<Positions> {
        let session = session(&self.ffmpeg);
        let found = inspection::inspect_source(&session, &self.source).await;
        let (packets, _) = found.unwrap().video.unwrap();
        Positions::read(&self.source, &packets, first_bytes)
    }

    async fn plan(&self) -> LadderPlan {
        let session = session(&self.ffmpeg);
        let probe = crate::probe(&session, &self.source).await;
        LadderPlan::new(&probe.unwrap(), &[Quality::Low], 4).unwrap()
    }

    /// The file with nothing but these bytes.
    fn holed(&self, bytes: &[Range<u64>]) -> PathBuf {
        holed(&self.source, bytes, self.directory.path())
    }

    fn frames(&self, piece: &Path) -> Vec<u8> {
        let piece = piece.to_str().unwrap();
        output_of(&self.ffmpeg, &["-i", piece, "-f", "framemd5", "-"])
    }
}

#[rstest]
#[case::index_last("x.mp4", &["-g", "50"])]
#[case::index_first("x.mp4", &["-g", "50", "-movflags", "+faststart"])]
#[case::quicktime("x.mov", &["-bf", "3", "-g", "33"])]
#[case::open_groups("x.mp4", &["-x264-params", "open-gop=1:keyint=33:bframes=3"])]
#[case::hevc("x.mp4", &["-c:v", "libx265", "-x265-params", "log-level=none:keyint=40"])]
#[case::late_start("x.mp4", &["-g", "20", "-output_ts_offset", "7.31"])]
#[case::varying("x.mp4", &["-g", "40", "-vf", "select='gt(mod(n,7),2)'", "-fps_mode", "vfr"])]
#[case::silent("x.mp4", &["-g", "50", "-an"])]
#[case::seldom_a_key_frame("x.mp4", &["-g", "300"])]
#[tokio::test]
async fn a_segment_of_its_own_bytes_has_the_frames_that_it_has_of_the_whole(
    #[case] name: &str,
    #[case] options: &[&str],
) {
    let Some(fixture) = Fixture::open(name, options) else {
        return;
    };
    let plan = fixture.plan().await;
    let positions = fixture.positions(FIRST).await.unwrap();
    let bytes = positions.of_segments(&plan);
    assert!(plan.segments.len() > 4);
    let (session, directory) = (session(&fixture.ffmpeg), fixture.directory.path());
    for segment in plan.segments.iter().step_by(2) {
        let needed = bytes.of(segment).unwrap();
        let holed = fixture.holed(&needed);
        let made = encode_segment(&session, &plan, segment, &holed, directory, |_| {}).await;
        let made = made.unwrap_or_else(|error| panic!("{segment:?} of {needed:?}: {error:?}"));
        assert!(!made.has_read_a_hole, "{segment:?} of {needed:?}");
        let of_its_bytes = fixture.frames(&made.pieces[0].path);
        let made = encode_segment(&session, &plan, segment, &fixture.source, directory, |_| {});
        let of_the_whole = fixture.frames(&made.await.unwrap().pieces[0].path);
        assert!(of_its_bytes == of_the_whole, "{segment:?} of {needed:?}");
    }
    let length = |ranges: &[Range<u64>]| ranges.iter().map(|r| r.end - r.start).sum::<u64>();
    let second = length(&bytes.of(&plan.segments[1]).unwrap());
    let most = if options.contains(&"300") { 9 } else { 6 };
    assert!(
        second * 10 < bytes.length * most,
        "{second} of {}",
        bytes.length
    );
}

/// What is missing is noticed, wherever it is.
#[tokio::test]
async fn a_segment_of_another_ones_bytes_is_refused() {
    let Some(fixture) = Fixture::open("x.mp4", &["-g", "25"]) else {
        return;
    };
    let plan = fixture.plan().await;
    let positions = fixture.positions(FIRST).await.unwrap();
    let bytes = positions.of_segments(&plan);
    let (session, directory) = (session(&fixture.ffmpeg), fixture.directory.path());
    for (wanted, at_hand) in [(1, 4), (4, 1), (2, 4), (5, 3)] {
        let holed = fixture.holed(&bytes.of(&plan.segments[at_hand]).unwrap());
        let segment = &plan.segments[wanted];
        let made = encode_segment(&session, &plan, segment, &holed, directory, |_| {}).await;
        let is_noticed = match &made {
            Ok(made) => made.has_read_a_hole,
            Err(error) => error.is_input_fault(),
        };
        assert!(is_noticed, "{wanted} of {at_hand}: {made:?}");
    }
}

/// So little is lost of it that a damaged source would be taken.
#[tokio::test]
async fn a_single_frame_that_is_not_at_hand_is_noticed() {
    let Some(fixture) = Fixture::open("x.mp4", &["-g", "25"]) else {
        return;
    };
    let plan = fixture.plan().await;
    let positions = fixture.positions(FIRST).await.unwrap();
    let segment = &plan.segments[2];
    let needed = positions.of_segments(&plan).of(segment).unwrap();
    let holed = fixture.holed(&needed);
    let (from, to) = plan.source_span(segment);
    let within = |frame: &&Frame| !frame.is_key && (from + 1.0..to - 1.0).contains(&frame.shown);
    let missing = positions.frames.iter().find(within).unwrap();
    let mut bytes = fs::read(&holed).unwrap();
    bytes[missing.bytes.start as usize..missing.bytes.end as usize].fill(0);
    fs::write(&holed, bytes).unwrap();
    let (session, directory) = (session(&fixture.ffmpeg), fixture.directory.path());
    let made = encode_segment(&session, &plan, segment, &holed, directory, |_| {});
    assert!(made.await.unwrap().has_read_a_hole);
}

#[rstest]
#[case::fragments("x.mp4", &["-movflags", "+frag_keyframe+empty_moov"])]
#[case::matroska("x.mkv", &[])]
#[case::transport_stream("x.ts", &[])]
#[case::two_pictures("x.mp4", &["-map", "0:v", "-map", "0:v", "-map", "1:a"])]
#[tokio::test]
async fn the_places_of_other_files_are_not_known(#[case] name: &str, #[case] options: &[&str]) {
    let Some(fixture) = Fixture::open(name, options) else {
        return;
    };
    assert_eq!(fixture.positions(FIRST_BYTES).await, None);
}

#[test]
fn bytes_that_touch_are_fetched_at_once() {
    let bytes = SegmentBytes {
        length: 100,
        common: vec![(90, 100), (0, 10)],
        segments: vec![(5, 30), (40, 50), (50, 95)],
    };
    let of = |index| {
        bytes.of(&Segment {
            index,
            first_frame: 0,
            frames: 1,
        })
    };
    assert_eq!(of(0), Some(vec![0..30, 90..100]));
    assert_eq!(of(1), Some(vec![0..10, 40..50, 90..100]));
    assert_eq!(of(2), Some(vec![0..10, 50..100]));
    assert_eq!(of(3), None);
}

fn table(sizes: &[u32], chunks: &[u32], runs: &[(u32, u32)]) -> Stbl {
    let run = |(first_chunk, samples_per_chunk)| StscEntry {
        first_chunk,
        samples_per_chunk,
        sample_description_index: 1,
    };
    Stbl {
        stsz: Stsz {
            samples: StszSamples::Different {
                sizes: sizes.to_vec(),
            },
        },
        stco: Some(Stco {
            entries: chunks.to_vec(),
        }),
        stsc: Stsc {
            entries: runs.iter().copied().map(run).collect(),
        },
        ..Stbl::default()
    }
}

#[test]
fn frames_lie_one_behind_the_other_in_their_chunks() {
    let table = table(&[3, 4, 5, 6, 7], &[100, 200, 300], &[(1, 2), (3, 1)]);
    let expected = vec![100..103, 103..107, 200..205, 205..211, 300..307];
    assert_eq!(places_of(&table), Some(expected));
}

proptest! {
    /// Tables that contradict each other, or would take for ever.
    #[test]
    fn no_index_keeps_its_reader_busy(
        sizes in prop::collection::vec(any::<u32>(), 0..20),
        chunks in prop::collection::vec(any::<u32>(), 0..8),
        runs in prop::collection::vec((any::<u32>(), any::<u32>()), 0..8),
        few in prop::collection::vec((0_u32..9, 0_u32..9), 0..8),
    ) {
        for runs in [runs, few] {
            let places = places_of(&table(&sizes, &chunks, &runs));
            prop_assert!(places.is_none_or(|places| places.len() == sizes.len()));
        }
    }

    #[test]
    fn no_bytes_make_it_fail(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = places(&bytes);
    }
}

/// Counts what is logged.
struct Counter(Arc<AtomicUsize>);

impl Subscriber for Counter {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn a_file_writes_nothing_to_the_log() {
    let unknown = [&8_u32.to_be_bytes()[..], b"what"].concat();
    let index = unknown.repeat(1000);
    let events = Arc::new(AtomicUsize::new(0));
    with_default(Counter(events.clone()), || {
        assert!(Moov::decode_body(&mut &index[..]).is_err());
        let by_the_reader = events.swap(0, Ordering::Relaxed);
        assert!(
            by_the_reader >= 1000,
            "{by_the_reader}: the test tells nothing"
        );
        assert_eq!(places(&index), None);
    });
    assert_eq!(events.load(Ordering::Relaxed), 0);
}

#[test]
fn every_box_beside_the_frames_is_common() {
    let Some(fixture) = Fixture::open("x.mp4", &["-movflags", "+faststart"]) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let positions = runtime.block_on(fixture.positions(FIRST)).unwrap();
    let mut file = File::open(&fixture.source).unwrap();
    let all: Vec<_> = boxes(&mut file, 0..positions.length)
        .collect::<Result<_, _>>()
        .unwrap();
    let kinds: BTreeSet<[u8; 4]> = all.iter().map(|found| found.kind).collect();
    assert!(kinds.contains(b"ftyp") && kinds.contains(b"moov"));
    for found in all.iter().filter(|found| found.kind != *b"mdat") {
        assert!(positions.common.contains(&found.whole));
    }
    let first = positions.frames[0].bytes.start;
    assert!(positions.common.iter().any(|range| range.contains(&first)));
}

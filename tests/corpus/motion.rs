//! Whether a rendition moves as its source does: each frame that a plain
//! decoding of the source shows is seen in it, as far as its rate has room.

use std::fs;
use std::path::Path;
use std::process::Command;

use media::ladder::{LadderPlan, Output};

use crate::case::Case;

/// Pictures are compared in grey, at this size.
const SIZE: (usize, usize) = (32, 24);

/// A smaller change, summed over all pixels, is not seen.
const VISIBLE: u32 = 192;

/// One frame in this many may be lost where a source is damaged.
const TOLERATED: usize = 20;

/// One change in this many, and one more, is too small to be told from an
/// encoder's noise.
const UNSEEN: usize = 50;

/// The frames of a file as FFmpeg decodes it, without any of our options.
struct Decoded {
    /// When each is shown, in seconds from the file's start.
    times: Vec<f64>,
    pictures: Vec<Vec<u8>>,
    is_clean: bool,
}

impl Decoded {
    fn of(case: &Case, path: &Path, (width, height): (u32, u32)) -> Self {
        let (raw, list) = (case.beside("decoded.raw"), case.beside("decoded.txt"));
        let filter = format!(
            "scale={width}:{height}:flags=area,scale={}:{}:flags=area,format=gray",
            SIZE.0, SIZE.1
        );
        let output = Command::new(case.ffmpeg.path())
            .args(["-v", "error", "-nostdin", "-y", "-i"])
            .arg(format!("file:{}", path.display()))
            .args(["-map", "0:V:0", "-fps_mode", "passthrough", "-vf", &filter])
            .args(["-f", "rawvideo"])
            .arg(&raw)
            .args(["-map", "0:V:0", "-fps_mode", "passthrough", "-vf", &filter])
            .args(["-enc_time_base", "1/1000000", "-f", "framecrc"])
            .arg(&list)
            .output()
            .unwrap();
        let bytes = fs::read(&raw).unwrap_or_default();
        let pictures = bytes.chunks_exact(SIZE.0 * SIZE.1).map(<[u8]>::to_vec);
        let lines = fs::read_to_string(&list).unwrap_or_default();
        let times = lines.lines().filter(|line| !line.starts_with('#'));
        let time = |line: &str| line.split(',').nth(2)?.trim().parse::<f64>().ok();
        let mut decoded = Self {
            times: times.filter_map(time).map(|time| time / 1e6).collect(),
            pictures: pictures.collect(),
            is_clean: output.status.success() && output.stderr.is_empty(),
        };
        decoded.pictures.truncate(decoded.times.len());
        decoded
    }

    /// The pictures of which a film with `rate` frames a second has room for:
    /// of those that fall on one frame, the last.
    fn seen_at(&self, rate: f64) -> Vec<&[u8]> {
        let first = self.times.iter().copied().fold(f64::INFINITY, f64::min);
        let slot = |time: f64| ((time - first) * rate).round() as i64;
        let mut seen: Vec<(i64, &[u8])> = Vec::new();
        for (time, picture) in self.times.iter().zip(&self.pictures) {
            match seen.last_mut() {
                Some(last) if last.0 == slot(*time) => last.1 = picture,
                _ => seen.push((slot(*time), picture)),
            }
        }
        seen.into_iter().map(|(_, picture)| picture).collect()
    }
}

fn differences(pictures: &[&[u8]]) -> Vec<u32> {
    let difference = |one: &[u8], other: &[u8]| {
        let pairs = one.iter().zip(other);
        pairs
            .map(|(one, other)| u32::from(one.abs_diff(*other)))
            .sum()
    };
    let pairs = pictures.windows(2);
    pairs.map(|pair| difference(pair[0], pair[1])).collect()
}

/// How often a picture changes by more than `least`.
fn changes(differences: &[u32], least: u32) -> usize {
    let changes = differences.iter().filter(|size| **size > least);
    changes.count()
}

/// Fails where a rendition changes less often than its source, at its rate.
pub(crate) fn check(case: &Case, plan: &LadderPlan, outputs: &[Output]) {
    let rate = f64::from(plan.frame_rate.0) / f64::from(plan.frame_rate.1);
    for output in outputs {
        // What is too small for the rendition's size cannot be seen in it.
        let size = (output.rendition.width, output.rendition.height);
        let source = Decoded::of(case, &case.input, size);
        let rendition = Decoded::of(case, &output.path, size);
        compare(&source, &rendition, rate);
    }
}

fn compare(source: &Decoded, rendition: &Decoded, rate: f64) {
    let in_source = differences(&source.seen_at(rate));
    let mut sizes: Vec<u32> = in_source.iter().copied().filter(|size| *size > 0).collect();
    sizes.sort_unstable();
    let Some(usual) = sizes.get(sizes.len() / 2) else {
        return;
    };
    // An encoder makes a change smaller, and a picture that is held noisy.
    let expected = changes(&in_source, VISIBLE.max(usual / 2));
    let unseen = if source.is_clean { UNSEEN } else { TOLERATED };
    let tolerated = expected / unseen + 1;
    let pictures: Vec<&[u8]> = rendition.pictures.iter().map(Vec::as_slice).collect();
    let found = changes(&differences(&pictures), usual / 4);
    assert!(
        found + tolerated >= expected,
        "the picture changes {found} times, and {expected} times in the source"
    );
}

/// A film that stands still for half its length fails the check.
#[test]
#[should_panic(expected = "the picture changes 49 times, and 99 times in the source")]
fn a_picture_that_stands_still_is_found() {
    let film = |last: u8| Decoded {
        times: (0..100).map(|frame| f64::from(frame) / 25.0).collect(),
        pictures: (0..100_u8)
            .map(|frame| vec![frame.min(last); 400])
            .collect(),
        is_clean: true,
    };
    compare(&film(99), &film(49), 25.0);
}

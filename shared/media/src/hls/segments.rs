//! The segments that a variant's playlist names, and the figures of RFC 8216
//! that are drawn from them.

use crate::MediaError;

/// A segment as a variant's playlist names it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Segment {
    pub(super) seconds: f64,
    pub(super) bytes: u64,
    pub(super) offset: u64,
}

/// Bit rates of a playlist, in whole bits a second, rounded up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BitRates {
    /// `BANDWIDTH`: the peak segment bit rate.
    pub(super) peak: u64,
    /// `AVERAGE-BANDWIDTH`.
    pub(super) average: u64,
}

/// Reads `#EXTINF:6.000000,` and `#EXT-X-BYTERANGE:236615@1374`.
pub(super) fn read(playlist: &str) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut seconds = 0.0;
    for line in playlist.lines() {
        if let Some(length) = line.strip_prefix("#EXTINF:") {
            seconds = length.trim_end_matches(',').parse().unwrap_or(0.0);
        }
        let range = line.strip_prefix("#EXT-X-BYTERANGE:");
        if let Some((bytes, offset)) = range.and_then(|range| range.split_once('@')) {
            segments.push(Segment {
                seconds,
                bytes: bytes.parse().unwrap_or(0),
                offset: offset.parse().unwrap_or(0),
            });
        }
    }
    segments
}

/// The segments follow each other to the end of the file, and last as long as
/// the picture.
pub(super) fn check(segments: &[Segment], file: u64, duration: f64) -> Result<(), MediaError> {
    let follow = segments
        .windows(2)
        .all(|pair| pair[0].offset + pair[0].bytes == pair[1].offset);
    let ends = segments
        .last()
        .is_some_and(|last| last.offset + last.bytes <= file);
    let is_positive = segments.iter().all(|segment| segment.seconds > 0.0);
    let seconds = duration_of(segments);
    if follow && ends && is_positive && (seconds - duration).abs() < 0.1 {
        return Ok(());
    }
    Err(MediaError::check(format!(
        "a playlist has {} segments and {seconds:.3} s instead of {duration:.3} s",
        segments.len()
    )))
}

/// `EXT-X-TARGETDURATION`: the longest segment in whole seconds, at least 1.
pub(super) fn target_duration(segments: &[Segment]) -> u64 {
    let longest = segments
        .iter()
        .map(|segment| segment.seconds)
        .fold(0.0, f64::max);
    (longest.round() as u64).max(1)
}

/// The bit rates by RFC 8216, section 4.1: the peak is the largest rate of
/// contiguous segments that together last from half the target duration to one
/// and a half. Where all segments together last less, it is their rate.
pub(super) fn bit_rates(segments: &[Segment]) -> BitRates {
    let target = target_duration(segments) as f64;
    let average = rate_of(segments);
    let mut peak = average;
    for from in 0..segments.len() {
        for to in from + 1..=segments.len() {
            let run = &segments[from..to];
            let seconds = duration_of(run);
            if seconds > 1.5 * target {
                break;
            }
            if seconds >= 0.5 * target {
                peak = peak.max(rate_of(run));
            }
        }
    }
    BitRates {
        peak: peak.ceil() as u64,
        average: average.ceil() as u64,
    }
}

fn duration_of(segments: &[Segment]) -> f64 {
    segments.iter().map(|segment| segment.seconds).sum()
}

/// Bits a second.
fn rate_of(segments: &[Segment]) -> f64 {
    let bytes: u64 = segments.iter().map(|segment| segment.bytes).sum();
    bytes as f64 * 8.0 / duration_of(segments)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segments_of(parts: &[(f64, u64)]) -> Vec<Segment> {
        let mut offset = 0;
        parts
            .iter()
            .map(|&(seconds, bytes)| {
                offset += bytes;
                Segment {
                    seconds,
                    bytes,
                    offset: offset - bytes,
                }
            })
            .collect()
    }

    fn rates(parts: &[(f64, u64)]) -> (u64, u64) {
        let rates = bit_rates(&segments_of(parts));
        (rates.peak, rates.average)
    }

    #[test]
    fn a_playlist_with_holes_is_refused() {
        let text = "#EXTINF:6.000000,\n#EXT-X-BYTERANGE:100@10\nhigh.m4s\n\
                    #EXTINF:1.5,\n#EXT-X-BYTERANGE:50@110\nhigh.m4s\n";
        let segments = read(text);
        assert_eq!(segments.len(), 2);
        assert!(check(&segments, 160, 7.5).is_ok());
        assert!(check(&segments, 159, 7.5).is_err(), "cut off");
        assert!(check(&segments, 160, 9.0).is_err(), "too short");
        assert!(check(&read(&text.replace("@110", "@111")), 161, 7.5).is_err());
        assert!(check(&[], 160, 0.0).is_err());
    }

    #[test]
    fn the_target_duration_is_the_longest_segment_rounded_and_at_least_one() {
        let target = |seconds: f64| target_duration(&segments_of(&[(seconds, 1), (0.1, 1)]));
        assert_eq!([0.04, 0.49, 1.4].map(target), [1, 1, 1]);
        assert_eq!([2.5, 6.0, 6.4].map(target), [3, 6, 6]);
    }

    #[test]
    fn the_peak_is_that_of_the_heaviest_run_of_about_a_target_duration() {
        assert_eq!(rates(&[(6.0, 6000), (6.0, 12_000)]), (16_000, 12_000));
        // A short and heavy end counts together with what stands before it.
        assert_eq!(rates(&[(6.0, 6000), (1.0, 8000)]), (16_000, 16_000));
        // All of it lasts less than half the target duration.
        assert_eq!(rates(&[(0.3, 300)]), (8000, 8000));
    }

    proptest! {
        #[test]
        fn the_average_is_never_above_the_peak(
            parts in prop::collection::vec((0.02f64..10.0, 1u64..10_000_000), 1..20)
        ) {
            let (peak, average) = rates(&parts);
            prop_assert!(average <= peak);
        }
    }
}

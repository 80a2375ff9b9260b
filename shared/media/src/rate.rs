//! The constant rate that stands for a source's own, which may vary.

/// The highest frame rate of a rendition.
const MAX_RATE: f64 = 60.0;

/// A rate this near to a common one is that one.
const RATE_TOLERANCE: f64 = 0.005;

/// Of a thousand frames, so many may be lost or late at the average rate: motion
/// does not stutter by a frame here and there.
const TOLERATED_AT_AVERAGE: usize = 30;

/// The same at a faster rate, which would stutter all through the motion.
const TOLERATED: usize = 5;

/// A frame is late when it is shown this far from its time, in seconds.
const LATE: f64 = 0.04;

/// Rates that films and cameras have, in order.
const COMMON_RATES: [(u32, u32); 8] = [
    (24_000, 1001),
    (24, 1),
    (25, 1),
    (30_000, 1001),
    (30, 1),
    (50, 1),
    (60_000, 1001),
    (60, 1),
];

/// Frames a second.
pub(crate) fn as_number((top, bottom): (u32, u32)) -> f64 {
    f64::from(top) / f64::from(bottom.max(1))
}

/// The rate at which a source of an average rate is shown, whose frames are shown
/// at `times`, in seconds and in order. Where hardly a frame is lost or late at
/// the average, it is that; else the lowest common rate at which it is so.
pub(crate) fn constant_rate(average: (u32, u32), times: &[f64]) -> (u32, u32) {
    let steady = steady_rate(average);
    let hides = |rate: (u32, u32)| missed_of_thousand(times, as_number(rate));
    if as_number(average) > MAX_RATE || hides(steady) <= TOLERATED_AT_AVERAGE {
        return steady;
    }
    let faster = |rate: &&(u32, u32)| as_number(**rate) > as_number(steady);
    let mut rates = COMMON_RATES.iter().filter(faster);
    let rate = rates.find(|rate| hides(**rate) <= TOLERATED);
    *rate.or(COMMON_RATES.last()).unwrap_or(&steady)
}

/// How many frames of a thousand are lost or late at a rate.
fn missed_of_thousand(times: &[f64], rate: f64) -> usize {
    let Some(first) = times.first() else {
        return 0;
    };
    let mut last = None;
    let missed = times.iter().filter(|time| {
        let time = **time - first;
        let place = (time * rate).round();
        let is_lost = last.replace(place) == Some(place);
        is_lost || (place / rate - time).abs() > LATE
    });
    missed.count() * 1000 / times.len()
}

/// The average rate, or the common one it stands for. One that is too high is
/// halved or quartered if that gives a common one: no motion stutters.
fn steady_rate(average: (u32, u32)) -> (u32, u32) {
    let rate = as_number(average);
    let common = [1.0, 2.0, 4.0]
        .into_iter()
        .find_map(|part| common_rate(rate / part));
    if let Some(common) = common {
        return common;
    }
    let hundredths = (rate.clamp(1.0, MAX_RATE) * 100.0).round() as u32;
    let divisor = (1..=100)
        .rev()
        .find(|divisor| hundredths.is_multiple_of(*divisor) && 100_u32.is_multiple_of(*divisor))
        .unwrap_or(1);
    (hundredths / divisor, 100 / divisor)
}

/// The nearest common rate, if one is near.
fn common_rate(rate: f64) -> Option<(u32, u32)> {
    let distance = |common: (u32, u32)| (rate / as_number(common) - 1.0).abs();
    COMMON_RATES
        .into_iter()
        .filter(|common| distance(*common) <= RATE_TOLERANCE)
        .min_by(|one, other| distance(*one).total_cmp(&distance(*other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times in seconds of frames, so many a second for so long, one part after
    /// the other, as a container keeps them: in milliseconds.
    fn times(parts: &[(f64, f64)]) -> Vec<f64> {
        let mut times = Vec::new();
        let mut begin = 0.0;
        for (rate, seconds) in parts {
            let count = (rate * seconds).round() as u32;
            times.extend((0..count).map(|frame| begin + f64::from(frame) / rate));
            begin += seconds;
        }
        times
            .iter()
            .map(|time: &f64| (time * 1000.0).round() / 1000.0)
            .collect()
    }

    fn rate_of(parts: &[(f64, f64)]) -> (u32, u32) {
        let times = times(parts);
        let seconds: f64 = parts.iter().map(|(_, seconds)| seconds).sum();
        constant_rate(
            (times.len() as u32 * 1000, (seconds * 1000.0) as u32),
            &times,
        )
    }

    #[test]
    fn rates_become_the_ones_they_stand_for() {
        let rates = [
            ((30, 1), (30, 1)),
            ((2997, 100), (30_000, 1001)),
            ((29_900, 1000), (30_000, 1001)),
            ((23_976, 1000), (24_000, 1001)),
            ((240, 1), (60, 1)),
            ((120_000, 1001), (60_000, 1001)),
            ((100, 1), (50, 1)),
            ((90, 1), (60, 1)),
            ((15, 1), (15, 1)),
            ((25, 2), (25, 2)),
            ((1837, 100), (1837, 100)),
            ((1, 10), (1, 1)),
        ];
        for (source, expected) in rates {
            assert_eq!(constant_rate(source, &[]), expected, "{source:?}");
        }
    }

    #[test]
    fn a_steady_source_keeps_its_rate() {
        for rate in [1.0, 5.0, 10.0, 12.5, 15.0, 18.37, 25.0, 50.0] {
            let found = as_number(rate_of(&[(rate, 600.0)]));
            assert!((found - rate).abs() < 0.01, "{rate}: {found}");
        }
        assert_eq!(rate_of(&[(120.0, 10.0)]), (60, 1));
    }

    #[test]
    fn a_source_that_varies_has_the_rate_of_its_motion() {
        assert_eq!(rate_of(&[(1.0, 9.0), (60.0, 3.0)]), (60_000, 1001));
        assert_eq!(rate_of(&[(5.0, 60.0), (25.0, 60.0)]), (25, 1));
        assert_eq!(rate_of(&[(1.0, 9.0), (120.0, 3.0)]), (60, 1), "the cap");
    }

    #[test]
    fn slides_change_at_their_times() {
        let times: Vec<f64> = (0..20).map(|slide| f64::from(slide) * 7.3).collect();
        assert_eq!(constant_rate((20, 146), &times), (24_000, 1001));
    }
}

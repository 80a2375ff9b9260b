//! How long things took in this installation, and how long one that runs may still take.
//!
//! Durations are counted in buckets, so that a month of them is one small row and no log is
//! read (D44). What is not known well enough is not guessed: `None`.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::rendition::Quality;

/// So many are needed before anything is said.
const LEAST: u64 = 10;
/// The first bucket ends at so many seconds.
const SHORTEST: f64 = 0.1;
/// A bucket ends so much later than the one before it: what is told is right to a tenth.
const GROWTH: f64 = 1.1;
/// The last bucket, which ends after some eighteen hours.
const LAST: u16 = 140;

/// Of what the durations are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A film of so many scenes, from its acceptance, or its approval, to its end.
    Film {
        /// The model of its scenes.
        model: String,
        /// How many.
        scenes: u32,
    },
    /// A part that a model makes, from its intent record to the file in the bucket.
    Prediction {
        /// The model.
        model: String,
    },
    /// The renditions of a minute of a source, from the first worker to the end.
    Transcode {
        /// Those that were made, tallest first.
        renditions: Vec<Quality>,
        /// Of about which length the source is, [`length_class`]: a long one is worked on by
        /// many, so that a minute of it takes less.
        length: u32,
    },
}

impl Kind {
    /// Its name in the table.
    pub fn name(&self) -> String {
        match self {
            Self::Film { model, scenes } => format!("film/{model}/{scenes}"),
            Self::Prediction { model } => format!("prediction/{model}"),
            Self::Transcode { renditions, length } => {
                let names: Vec<&str> = renditions.iter().map(|one| one.as_str()).collect();
                format!("transcode/{}/{length}", names.join("+"))
            }
        }
    }
}

/// Sources of the same class are about as long: 0 up to 24 seconds, which one worker makes,
/// and four times as long with each class.
pub fn length_class(seconds: f64) -> u32 {
    (seconds / 24.0).max(1.0).log(4.0).ceil() as u32
}

/// A time with even odds, and one that nine of ten keep; in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Half of all took no longer.
    pub p50_seconds: u64,
    /// Nine of ten took no longer.
    pub p90_seconds: u64,
}

impl Estimate {
    /// For so many times as much.
    pub fn times(self, factor: f64) -> Self {
        let seconds = |one: u64| (one as f64 * factor).ceil() as u64;
        Self {
            p50_seconds: seconds(self.p50_seconds),
            p90_seconds: seconds(self.p90_seconds),
        }
    }
}

/// How often what took how long.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: BTreeMap<u16, u64>,
}

impl Histogram {
    /// From the counts of buckets.
    pub fn of(counts: impl IntoIterator<Item = (u16, u64)>) -> Self {
        let mut this = Self::default();
        for (bucket, count) in counts {
            *this.counts.entry(bucket).or_default() += count;
        }
        this
    }

    /// What is to be expected of one that has run for `elapsed`: as those went on that
    /// took longer than that. `None` when it has outlasted all but a few.
    pub fn remaining(&self, elapsed: Duration) -> Option<Estimate> {
        let elapsed = elapsed.as_secs_f64();
        let longer = self
            .counts
            .iter()
            .filter(|(bucket, _)| end(**bucket) > elapsed);
        let longer = Self::of(longer.map(|(bucket, count)| (*bucket, *count)));
        let (all, longer_ones) = (self.total(), longer.total());
        // One in a hundred takes longer than the p99: about those nothing is known.
        if all < LEAST || longer_ones * 100 <= all {
            return None;
        }
        let left = |share: f64| (longer.quantile(share) - elapsed).ceil() as u64;
        Some(Estimate {
            p50_seconds: left(0.5),
            p90_seconds: left(0.9),
        })
    }

    /// Whether one that has run for `elapsed` takes longer than 99 of a hundred did.
    pub fn is_slow(&self, elapsed: Duration) -> bool {
        self.total() >= LEAST && elapsed.as_secs_f64() > self.quantile(0.99)
    }

    fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Seconds that this share of all took at most.
    fn quantile(&self, share: f64) -> f64 {
        let wanted = (self.total() as f64 * share).ceil() as u64;
        let mut so_far = 0;
        for (bucket, count) in &self.counts {
            so_far += count;
            if so_far >= wanted {
                return end(*bucket);
            }
        }
        0.0
    }
}

/// The bucket that a duration is counted in.
pub fn bucket_of(duration: Duration) -> u16 {
    let bucket = (duration.as_secs_f64() / SHORTEST).log(GROWTH).ceil();
    bucket.clamp(0.0, f64::from(LAST)) as u16
}

/// Seconds at which a bucket ends.
fn end(bucket: u16) -> f64 {
    SHORTEST * GROWTH.powi(i32::from(bucket))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sources_of_one_class_are_about_as_long() {
        let classes = [0.0, 24.0, 24.1, 96.0, 97.0, 384.0, 400.0, 14_400.0];
        let classes = classes.map(length_class);
        assert_eq!(classes, [0, 0, 1, 1, 2, 2, 3, 5]);
    }

    fn histogram(seconds: &[f64]) -> Histogram {
        let buckets = seconds
            .iter()
            .map(|seconds| Duration::from_secs_f64(*seconds));
        Histogram::of(buckets.map(|duration| (bucket_of(duration), 1)))
    }

    #[test]
    fn nothing_is_said_of_fewer_than_ten() {
        assert_eq!(histogram(&[60.0; 9]).remaining(Duration::ZERO), None);
        assert!(!histogram(&[60.0; 9]).is_slow(Duration::from_secs(600)));
        assert!(histogram(&[60.0; 10]).remaining(Duration::ZERO).is_some());
    }

    #[test]
    fn what_has_run_for_a_while_is_compared_with_those_that_ran_as_long() {
        let mut seconds = vec![60.0; 50];
        seconds.extend([600.0; 50]);
        let histogram = histogram(&seconds);
        let at = |elapsed| histogram.remaining(Duration::from_secs(elapsed)).unwrap();
        assert!((54..=67).contains(&at(0).p50_seconds), "{:?}", at(0));
        assert!((530..=600).contains(&at(100).p50_seconds), "{:?}", at(100));
        assert_eq!(histogram.remaining(Duration::from_secs(700)), None);
        assert!(histogram.is_slow(Duration::from_secs(700)));
        assert!(!histogram.is_slow(Duration::from_secs(500)));
    }

    proptest! {
        #[test]
        fn an_estimate_is_right_to_a_tenth(seconds in prop::collection::vec(1.0f64..3600.0, 10..200)) {
            let estimate = histogram(&seconds).remaining(Duration::ZERO).unwrap();
            let mut sorted = seconds;
            sorted.sort_by(f64::total_cmp);
            let exact = |share: f64| sorted[(sorted.len() as f64 * share).ceil() as usize - 1];
            for (told, share) in [(estimate.p50_seconds, 0.5), (estimate.p90_seconds, 0.9)] {
                let (told, exact) = (told as f64, exact(share));
                prop_assert!(told >= exact && told <= exact * GROWTH + 1.0, "{told} {exact}");
            }
        }

        #[test]
        fn a_bucket_holds_its_duration(milliseconds in 1u64..60_000_000) {
            let duration = Duration::from_millis(milliseconds);
            let bucket = bucket_of(duration);
            prop_assert!(end(bucket) >= duration.as_secs_f64() * 0.999_999);
            prop_assert!(bucket == 0 || end(bucket - 1) <= duration.as_secs_f64() * 1.000_001);
        }
    }
}

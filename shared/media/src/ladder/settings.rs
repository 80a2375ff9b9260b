//! How renditions are encoded. Chosen by measurement (`cargo xtask bench
//! ladder`): `faster` gives the VMAF of `medium` at factor 23 for 0.6 of its
//! work and some 5 % more bytes.

use domain::preset::Preset;
use domain::rendition::Quality;

use super::plan::LadderPlan;
use crate::encoder::{self, H264};
use crate::input::strings;

/// Samples a second of every rendition's sound.
pub(super) const SAMPLE_RATE: u32 = 48_000;

/// The largest rendition, in bytes: a function has 10 GB of disk, and one PUT of
/// S3 takes 5 GB.
const MOST_BYTES: f64 = 4e9;

/// Above this many frames a second a picture needs more bits.
const USUAL_RATE: u32 = 30;

/// The constant rate factor and the cap in kbit/s of a quality.
fn quality_settings(quality: Quality) -> (&'static str, u32) {
    match quality {
        Quality::High => ("22.4", 12_000),
        Quality::Medium => ("22.3", 6_000),
        Quality::Low => ("22.1", 3_000),
    }
}

/// The cap, in kbit/s, of a film of so many seconds that its rendition fits on
/// the disk twice, in pieces and joined; four hours have some 2,200.
fn most_for(seconds: f64) -> u32 {
    (MOST_BYTES * 8.0 / 1000.0 / seconds.max(1.0)) as u32
}

/// Closed groups of pictures that begin at exactly every second second and
/// nowhere else, in every rendition at the same frames.
pub(super) fn video_arguments(
    plan: &LadderPlan,
    quality: Quality,
    threads: Option<u32>,
) -> Vec<String> {
    let (factor, usual_rate) = quality_settings(quality);
    let is_fast = plan.frame_rate.0 > USUAL_RATE * plan.frame_rate.1;
    let max_rate = if is_fast {
        usual_rate * 3 / 2
    } else {
        usual_rate
    };
    let settings = H264 {
        preset: Preset::Faster,
        factor,
        max_rate: max_rate.min(most_for(plan.seconds(plan.frames))),
        group: plan.key_frame_interval(),
        has_fixed_groups: true,
        threads,
    };
    let mut arguments = settings.arguments();
    arguments.extend(strings(&["-fps_mode", "passthrough"]));
    arguments.extend(encoder::mp4_arguments(plan.timescale()));
    arguments
}

/// Sound that every player plays.
pub(super) fn sound_arguments() -> Vec<String> {
    let mut arguments = strings(&["-c:a", "aac", "-b:a", "160k", "-ar"]);
    arguments.push(SAMPLE_RATE.to_string());
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_film_fits_on_the_disk() {
        let hours = |hours: u32| most_for(f64::from(hours) * 3600.0);
        assert_eq!((hours(1), hours(4)), (8888, 2222));
        assert!(most_for(60.0) > 18_000 && most_for(0.0) > 18_000);
    }
}

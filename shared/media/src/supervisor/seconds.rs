//! How long FFmpeg ran: the metric `FfmpegSeconds`, a sum of each event's runs. Of single runs
//! there would be more than a metric's line may hold: an hour's rendition has a run for each of
//! its 240 pieces, of some hundredths of a second.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Of all runs of this process.
static MILLISECONDS: AtomicU64 = AtomicU64::new(0);

/// Counts a run.
pub(super) fn count(run: Duration) {
    let seconds = completed_seconds(&MILLISECONDS, run);
    metrics::counter!("FfmpegSeconds").increment(seconds);
}

/// The whole seconds that `run` completes: what is less is left in `total` for the next one, so
/// that nothing is lost of many short runs.
fn completed_seconds(total: &AtomicU64, run: Duration) -> u64 {
    let run = run.as_millis() as u64;
    let before = total.fetch_add(run, Ordering::Relaxed);
    (before + run) / 1000 - before / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_runs_add_up_to_seconds() {
        let total = AtomicU64::new(0);
        let counted = [400, 400, 400, 2_900, 30].map(|run| {
            let run = Duration::from_millis(run);
            completed_seconds(&total, run)
        });
        assert_eq!(counted, [0, 0, 1, 3, 0]);
    }
}

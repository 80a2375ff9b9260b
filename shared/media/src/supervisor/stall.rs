//! When a run that neither writes nor reads anything counts as standing still.

use std::fs;
use std::time::{Duration, Instant};

use super::Progress;

/// How long a run of a small source may stand still.
const SMALL: Duration = Duration::from_secs(20);

/// How long a run may stand still, whatever its source.
const LONGEST: Duration = Duration::from_secs(60);

/// Bytes of the source that allow another second: an index grows with its file.
const BYTES_PER_SECOND: u64 = 100_000_000;

/// How long a run that reads a source of so many bytes may stand still: from 20
/// seconds to a minute.
pub(super) fn limit(source_bytes: u64) -> Duration {
    let more = Duration::from_secs(source_bytes / BYTES_PER_SECOND);
    LONGEST.min(SMALL.saturating_add(more))
}

/// What a run has done so far. While a run works, this changes: what it writes
/// is reported, and where it skips a long way to its first frame it still reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Activity {
    /// The last report.
    pub(super) progress: Progress,
    /// Bytes the process has read; `None` where the kernel does not tell.
    pub(super) bytes_read: Option<u64>,
}

/// Notices a run that stands still. Time comes in as an argument.
#[derive(Debug)]
pub(super) struct Watchdog {
    limit: Duration,
    last: Activity,
    changed_at: Instant,
}

impl Watchdog {
    /// Watches a run that begins at `now`.
    pub(super) fn new(limit: Duration, now: Instant) -> Self {
        Self {
            limit,
            last: Activity::default(),
            changed_at: now,
        }
    }

    /// Takes in what the run has done until `now`.
    pub(super) fn note(&mut self, activity: Activity, now: Instant) {
        if activity != self.last {
            self.last = activity;
            self.changed_at = now;
        }
    }

    /// Whether nothing has changed for the whole limit.
    pub(super) fn is_stalled(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.changed_at) >= self.limit
    }
}

/// Bytes a process has read, from `rchar` of `/proc/<id>/io`.
pub(super) fn bytes_read(process: u32) -> Option<u64> {
    let counters = fs::read_to_string(format!("/proc/{process}/io")).ok()?;
    counters
        .lines()
        .find_map(|line| line.strip_prefix("rchar: "))
        .and_then(|count| count.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn written(frames: u64) -> Activity {
        Activity {
            progress: Progress {
                frames,
                ..Progress::default()
            },
            bytes_read: Some(7),
        }
    }

    #[test]
    fn the_limit_grows_with_the_source_and_is_a_minute_at_most() {
        assert_eq!(limit(0), SMALL);
        assert_eq!(limit(1_000_000_000), Duration::from_secs(30));
        assert_eq!(limit(u64::MAX), LONGEST);
    }

    #[test]
    fn a_run_stalls_when_nothing_changes_for_the_whole_limit() {
        let begun = Instant::now();
        let mut watchdog = Watchdog::new(20 * SECOND, begun);
        watchdog.note(written(1), begun + 10 * SECOND);
        watchdog.note(written(1), begun + 29 * SECOND);
        assert!(!watchdog.is_stalled(begun + 29 * SECOND));
        assert!(watchdog.is_stalled(begun + 30 * SECOND));
    }

    #[test]
    fn a_run_that_never_reports_stalls() {
        let begun = Instant::now();
        let watchdog = Watchdog::new(20 * SECOND, begun);
        assert!(!watchdog.is_stalled(begun + 19 * SECOND));
        assert!(watchdog.is_stalled(begun + 20 * SECOND));
    }

    #[test]
    fn reading_and_each_kind_of_progress_keep_a_run_alive() {
        let begun = Instant::now();
        let first = written(1);
        let progress = first.progress;
        let later = [
            written(2),
            Activity {
                bytes_read: Some(8),
                ..first
            },
            Activity {
                progress: Progress {
                    time: SECOND,
                    ..progress
                },
                ..first
            },
            Activity {
                progress: Progress {
                    bytes: 1,
                    ..progress
                },
                ..first
            },
        ];
        for activity in later {
            let mut watchdog = Watchdog::new(20 * SECOND, begun);
            watchdog.note(first, begun);
            watchdog.note(activity, begun + 15 * SECOND);
            assert!(!watchdog.is_stalled(begun + 34 * SECOND), "{activity:?}");
        }
    }

    #[test]
    fn this_process_reads() {
        let count = || bytes_read(std::process::id()).unwrap();
        let before = count();
        fs::read("/proc/self/cmdline").unwrap();
        assert!(count() > before);
    }
}

//! How far the work is, from the first frame to the last file stored (R108).

use domain::transcode::{encoding_progress, finishing_progress};
use tokio::sync::watch;

/// Progress of the whole is written when it has grown by so many percent.
const STEP: u32 = 3;
/// That of a part by so many of its own.
const STEP_OF_A_PART: u32 = 20;

/// Where progress is noted. Only the latest is kept, so that the work never
/// waits for the table.
#[derive(Debug)]
pub(crate) struct ProgressReporter {
    sender: watch::Sender<u32>,
    is_part: bool,
}

impl ProgressReporter {
    /// For who works on all of it, from where the last worker was.
    pub(crate) fn of_the_whole(percent: u32) -> (Self, watch::Receiver<u32>) {
        Self::new(percent, false)
    }

    /// For who makes a part: percent of that part.
    pub(crate) fn of_a_part() -> (Self, watch::Receiver<u32>) {
        Self::new(0, true)
    }

    fn new(percent: u32, is_part: bool) -> (Self, watch::Receiver<u32>) {
        let (sender, receiver) = watch::channel(percent);
        (Self { sender, is_part }, receiver)
    }

    /// So much of all frames is encoded, from 0 to 1.
    pub(crate) fn encoded(&self, part: f64) {
        if self.is_part {
            self.note((part.clamp(0.0, 1.0) * 100.0) as u32, STEP_OF_A_PART);
        } else {
            self.note(encoding_progress(part), STEP);
        }
    }

    /// So much is put together, packaged and stored, from 0 to 1.
    pub(crate) fn finished(&self, part: f64) {
        self.note(finishing_progress(part), STEP);
    }

    fn note(&self, percent: u32, step: u32) {
        self.sender.send_if_modified(|last| {
            let has_grown = percent >= *last + step;
            if has_grown {
                *last = percent;
            }
            has_grown
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rises_in_steps_and_never_falls() {
        let (reporter, notices) = ProgressReporter::of_the_whole(0);
        let mut seen = vec![0];
        let mut look = || {
            let now = *notices.borrow();
            if seen.last() != Some(&now) {
                seen.push(now);
            }
        };
        for frame in 0..=1000 {
            reporter.encoded(f64::from(frame) / 1000.0);
            look();
        }
        reporter.encoded(0.1);
        look();
        for part in 0..=4 {
            reporter.finished(f64::from(part) / 4.0);
            look();
        }
        assert!(seen.windows(2).all(|pair| pair[1] >= pair[0] + STEP));
        assert!(seen.len() > 25, "{seen:?}");
        assert_eq!((seen[1], seen.last().copied()), (10, Some(99)));
    }

    #[test]
    fn of_a_part_few_steps_are_told() {
        let (reporter, notices) = ProgressReporter::of_a_part();
        let mut seen = std::collections::BTreeSet::new();
        for frame in 0..=1000 {
            reporter.encoded(f64::from(frame) / 1000.0);
            seen.insert(*notices.borrow());
        }
        assert_eq!(Vec::from_iter(seen), [0, 20, 40, 60, 80, 100]);
    }

    #[test]
    fn who_takes_over_does_not_set_it_back() {
        let (reporter, notices) = ProgressReporter::of_the_whole(60);
        reporter.encoded(0.2);
        assert_eq!(*notices.borrow(), 60);
        assert!(!notices.has_changed().unwrap());
    }
}

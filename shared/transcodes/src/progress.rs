//! How far the work is, from the first frame to the last file stored (R108).

use domain::transcode::{encoding_progress, finishing_progress};
use tokio::sync::watch;

/// Progress is written when it has grown by so many percent.
const STEP: u32 = 3;

/// Where progress is noted. Only the latest is kept, so that the work never
/// waits for the table.
#[derive(Debug)]
pub(crate) struct ProgressReporter {
    sender: watch::Sender<u32>,
}

impl ProgressReporter {
    /// A reporter that starts where the last worker was.
    pub(crate) fn new(percent: u32) -> (Self, watch::Receiver<u32>) {
        let (sender, receiver) = watch::channel(percent);
        (Self { sender }, receiver)
    }

    /// So much of all frames is encoded, from 0 to 1.
    pub(crate) fn encoded(&self, part: f64) {
        self.note(encoding_progress(part));
    }

    /// So much is put together, packaged and stored, from 0 to 1.
    pub(crate) fn finished(&self, part: f64) {
        self.note(finishing_progress(part));
    }

    fn note(&self, percent: u32) {
        self.sender.send_if_modified(|last| {
            let has_grown = percent >= *last + STEP;
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
        let (reporter, notices) = ProgressReporter::new(0);
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
    fn who_takes_over_does_not_set_it_back() {
        let (reporter, notices) = ProgressReporter::new(60);
        reporter.encoded(0.2);
        assert_eq!(*notices.borrow(), 60);
        assert!(!notices.has_changed().unwrap());
    }
}

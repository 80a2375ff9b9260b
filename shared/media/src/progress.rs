//! FFmpeg's `-progress` output: lines of `key=value`.

use std::time::Duration;

/// How far FFmpeg has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Progress {
    /// Video frames written to the first output that has a picture.
    pub(crate) frames: u64,
    /// Bytes of the first output.
    pub(crate) bytes: u64,
    /// How much of the output's time has been written.
    pub(crate) time: Duration,
    /// FFmpeg has written its last report.
    pub(crate) finished: bool,
}

impl Progress {
    /// Takes in one line; says whether it ended a report.
    pub(crate) fn read_line(&mut self, line: &str) -> bool {
        let Some((key, value)) = line.trim().split_once('=') else {
            return false;
        };
        match key {
            "frame" => self.frames = value.trim().parse().unwrap_or(self.frames),
            "total_size" => self.bytes = value.trim().parse().unwrap_or(self.bytes),
            "out_time_us" => {
                self.time = value.parse().map_or(self.time, Duration::from_micros);
            }
            "progress" => {
                self.finished = value == "end";
                return true;
            }
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_ends_with_its_progress_line() {
        let mut progress = Progress::default();
        assert!(!progress.read_line("frame=42"));
        assert!(!progress.read_line("total_size=  4096"));
        assert!(!progress.read_line("out_time_us=1400000"));
        assert!(!progress.read_line("speed=  12x"));
        assert!(progress.read_line("progress=continue"));
        let expected = Progress {
            frames: 42,
            bytes: 4096,
            time: Duration::from_millis(1400),
            finished: false,
        };
        assert_eq!(progress, expected);
        assert!(progress.read_line("progress=end"));
        assert!(progress.finished);
    }

    #[test]
    fn nonsense_changes_nothing() {
        let mut progress = Progress::default();
        let lines = [
            "",
            "=",
            "frame=N/A",
            "total_size=N/A",
            "out_time_us=N/A",
            "out_time_us=-23",
            "frame",
        ];
        for line in lines {
            assert!(!progress.read_line(line));
        }
        assert_eq!(progress, Progress::default());
    }
}

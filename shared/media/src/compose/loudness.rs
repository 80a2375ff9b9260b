//! Loudness after EBU R 128, as FFmpeg's `ebur128` filter measures it.
//!
//! The filter writes its figures as frame metadata, and `ametadata` writes that
//! to a file: no line of a log has to be understood.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use crate::input::escaped;

/// The meter's floor, in LUFS or dBTP. Also stands for silence.
pub(crate) const FLOOR: f64 = -70.0;

/// Below this, sound is taken for silence: raising it would raise only noise.
const SILENCE: f64 = -60.0;

/// A measured loudness.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Loudness {
    /// Integrated loudness in LUFS.
    pub(crate) integrated: f64,
    /// Highest true peak in dBTP.
    pub(crate) true_peak: f64,
}

impl Loudness {
    /// Whether there is anything to be heard.
    pub(crate) fn is_silent(&self) -> bool {
        self.integrated < SILENCE
    }
}

/// A filter that passes sound on and writes its loudness to `file`.
pub(crate) fn meter(file: &Path) -> String {
    format!(
        "ebur128=metadata=1:peak=true,ametadata=mode=print:file={}",
        escaped(file)
    )
}

/// Reads what [`meter`] wrote: the integrated loudness stands last, the true
/// peak is the highest of all.
pub(crate) fn read(file: &Path) -> io::Result<Loudness> {
    read_lines(BufReader::new(File::open(file)?))
}

fn read_lines(lines: impl BufRead) -> io::Result<Loudness> {
    let mut loudness = Loudness {
        integrated: FLOOR,
        true_peak: FLOOR,
    };
    for line in lines.lines() {
        let line = line?;
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let Some(value) = value.parse().ok().filter(|value: &f64| value.is_finite()) else {
            continue;
        };
        if key == "lavfi.r128.I" {
            loudness.integrated = value.max(FLOOR);
        } else if key.starts_with("lavfi.r128.true_peak") {
            loudness.true_peak = loudness.true_peak.max(decibels(value));
        }
    }
    Ok(loudness)
}

fn decibels(linear: f64) -> f64 {
    20.0 * linear.max(1e-9).log10()
}

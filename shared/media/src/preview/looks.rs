//! How much there is to see in a frame, in figures.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use crate::input::escaped;

/// Below this score a frame is dark, glaring or flat.
const DULL: f64 = 0.12;

/// What a frame looks like.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Look {
    /// Average brightness, 0-255.
    brightness: f64,
    /// How much differs within the picture, 0-1.
    entropy: f64,
    /// Average saturation, 0 to some 180.
    saturation: f64,
    /// Average difference from the frame before, 0-255.
    change: f64,
}

impl Look {
    /// Detail counts, the more if it is coloured; nothing counts in the dark or
    /// in glaring light.
    pub(super) fn score(&self) -> f64 {
        let light = ((self.brightness - 5.0) / 46.0).clamp(0.0, 1.0);
        let shade = ((251.0 - self.brightness) / 35.0).clamp(0.0, 1.0);
        let colour = (self.saturation / 100.0).clamp(0.0, 1.0);
        light * shade * self.entropy * (1.0 + 0.3 * colour)
    }

    /// Whether another frame is worth looking for.
    pub(super) fn is_dull(&self) -> bool {
        self.score() < DULL
    }
}

/// How lively a row of frames is: what there is to see, and how it changes from
/// one to the next. A cut is no more than a change.
pub(super) fn liveliness(looks: &[Look]) -> f64 {
    let Some((_, later)) = looks.split_first() else {
        return 0.0;
    };
    let changes: f64 = later.iter().map(|look| (look.change / 12.0).min(1.0)).sum();
    let scores: f64 = looks.iter().map(Look::score).sum();
    let change = changes / later.len().max(1) as f64;
    scores / looks.len() as f64 * (0.4 + change)
}

/// A filter that passes frames of full range on and writes their figures.
pub(super) fn meter(report: &Path) -> String {
    format!(
        "signalstats,entropy,metadata=mode=print:file={}",
        escaped(report)
    )
}

/// Reads what [`meter`] wrote; nothing if no frame arrived.
pub(super) fn read(report: &Path) -> io::Result<Vec<Look>> {
    match File::open(report) {
        Ok(file) => read_lines(BufReader::new(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// `frame:0 pts:0 pts_time:0`, then `name=value` lines of that frame.
fn read_lines(report: impl BufRead) -> io::Result<Vec<Look>> {
    let mut looks: Vec<Look> = Vec::new();
    for line in report.lines() {
        let line = line?;
        if line.starts_with("frame:") {
            looks.push(Look::default());
        } else if let (Some(look), Some((name, value))) = (looks.last_mut(), line.split_once('=')) {
            note(look, name, value);
        }
    }
    Ok(looks)
}

fn note(look: &mut Look, name: &str, value: &str) {
    let Some(value) = value.parse().ok().filter(|value: &f64| value.is_finite()) else {
        return;
    };
    match name {
        "lavfi.signalstats.YAVG" => look.brightness = value,
        "lavfi.signalstats.SATAVG" => look.saturation = value,
        "lavfi.signalstats.YDIF" => look.change = value,
        "lavfi.entropy.normalized_entropy.normal.Y" => look.entropy = value,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "\
frame:0    pts:0       pts_time:0
lavfi.signalstats.YAVG=0
lavfi.signalstats.SATAVG=0
lavfi.entropy.normalized_entropy.normal.Y=0.01
frame:1    pts:512     pts_time:2
lavfi.signalstats.YAVG=120
lavfi.signalstats.SATAVG=40
lavfi.signalstats.YDIF=9
lavfi.entropy.normalized_entropy.normal.Y=0.8
frame:2    pts:1024    pts_time:4
lavfi.signalstats.YAVG=254
lavfi.signalstats.SATAVG=nan
lavfi.entropy.normalized_entropy.normal.Y=0.9
";

    #[test]
    fn dark_and_glaring_frames_are_dull() {
        let looks = read_lines(REPORT.as_bytes()).unwrap();
        let dull: Vec<bool> = looks.iter().map(Look::is_dull).collect();
        assert_eq!(dull, [true, false, true]);
    }

    #[test]
    fn a_flat_colour_is_dull() {
        let blue = Look {
            brightness: 60.0,
            saturation: 50.0,
            ..Look::default()
        };
        assert!(blue.is_dull());
    }

    #[test]
    fn movement_is_livelier_than_a_still() {
        let looks = read_lines(REPORT.as_bytes()).unwrap();
        let moving = looks[1];
        let still = Look {
            change: 0.0,
            ..moving
        };
        assert!(liveliness(&[moving, moving]) > liveliness(&[still, still]));
        assert!(liveliness(&[still]) > liveliness(&looks[..1]));
        assert_eq!(liveliness(&[]), 0.0);
    }
}

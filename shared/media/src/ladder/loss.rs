//! How many frames of a damaged source are lost. FFmpeg's exit status does not
//! say: it leaves out what it cannot decode and goes on.
//!
//! The packets that were read are held against the frames that came out of
//! them; both are listed by the run that encodes.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use super::plan::LadderPlan;
use crate::input::{file_url, strings};
use crate::packets;
use crate::{MediaError, frames};

/// One frame in this many may be lost: nobody sees a few held frames.
const TOLERATED: usize = 20;

/// How far packets are listed beyond a time, in seconds: pictures are stored in
/// another order than they are shown.
const RUN_OUT: f64 = 3.0;

/// The output that lists the times of decoded frames, as far as `to` seconds
/// from the source's start.
pub(super) fn frames_output(list: &Path, to: f64) -> Vec<String> {
    let mut arguments = strings(&["-map", "0:V:0"]);
    if to.is_finite() {
        arguments.extend(["-vf".to_owned(), format!("trim=end={to:.6}")]);
    }
    arguments.extend(frames::list_arguments(list));
    arguments.extend(strings(&["-f", "null", "-"]));
    arguments
}

/// The output that lists the picture's packets, a little further than `to`. The
/// sound's are there because in some containers time begins with the first
/// stream that is read: every run has to read the same ones.
pub(super) fn packets_output(plan: &LadderPlan, list: &Path, to: f64) -> Vec<String> {
    let mut arguments = strings(&["-map", "0:V:0"]);
    if plan.has_sound {
        arguments.extend(["-map".to_owned(), plan.sound.stream()]);
    }
    if to.is_finite() {
        arguments.extend(["-to".to_owned(), format!("{:.6}", to + RUN_OUT)]);
    }
    arguments.extend(strings(&["-c", "copy", "-copyinkf", "-f", "framecrc"]));
    arguments.push(file_url(list));
    arguments
}

/// When the frames of packets leave the decoder, in seconds from the source's
/// start.
fn packet_times(list: &Path, plan: &LadderPlan) -> io::Result<Vec<f64>> {
    let streams = packets::read(BufReader::new(File::open(list)?))?;
    let delay = plan.picture.decoder_delay as f64 / 1e6;
    let Some(list) = streams.first() else {
        return Ok(Vec::new());
    };
    let times = list.show_times().into_iter();
    Ok(times.map(|time| list.seconds(time) + delay).collect())
}

/// Refuses a source of which too much is lost between two times, in seconds
/// from its start.
pub(super) fn check(
    frames: &Path,
    packets: &Path,
    plan: &LadderPlan,
    (from, to): (f64, f64),
) -> Result<(), MediaError> {
    let count = |times: &[f64]| {
        times
            .iter()
            .filter(|time| (from..to).contains(*time))
            .count()
    };
    let packets = count(&packet_times(packets, plan)?);
    let frames = count(&frames::times(frames)?);
    if is_tolerable(frames, packets, &plan.picture.codec) {
        return Ok(());
    }
    Err(MediaError::Corrupt(format!(
        "{frames} of {packets} frames can be decoded"
    )))
}

fn is_tolerable(frames: usize, packets: usize, codec: &str) -> bool {
    let tolerated = (packets / TOLERATED).max(1);
    // An interlaced H.264 frame may come as two packets, a field each.
    let is_of_fields = codec == "h264" && packets.abs_diff(2 * frames) <= tolerated;
    frames + tolerated >= packets || is_of_fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_frames_may_be_lost() {
        assert!(is_tolerable(300, 300, "h264"));
        assert!(is_tolerable(285, 300, "h264"));
        assert!(!is_tolerable(284, 300, "h264"));
        assert!(is_tolerable(150, 300, "h264"), "fields");
        assert!(!is_tolerable(150, 300, "hevc"));
        assert!(is_tolerable(301, 300, "mpeg4"));
        assert!(is_tolerable(0, 1, "h264"));
        assert!(!is_tolerable(0, 2, "hevc"));
    }
}

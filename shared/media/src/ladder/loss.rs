//! How many frames of a damaged source are lost. FFmpeg's exit status does not
//! say: it leaves out what it cannot decode and goes on.
//!
//! The packets that were read are held against the frames that came out of them,
//! and those against the frames that were encoded: all are listed by the run that
//! encodes.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use super::plan::{LadderPlan, Segment};
use crate::input::{file_url, strings};
use crate::packets::{self, PacketList};
use crate::{MediaError, frames};

/// One frame in this many may be lost: a few held frames are not noticed.
const TOLERATED: usize = 20;

/// How far packets are listed beyond a time, in seconds: pictures are stored in
/// another order than they are shown.
pub(crate) const RUN_OUT: f64 = 3.0;

/// What the run that encodes a segment lists.
pub(super) struct Lists {
    /// The times of decoded frames.
    frames: PathBuf,
    packets: PathBuf,
    /// The numbers of the decoded frames that are in the tallest piece.
    shown: PathBuf,
}

impl Lists {
    pub(super) fn in_directory(directory: &Path) -> Self {
        Self {
            frames: directory.join("frames"),
            packets: directory.join("packets"),
            shown: directory.join("shown"),
        }
    }

    /// The outputs that list what is read, as far as `to` seconds from the
    /// source's start.
    pub(super) fn outputs(&self, plan: &LadderPlan, to: f64) -> Vec<String> {
        let mut arguments = frames_output(&self.frames, to);
        arguments.extend(packets_output(plan, &self.packets, to));
        arguments
    }

    /// The packets of the picture that were read.
    pub(super) fn picture(&self) -> io::Result<PacketList> {
        let streams = packets::read(BufReader::new(File::open(&self.packets)?))?;
        Ok(streams.into_iter().next().unwrap_or_default())
    }

    /// The options of a piece that list which frames are in it.
    pub(super) fn shown_arguments(&self) -> Vec<String> {
        let list = file_url(&self.shown);
        let mut arguments = vec!["-stats_enc_pre".to_owned(), list];
        arguments.extend(strings(&["-stats_enc_pre_fmt", "{ni}"]));
        arguments
    }
}

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
fn packets_output(plan: &LadderPlan, list: &Path, to: f64) -> Vec<String> {
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
fn packet_times(picture: &PacketList, plan: &LadderPlan) -> Vec<f64> {
    let delay = plan.picture.decoder_delay as f64 / 1e6;
    let times = picture.show_times().into_iter();
    times.map(|time| picture.seconds(time) + delay).collect()
}

/// The numbers of the source's frames that were encoded, each once.
fn shown_frames(list: &Path) -> io::Result<BTreeSet<u64>> {
    let lines = fs::read_to_string(list)?;
    Ok(lines
        .lines()
        .filter_map(|line| line.trim().parse().ok())
        .collect())
}

/// Refuses a source of which too much is lost in a segment, which lasts from one
/// time to another, in seconds from the source's start.
///
/// # Errors
///
/// [`MediaError::Corrupt`] when too little is decoded,
/// [`MediaError::CheckFailed`] when too little of that is in the pieces.
pub(super) fn check(
    lists: &Lists,
    picture: &PacketList,
    plan: &LadderPlan,
    segment: &Segment,
    (from, to): (f64, f64),
) -> Result<(), MediaError> {
    let count = |times: &[f64]| {
        times
            .iter()
            .filter(|time| (from..to).contains(*time))
            .count()
    };
    let times = frames::times(&lists.frames)?;
    let packets = count(&packet_times(picture, plan));
    let frames = count(&times);
    if !is_tolerable(frames, packets, &plan.picture.codec) {
        return Err(MediaError::Corrupt(format!(
            "{frames} of {packets} frames can be decoded"
        )));
    }
    let expected = places(&times, plan, segment);
    let shown = shown_frames(&lists.shown)?.len();
    if shown + (expected / TOLERATED).max(1) >= expected {
        return Ok(());
    }
    Err(MediaError::check(format!(
        "{shown} of {expected} frames are shown"
    )))
}

/// At how many of a segment's frames another one of the source has its place;
/// behind the last segment there is none.
fn places(times: &[f64], plan: &LadderPlan, segment: &Segment) -> usize {
    let start = plan.source_seconds(0);
    let first = segment.first_frame as f64;
    let end = if segment.end() == plan.frames {
        f64::INFINITY
    } else {
        segment.end() as f64
    };
    let places = times.iter().map(|time| plan.place(time - start));
    let places = places.filter(|place| (first..end).contains(place));
    places
        .map(|place| place as u64)
        .collect::<BTreeSet<_>>()
        .len()
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
    use crate::ladder::plan::tests::probe_of;
    use domain::rendition::Quality;

    /// Of frames that leap behind the film none has a place in it, yet all are
    /// missed.
    #[test]
    fn every_decoded_frame_has_a_place() {
        let plan = LadderPlan::new(&probe_of(8.0, (25, 1)), &Quality::ALL, 4).unwrap();
        let [first, last] = [plan.segments[0], plan.segments[1]];
        let steady: Vec<f64> = (0..200).map(|frame| f64::from(frame) / 25.0).collect();
        assert_eq!(places(&steady, &plan, &first), 100);
        assert_eq!(places(&steady, &plan, &last), 100);
        let twice: Vec<f64> = (0..400).map(|frame| f64::from(frame) / 50.0).collect();
        assert_eq!(places(&twice, &plan, &first), 100);
        let leaps: Vec<f64> = steady.iter().map(|time| time + 3600.0).collect();
        assert_eq!(places(&leaps, &plan, &last), 200);
    }

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

//! What is made of a source, and in which parts: pure, so that every function
//! that works on a part plans the same.

use domain::rendition::{self, Quality, Rendition, Skipped};
use serde::{Deserialize, Serialize};

use crate::probe::VideoStream;
use crate::rate::{as_number, constant_rate};
use crate::{MediaError, Probe, SoundSource};

/// Key frames are this far apart, in seconds.
pub(super) const KEY_FRAME_SECONDS: u32 = 2;

/// A source is divided into no more segments than these: those of a long one are longer.
const MOST_SEGMENTS: u64 = 240;

/// Sound that begins earlier or ends later than the picture by no more than this
/// is only cut unevenly; beyond it, something would be lost. Microseconds.
const UNEVEN_CUT: i64 = 40_000;

/// Units of time in a second that a rate's timescale has at least, if it can.
const FINE_TIMESCALE: u32 = 15_360;

/// A run of frames that is encoded by itself; it begins with a key frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Segment {
    /// 0 for the first one.
    pub index: u32,
    /// Its first frame's number in the whole.
    pub first_frame: u64,
    /// Its length in frames.
    pub frames: u64,
}

impl Segment {
    /// The number of the frame after the last one.
    pub(super) fn end(&self) -> u64 {
        self.first_frame + self.frames
    }
}

/// How a source becomes its renditions (R50, R106-R108).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LadderPlan {
    /// Tallest first; at least one.
    pub renditions: Vec<Rendition>,
    /// What was asked for and would be larger than the source (D34).
    pub skipped: Vec<Skipped>,
    /// Constant frames a second of every rendition, as a fraction.
    pub frame_rate: (u32, u32),
    /// Length of every rendition in frames.
    pub frames: u64,
    /// Together they have all the frames, in order.
    pub segments: Vec<Segment>,
    /// When frame 0 is shown, in microseconds from the source's start.
    pub start: i64,
    /// Whether the renditions have sound.
    pub has_sound: bool,
    /// Which of the source's sounds.
    #[serde(default)]
    pub sound: SoundSource,
    /// The source's picture.
    pub picture: VideoStream,
}

impl LadderPlan {
    /// Plans the renditions of a source in segments of about `segment_seconds`.
    /// A source not longer than one and a half of them is one segment.
    ///
    /// # Errors
    ///
    /// [`MediaError::Unsupported`] for a source without a picture,
    /// [`MediaError::CheckFailed`] when nothing is wanted.
    pub fn new(
        probe: &Probe,
        wanted: &[Quality],
        segment_seconds: u32,
    ) -> Result<Self, MediaError> {
        let picture = probe
            .video
            .as_ref()
            .ok_or_else(|| MediaError::Unsupported("the file has no picture".to_owned()))?;
        let choice = rendition::choose((picture.width, picture.height), wanted);
        if choice.renditions.is_empty() {
            return Err(MediaError::check("no rendition is asked for"));
        }
        let average = || constant_rate(picture.frame_rate, &[]);
        let frame_rate = picture.constant_rate.unwrap_or_else(average);
        let rate = as_number(frame_rate);
        let (before, after) = held_frames(probe, picture, rate);
        let shown = (picture.duration.as_secs_f64() * rate).round() as u64;
        let frames = before + shown.max(1) + after;
        let start = picture.start - (before as f64 / rate * 1e6).round() as i64;
        Ok(Self {
            renditions: choice.renditions,
            skipped: choice.skipped,
            frame_rate,
            frames,
            segments: divide(frames, key_frame_interval(frame_rate), segment_seconds),
            start,
            has_sound: probe.audio.is_some(),
            sound: probe
                .audio
                .as_ref()
                .map(|audio| audio.source)
                .unwrap_or_default(),
            picture: picture.clone(),
        })
    }

    /// Frames from one key frame to the next.
    pub fn key_frame_interval(&self) -> u64 {
        key_frame_interval(self.frame_rate)
    }

    /// When a frame is shown, in seconds from frame 0.
    pub(super) fn seconds(&self, frame: u64) -> f64 {
        frame as f64 / as_number(self.frame_rate)
    }

    /// When a frame is shown, in seconds from the source's start.
    pub(super) fn source_seconds(&self, frame: u64) -> f64 {
        self.start as f64 / 1e6 + self.seconds(frame)
    }

    /// The source's time a segment stands for, in seconds from the source's start.
    pub(crate) fn source_span(&self, segment: &Segment) -> (f64, f64) {
        (
            self.source_seconds(segment.first_frame),
            self.source_seconds(segment.end()),
        )
    }

    /// The number of the frame that shows what the source shows at a time, in
    /// seconds from frame 0.
    pub(super) fn place(&self, seconds: f64) -> f64 {
        (seconds * as_number(self.frame_rate)).round()
    }

    /// Whether the first frame is held in a segment until its time comes.
    pub(super) fn begins_before_the_picture(&self, segment: &Segment) -> bool {
        let begin = self.source_seconds(segment.first_frame);
        segment.first_frame == 0 || begin <= self.picture.start as f64 / 1e6
    }

    /// Length of a frame in units of [`Self::timescale`]: exact.
    pub(super) fn frame_ticks(&self) -> u32 {
        self.frame_rate.1 * self.fineness()
    }

    /// Units of the picture's time in a second.
    pub(super) fn timescale(&self) -> u32 {
        self.frame_rate.0 * self.fineness()
    }

    fn fineness(&self) -> u32 {
        (FINE_TIMESCALE / self.frame_rate.0).max(1)
    }
}

fn key_frame_interval(rate: (u32, u32)) -> u64 {
    ((f64::from(KEY_FRAME_SECONDS) * as_number(rate)).round() as u64).max(1)
}

/// How many frames the picture is held before its beginning and after its end,
/// where sound alone is heard: whole ones, so that its own frames stay at their
/// times.
fn held_frames(probe: &Probe, picture: &VideoStream, rate: f64) -> (u64, u64) {
    let Some(audio) = &probe.audio else {
        return (0, 0);
    };
    let end = |start: i64, length: std::time::Duration| {
        start.saturating_add(i64::try_from(length.as_micros()).unwrap_or(i64::MAX))
    };
    let frames = |overhang: i64| {
        if overhang <= UNEVEN_CUT {
            return 0;
        }
        (overhang as f64 / 1e6 * rate).ceil() as u64
    };
    let sound_end = end(audio.start, audio.duration);
    let picture_end = end(picture.start, picture.duration);
    (
        frames(picture.start.saturating_sub(audio.start)),
        frames(sound_end.saturating_sub(picture_end)),
    )
}

/// Whole groups of pictures; what is less than half a segment at the end
/// belongs to the one before.
fn divide(frames: u64, group: u64, segment_seconds: u32) -> Vec<Segment> {
    let wanted = (segment_seconds + KEY_FRAME_SECONDS / 2) / KEY_FRAME_SECONDS;
    let least = frames.div_ceil(group).div_ceil(MOST_SEGMENTS);
    let length = group * u64::from(wanted).max(least).max(1);
    let rest = frames % length;
    let count = frames / length + u64::from(2 * rest > length);
    let count = u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    (0..count)
        .map(|index| {
            let first_frame = u64::from(index) * length;
            let end = if index + 1 == count {
                frames
            } else {
                first_frame + length
            };
            Segment {
                index,
                first_frame,
                frames: end - first_frame,
            }
        })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::AudioStream;
    use crate::probe::Transfer;
    use proptest::prelude::*;
    use std::time::Duration;

    pub(in crate::ladder) fn probe_of(seconds: f64, frame_rate: (u32, u32)) -> Probe {
        let duration = Duration::from_secs_f64(seconds);
        Probe {
            duration,
            video: Some(VideoStream {
                codec: "h264".to_owned(),
                width: 1920,
                height: 1080,
                rotation: 0,
                frame_rate,
                frames: 0,
                pixel_format: "yuv420p".to_owned(),
                color_space: Some("bt709".to_owned()),
                transfer: Transfer::Standard,
                start: 0,
                duration,
                decoder_delay: 0,
                coded: None,
                constant_rate: None,
            }),
            audio: None,
            has_unreadable_sound: false,
        }
    }

    fn with_sound(mut probe: Probe, start: i64, seconds: f64) -> Probe {
        probe.audio = Some(AudioStream {
            codec: "aac".to_owned(),
            sample_rate: 48_000,
            channels: 2,
            start,
            duration: Duration::from_secs_f64(seconds),
            source: SoundSource::default(),
        });
        probe
    }

    fn plan_of(probe: &Probe) -> LadderPlan {
        LadderPlan::new(probe, &Quality::ALL, 10).unwrap()
    }

    #[test]
    fn a_short_source_is_one_segment() {
        let lengths = |seconds| {
            let plan = plan_of(&probe_of(seconds, (30, 1)));
            plan.segments
                .iter()
                .map(|segment| segment.frames)
                .collect::<Vec<_>>()
        };
        assert_eq!(lengths(15.0), [450]);
        assert_eq!(lengths(15.1), [300, 153]);
        assert_eq!(lengths(24.0), [300, 420]);
        assert_eq!(lengths(0.0), [1]);
    }

    #[test]
    fn sound_alone_is_not_lost() {
        let plan = |start, seconds| plan_of(&with_sound(probe_of(10.0, (30, 1)), start, seconds));
        let span = |start, seconds| (plan(start, seconds).start, plan(start, seconds).frames);
        assert_eq!(span(0, 10.02), (0, 300), "cut with the picture");
        assert_eq!(span(0, 10.05), (0, 302));
        assert_eq!(span(0, 12.0), (0, 360));
        assert_eq!(span(0, 3.0), (0, 300));
        assert_eq!(span(-23_000, 10.0), (0, 300));
        assert_eq!(span(-900_000, 10.9), (-900_000, 327));
        assert_eq!(span(-2_010_000, 12.0), (-2_033_333, 361));
        assert_eq!(span(500_000, 9.0), (0, 300));
    }

    #[test]
    fn what_cannot_be_planned_is_said() {
        let mut silent_film = probe_of(10.0, (30, 1));
        let error = LadderPlan::new(&silent_film, &[], 10).unwrap_err();
        assert_eq!(error.code(), "OUTPUT_CHECK_FAILED");
        silent_film.video = None;
        let error = LadderPlan::new(&silent_film, &Quality::ALL, 10).unwrap_err();
        assert_eq!(error.code(), "UNSUPPORTED_MEDIA");
    }

    #[test]
    fn it_reads_back_from_its_own_text() {
        let plan = plan_of(&with_sound(probe_of(100.0, (30_000, 1001)), -5, 100.0));
        let text = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<LadderPlan>(&text).unwrap(), plan);
    }

    proptest! {
        #[test]
        fn segments_hold_every_frame_once_and_begin_with_key_frames(
            seconds in 0.0f64..20_000.0,
            top in 1u32..480_000,
            bottom in 1u32..2002,
            segment_seconds in 0u32..40,
        ) {
            let plan = LadderPlan::new(&probe_of(seconds, (top, bottom)), &Quality::ALL, segment_seconds).unwrap();
            let rate = as_number(plan.frame_rate);
            prop_assert!((1.0..=60.0).contains(&rate));
            let mut next = 0;
            for (index, segment) in plan.segments.iter().enumerate() {
                prop_assert_eq!(segment.index as usize, index);
                prop_assert_eq!(segment.first_frame, next);
                prop_assert_eq!(segment.first_frame % plan.key_frame_interval(), 0);
                prop_assert!(segment.frames > 0);
                next = segment.end();
            }
            prop_assert_eq!(next, plan.frames);
            prop_assert!(plan.segments.len() <= 240);
            prop_assert!((plan.seconds(plan.frames) - seconds).abs() <= 1.0 / rate);
            let frame = f64::from(plan.frame_ticks()) / f64::from(plan.timescale());
            prop_assert!((frame * rate - 1.0).abs() < 1e-9, "a frame is a whole number of ticks");
        }
    }
}

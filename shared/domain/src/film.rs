//! The film's format and its arithmetic in frames.
//!
//! Everything is counted in whole frames at [`FRAME_RATE`], so that the lengths
//! of scenes and overlaps add up to the length asked for exactly.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Frames a second of every film.
pub const FRAME_RATE: u32 = 30;

/// The longest transition, in frames: one second.
pub const MAX_OVERLAP: u32 = FRAME_RATE;

/// The shape of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
pub enum AspectRatio {
    /// 1920x1080.
    #[default]
    #[serde(rename = "16:9")]
    Landscape,
    /// 1080x1920.
    #[serde(rename = "9:16")]
    Portrait,
    /// 1080x1080.
    #[serde(rename = "1:1")]
    Square,
}

impl AspectRatio {
    /// Every shape, for validation messages and tests.
    pub const ALL: [Self; 3] = [Self::Landscape, Self::Portrait, Self::Square];

    /// The film's width and height in pixels.
    pub fn size(self) -> (u32, u32) {
        match self {
            Self::Landscape => (1920, 1080),
            Self::Portrait => (1080, 1920),
            Self::Square => (1080, 1080),
        }
    }

    /// The name used in the API and by the models.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Landscape => "16:9",
            Self::Portrait => "9:16",
            Self::Square => "1:1",
        }
    }
}

impl FromStr for AspectRatio {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|ratio| ratio.as_str() == name)
            .ok_or(UnknownName)
    }
}

/// A name that is not in the list it was looked up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown name")]
pub struct UnknownName;

/// How one scene becomes the next: `cut`, or a name from FFmpeg's xfade list.
///
/// Only names of that fixed list exist as values, so a transition can stand in
/// a filter string: no text of a user reaches FFmpeg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Transition(&'static str);

/// FFmpeg 9's xfade transitions, without `custom`, which takes an expression.
const XFADE_NAMES: [&str; 58] = [
    "fade",
    "wipeleft",
    "wiperight",
    "wipeup",
    "wipedown",
    "slideleft",
    "slideright",
    "slideup",
    "slidedown",
    "circlecrop",
    "rectcrop",
    "distance",
    "fadeblack",
    "fadewhite",
    "radial",
    "smoothleft",
    "smoothright",
    "smoothup",
    "smoothdown",
    "circleopen",
    "circleclose",
    "vertopen",
    "vertclose",
    "horzopen",
    "horzclose",
    "dissolve",
    "pixelize",
    "diagtl",
    "diagtr",
    "diagbl",
    "diagbr",
    "hlslice",
    "hrslice",
    "vuslice",
    "vdslice",
    "hblur",
    "fadegrays",
    "wipetl",
    "wipetr",
    "wipebl",
    "wipebr",
    "squeezeh",
    "squeezev",
    "zoomin",
    "fadefast",
    "fadeslow",
    "hlwind",
    "hrwind",
    "vuwind",
    "vdwind",
    "coverleft",
    "coverright",
    "coverup",
    "coverdown",
    "revealleft",
    "revealright",
    "revealup",
    "revealdown",
];

impl Transition {
    /// No transition: one scene ends, the next begins.
    pub const CUT: Self = Self("cut");
    /// The default: a cross-fade.
    pub const FADE: Self = Self("fade");

    /// Every transition there is, `cut` first.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::CUT).chain(XFADE_NAMES.into_iter().map(Self))
    }

    /// The name used in the API; for all but `cut` also FFmpeg's.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Whether scenes follow each other without an overlap.
    pub fn is_cut(self) -> bool {
        self == Self::CUT
    }
}

impl PartialSchema for Transition {
    fn schema() -> RefOr<Schema> {
        let names = Self::all().map(Self::as_str);
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(names))
            .description(Some("`cut`, or one of FFmpeg's xfade transitions."));
        schema.into()
    }
}

impl ToSchema for Transition {}

impl Default for Transition {
    fn default() -> Self {
        Self::FADE
    }
}

impl fmt::Display for Transition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl FromStr for Transition {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::all()
            .find(|transition| transition.0 == name)
            .ok_or(UnknownName)
    }
}

impl Serialize for Transition {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Transition {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse()
            .map_err(|_| serde::de::Error::custom("cut, or the name of an FFmpeg xfade transition"))
    }
}

/// One scene's place in the film. All lengths in frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SceneTiming {
    /// The scene's own length, both overlaps included.
    pub frames: u32,
    /// How much of its beginning is shared with the scene before.
    pub overlap_before: u32,
    /// How much of its end is shared with the scene after.
    pub overlap_after: u32,
    /// Where the scene begins in the film.
    pub start: u32,
}

impl SceneTiming {
    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        seconds(self.frames)
    }

    /// How many frames are the scene's alone: those between its overlaps.
    pub fn body(&self) -> u32 {
        self.frames.saturating_sub(self.borders())
    }

    /// How many frames it shares with its neighbours.
    pub fn borders(&self) -> u32 {
        self.overlap_before + self.overlap_after
    }
}

/// Frames as seconds.
pub fn seconds(frames: u32) -> f64 {
    f64::from(frames) / f64::from(FRAME_RATE)
}

/// Divides a film of `total` frames among `transitions.len() + 1` scenes.
///
/// Lengths plus overlaps add up to `total` exactly: `sum(frames) -
/// sum(overlaps) = total`. An overlap is one second, less where scenes are
/// short, so that every scene keeps at least one frame of its own between its
/// two overlaps. The first `remainder` scenes are one frame longer than the
/// rest. `total` must be at least three frames a scene; the API's bounds
/// (6-60 s, 1-12 scenes) leave fifteen.
pub fn timeline(total: u32, transitions: &[Transition]) -> Vec<SceneTiming> {
    let count = u32::try_from(transitions.len() + 1).unwrap_or(u32::MAX);
    let overlap = MAX_OVERLAP.min(total / count / 3);
    let overlaps: Vec<u32> = transitions
        .iter()
        .map(|transition| if transition.is_cut() { 0 } else { overlap })
        .collect();
    let shared: u32 = overlaps.iter().sum();
    let each = (total + shared) / count;
    let remainder = (total + shared) % count;
    let frames = (0..count).map(|index| each + u32::from(index < remainder));
    in_order(&frames.collect::<Vec<_>>(), &overlaps)
}

/// The timings of scenes whose own lengths are given, both overlaps included, with the
/// transitions between them. The overlaps are those of [`timeline`] for a film of that
/// length, less beside a scene that is shorter than the others: none takes more than a
/// third of a scene. What `timeline` has made comes out as it was.
pub fn timeline_of(frames: &[u32], transitions: &[Transition]) -> Vec<SceneTiming> {
    let count = u32::try_from(frames.len().max(1)).unwrap_or(u32::MAX);
    let blends = transitions.iter().filter(|transition| !transition.is_cut());
    let blends = u32::try_from(blends.count()).unwrap_or(u32::MAX);
    let sum: u32 = frames.iter().sum();
    // A film of `total` frames has scenes of `total + blends * overlap` frames in sum.
    let overlap = MAX_OVERLAP.min(sum / (3 * count + blends));
    let overlaps = frames.windows(2).zip(transitions);
    let overlaps = overlaps.map(|(pair, transition)| match transition.is_cut() {
        true => 0,
        false => overlap.min(pair[0].min(pair[1]) / 3),
    });
    in_order(frames, &overlaps.collect::<Vec<_>>())
}

/// Scenes one after the other, each sharing so many frames with the next.
fn in_order(frames: &[u32], overlaps: &[u32]) -> Vec<SceneTiming> {
    let mut start = 0;
    let mut overlap_before = 0;
    let place = |(position, frames): (usize, &u32)| {
        let overlap_after = overlaps.get(position).copied().unwrap_or(0);
        let timing = SceneTiming {
            frames: *frames,
            overlap_before,
            overlap_after,
            start,
        };
        start += frames - overlap_after;
        overlap_before = overlap_after;
        timing
    };
    frames.iter().enumerate().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_transition() -> impl Strategy<Value = Transition> {
        prop::sample::select(Transition::all().collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn scenes_and_overlaps_add_up_to_the_film(
            seconds in 6u32..=60,
            transitions in prop::collection::vec(any_transition(), 0..12),
        ) {
            let total = seconds * FRAME_RATE;
            let scenes = timeline(total, &transitions);

            let frames: u32 = scenes.iter().map(|scene| scene.frames).sum();
            let shared: u32 = scenes.iter().map(|scene| scene.overlap_after).sum();
            prop_assert_eq!(frames - shared, total);
            prop_assert_eq!(scenes.len(), transitions.len() + 1);
            let last = scenes[scenes.len() - 1];
            prop_assert_eq!(last.start + last.frames, total);
            for pair in scenes.windows(2) {
                prop_assert_eq!(pair[0].overlap_after, pair[1].overlap_before);
                prop_assert_eq!(pair[0].start + pair[0].frames - pair[0].overlap_after, pair[1].start);
            }
            for scene in &scenes {
                prop_assert!(scene.body() > 0);
                prop_assert_eq!(scene.body() + scene.borders(), scene.frames);
            }
        }

        #[test]
        fn the_lengths_of_a_timeline_give_the_same_timeline(
            seconds in 6u32..=60,
            transitions in prop::collection::vec(any_transition(), 0..12),
        ) {
            let scenes = timeline(seconds * FRAME_RATE, &transitions);
            let frames: Vec<u32> = scenes.iter().map(|scene| scene.frames).collect();
            prop_assert_eq!(timeline_of(&frames, &transitions), scenes);
        }

        #[test]
        fn a_scene_of_any_length_keeps_a_third_of_its_own(
            frames in prop::collection::vec(15u32..=1800, 1..=12),
            transitions in prop::collection::vec(any_transition(), 11),
        ) {
            let transitions = &transitions[..frames.len() - 1];
            let scenes = timeline_of(&frames, transitions);
            let overlaps = scenes.iter().map(|scene| scene.overlap_after);
            for ((scene, overlap), transition) in scenes.iter().zip(overlaps).zip(transitions) {
                prop_assert_eq!(overlap == 0, transition.is_cut());
                prop_assert!(3 * (scene.overlap_before + overlap) <= 2 * scene.frames);
            }
            for pair in scenes.windows(2) {
                prop_assert_eq!(pair[0].overlap_after, pair[1].overlap_before);
                prop_assert_eq!(pair[0].start + pair[0].frames - pair[0].overlap_after, pair[1].start);
            }
        }

        #[test]
        fn a_cut_has_no_overlap(seconds in 6u32..=60, cuts in 0usize..12) {
            let scenes = timeline(seconds * FRAME_RATE, &vec![Transition::CUT; cuts]);
            prop_assert!(scenes.iter().all(|scene| scene.overlap_before + scene.overlap_after == 0));
        }
    }

    #[test]
    fn five_scenes_of_a_30_second_film_overlap_by_a_second() {
        let scenes = timeline(900, &[Transition::FADE; 4]);
        assert_eq!(
            scenes.iter().map(|scene| scene.frames).collect::<Vec<_>>(),
            [204, 204, 204, 204, 204]
        );
        assert_eq!(scenes[1].start, 174);
    }

    #[test]
    fn transitions_are_known_names_only() {
        assert_eq!("fade".parse(), Ok(Transition::FADE));
        assert_eq!("cut".parse(), Ok(Transition::CUT));
        assert_eq!("custom".parse::<Transition>(), Err(UnknownName));
        assert_eq!("fade',drawtext=".parse::<Transition>(), Err(UnknownName));
    }
}

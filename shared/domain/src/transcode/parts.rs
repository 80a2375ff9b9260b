//! The parts of a long transcode, each made by whichever function takes it.

use serde::{Deserialize, Serialize};

use crate::rendition::Quality;

/// A part of a long transcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TranscodePart {
    /// The pictures of one segment in every rendition.
    Segment(u32),
    /// What is made of the whole source at once: its sound, the thumbnail and the preview.
    Sound,
    /// One rendition's file, joined of its segments' pieces and the sound.
    Rendition(Quality),
    /// The same rendition as a stream: of the same pieces, so that neither waits for the other.
    Stream(Quality),
}

impl TranscodePart {
    /// The name of its row, in the order of the work.
    pub fn row(self) -> String {
        match self {
            Self::Segment(index) => format!("segment#{index:05}"),
            Self::Sound => "sound".to_owned(),
            Self::Rendition(quality) => format!("rendition#{}", quality.as_str()),
            Self::Stream(quality) => format!("stream#{}", quality.as_str()),
        }
    }

    /// The part whose row has that name.
    pub fn from_row(name: &str) -> Option<Self> {
        if name == "sound" {
            return Some(Self::Sound);
        }
        match name.split_once('#')? {
            ("segment", index) => Some(Self::Segment(index.parse().ok()?)),
            ("rendition", quality) => Some(Self::Rendition(quality.parse().ok()?)),
            ("stream", quality) => Some(Self::Stream(quality.parse().ok()?)),
            _ => None,
        }
    }

    /// Whether it is made of other parts.
    pub fn is_joined(self) -> bool {
        matches!(self, Self::Rendition(_) | Self::Stream(_))
    }
}

/// Which parts may be made now: of the segments and the sound those that are not there, the
/// sound first, because it takes the longest; when all of them are there, the renditions and
/// streams that are not. None when everything is there.
pub fn parts_to_make(
    segments: u32,
    renditions: &[Quality],
    is_made: impl Fn(TranscodePart) -> bool,
) -> Vec<TranscodePart> {
    let of_the_source = std::iter::once(TranscodePart::Sound)
        .chain((0..segments).map(TranscodePart::Segment))
        .filter(|part| !is_made(*part));
    let missing: Vec<TranscodePart> = of_the_source.collect();
    if !missing.is_empty() {
        return missing;
    }
    let joined = renditions.iter().flat_map(|quality| {
        [
            TranscodePart::Rendition(*quality),
            TranscodePart::Stream(*quality),
        ]
    });
    joined.filter(|part| !is_made(*part)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const BOTH: [Quality; 2] = [Quality::High, Quality::Low];

    fn all(segments: u32) -> Vec<TranscodePart> {
        std::iter::once(TranscodePart::Sound)
            .chain((0..segments).map(TranscodePart::Segment))
            .chain(BOTH.map(TranscodePart::Rendition))
            .chain(BOTH.map(TranscodePart::Stream))
            .collect()
    }

    #[test]
    fn a_part_is_known_by_its_row() {
        let rows: HashSet<String> = all(3).into_iter().map(TranscodePart::row).collect();
        assert_eq!(rows.len(), 8);
        for part in all(3) {
            assert_eq!(TranscodePart::from_row(&part.row()), Some(part));
        }
        for other in [
            "",
            "job",
            "segment#",
            "segment#x",
            "rendition#4k",
            "stream#",
            "x#1",
        ] {
            assert_eq!(TranscodePart::from_row(other), None, "{other}");
        }
    }

    proptest! {
        /// In any order of what may be made all is made, and nothing is joined too early.
        #[test]
        fn renditions_are_joined_when_all_is_there_that_they_are_made_of(
            choices in prop::collection::vec(any::<prop::sample::Index>(), 9),
        ) {
            let mut made = HashSet::new();
            for choice in choices {
                let to_make = parts_to_make(4, &BOTH, |part| made.contains(&part));
                let sources = made.iter().filter(|part: &&TranscodePart| !part.is_joined());
                let are_all_there = sources.count() == 5;
                prop_assert!(to_make.iter().all(|part| part.is_joined() == are_all_there));
                made.insert(to_make[choice.index(to_make.len())]);
            }
            prop_assert_eq!(&made, &all(4).into_iter().collect());
            prop_assert!(parts_to_make(4, &BOTH, |part| made.contains(&part)).is_empty());
        }
    }

    #[test]
    fn what_was_lost_is_made_again_before_anything_is_joined() {
        let lost = TranscodePart::Segment(2);
        let made: HashSet<TranscodePart> =
            all(4).into_iter().filter(|part| *part != lost).collect();
        assert_eq!(parts_to_make(4, &BOTH, |part| made.contains(&part)), [lost]);
    }
}

//! The renditions of a video: which are made of a source, and how large (R50, D34).

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::film::UnknownName;

/// A rendition by its height (R50).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// 1080p.
    High,
    /// 720p.
    Medium,
    /// 480p.
    Low,
}

impl Quality {
    /// Every quality, tallest first.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// The name in the API and in file names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }

    /// Width and height in pixels that a landscape picture fits in.
    pub fn size(self) -> (u32, u32) {
        match self {
            Self::High => (1920, 1080),
            Self::Medium => (1280, 720),
            Self::Low => (854, 480),
        }
    }
}

impl FromStr for Quality {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|quality| quality.as_str() == name)
            .ok_or(UnknownName)
    }
}

/// A rendition that is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rendition {
    /// See [`Quality`].
    pub quality: Quality,
    /// Pixels, even.
    pub width: u32,
    /// Pixels, even.
    pub height: u32,
}

/// A rendition that was asked for and is not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// See [`Quality`].
    pub quality: Quality,
    /// For people.
    pub reason: String,
}

/// What is made and what is not, each tallest first and each quality once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// At least one, if any was wanted.
    pub renditions: Vec<Rendition>,
    /// The rest of what was wanted.
    pub skipped: Vec<Skipped>,
}

/// Chooses the renditions of a source of `source` width and height in pixels,
/// as it is shown (D34).
///
/// One that the source fills on neither side is skipped. When that leaves none,
/// the lowest wanted one is made at the source's own size.
pub fn choose(source: (u32, u32), wanted: &[Quality]) -> Choice {
    let wanted = Quality::ALL
        .into_iter()
        .filter(|quality| wanted.contains(quality));
    let (mut made, mut left): (Vec<_>, Vec<_>) =
        wanted.partition(|quality| fills(source, turned_box(*quality, source)));
    if made.is_empty() {
        made.extend(left.pop());
    }
    Choice {
        renditions: made
            .into_iter()
            .map(|quality| fitted(source, quality))
            .collect(),
        skipped: left
            .into_iter()
            .map(|quality| Skipped {
                quality,
                reason: format!("the source is {}x{}", source.0, source.1),
            })
            .collect(),
    }
}

/// The quality's box, on its end for a portrait.
fn turned_box(quality: Quality, source: (u32, u32)) -> (u32, u32) {
    let (width, height) = quality.size();
    if source.1 > source.0 {
        (height, width)
    } else {
        (width, height)
    }
}

fn fills(source: (u32, u32), limit: (u32, u32)) -> bool {
    source.0 >= limit.0 || source.1 >= limit.1
}

/// The source in the quality's box: scaled down where it is larger, else as it is.
fn fitted(source: (u32, u32), quality: Quality) -> Rendition {
    let limit = turned_box(quality, source);
    // The side that needs the stronger scaling: limit / source as a fraction.
    let [across, down] = [(limit.0, source.0), (limit.1, source.1)];
    let is_across =
        u64::from(across.0) * u64::from(down.1) <= u64::from(down.0) * u64::from(across.1);
    let (top, bottom) = if is_across { across } else { down };
    let (top, bottom) = if top > bottom { (1, 1) } else { (top, bottom) };
    Rendition {
        quality,
        width: scaled(source.0, top, bottom),
        height: scaled(source.1, top, bottom),
    }
}

/// `side` times `top / bottom`, to the nearest even number that is not larger
/// than the side. H.264's colour needs even sides, and 2 is the least.
fn scaled(side: u32, top: u32, bottom: u32) -> u32 {
    let (top, bottom) = (u64::from(top), u64::from(bottom.max(1)));
    let half = (u64::from(side) * top + bottom) / (2 * bottom);
    let even = u32::try_from(2 * half).unwrap_or(u32::MAX);
    even.min(side & !1).max(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sizes(source: (u32, u32), wanted: &[Quality]) -> Vec<(Quality, u32, u32)> {
        choose(source, wanted)
            .renditions
            .iter()
            .map(|made| (made.quality, made.width, made.height))
            .collect()
    }

    #[test]
    fn known_sources_get_known_sizes() {
        use Quality::{High, Low, Medium};
        let all = |source| sizes(source, &Quality::ALL);
        assert_eq!(
            all((1920, 1080)),
            [(High, 1920, 1080), (Medium, 1280, 720), (Low, 854, 480)]
        );
        assert_eq!(all((3840, 2160)), all((1920, 1080)));
        assert_eq!(
            all((1080, 1920)),
            [(High, 1080, 1920), (Medium, 720, 1280), (Low, 480, 854)]
        );
        assert_eq!(
            all((1920, 800)),
            [(High, 1920, 800), (Medium, 1280, 534), (Low, 854, 356)]
        );
        assert_eq!(
            all((1080, 1080)),
            [(High, 1080, 1080), (Medium, 720, 720), (Low, 480, 480)]
        );
        assert_eq!(all((1280, 720)), [(Medium, 1280, 720), (Low, 854, 480)]);
        assert_eq!(all((640, 480)), [(Low, 640, 480)]);
        assert_eq!(all((319, 241)), [(Low, 318, 240)]);
        assert_eq!(sizes((640, 360), &[High, Medium]), [(Medium, 640, 360)]);
        assert_eq!(sizes((1921, 1081), &[High]), [(High, 1920, 1080)]);
        assert_eq!(all((1, 1)), [(Low, 2, 2)]);
    }

    #[test]
    fn what_is_skipped_says_why() {
        let choice = choose((1280, 720), &Quality::ALL);
        let skipped = serde_json::to_string(&choice.skipped).unwrap();
        assert_eq!(
            skipped,
            r#"[{"quality":"high","reason":"the source is 1280x720"}]"#
        );
        assert_eq!(choose((640, 360), &[Quality::High]).skipped, []);
    }

    #[test]
    fn names_read_back() {
        for quality in Quality::ALL {
            assert_eq!(quality.as_str().parse(), Ok(quality));
        }
        assert_eq!("HIGH".parse::<Quality>(), Err(UnknownName));
    }

    fn any_wanted() -> impl Strategy<Value = Vec<Quality>> {
        proptest::collection::vec(proptest::sample::select(Quality::ALL.to_vec()), 0..6)
    }

    proptest! {
        #[test]
        fn a_choice_keeps_the_rules(
            source in (2u32..5000, 2u32..5000),
            wanted in any_wanted(),
        ) {
            let choice = choose(source, &wanted);
            prop_assert_eq!(choice.renditions.is_empty(), wanted.is_empty());
            for made in &choice.renditions {
                prop_assert!(made.width >= 2 && made.height >= 2);
                prop_assert!(made.width % 2 == 0 && made.height % 2 == 0);
                prop_assert!(made.width <= source.0 && made.height <= source.1, "never upscaled");
                let limit = turned_box(made.quality, source);
                prop_assert!(made.width <= limit.0 && made.height <= limit.1, "fits its box");
                // One side is exact up to a pixel, so is the other for its scale.
                let scale = f64::min(
                    1.0,
                    f64::min(f64::from(limit.0) / f64::from(source.0), f64::from(limit.1) / f64::from(source.1)),
                );
                let width = (f64::from(source.0) * scale).max(2.0);
                let height = (f64::from(source.1) * scale).max(2.0);
                prop_assert!((f64::from(made.width) - width).abs() <= 1.0 + 1e-9);
                prop_assert!((f64::from(made.height) - height).abs() <= 1.0 + 1e-9);
            }
        }

        #[test]
        fn everything_wanted_is_made_or_skipped_once_and_in_order(
            source in (1u32..5000, 1u32..5000),
            wanted in any_wanted(),
        ) {
            let choice = choose(source, &wanted);
            let made: Vec<Quality> = choice.renditions.iter().map(|made| made.quality).collect();
            let skipped: Vec<Quality> = choice.skipped.iter().map(|skipped| skipped.quality).collect();
            let expected: Vec<Quality> =
                Quality::ALL.into_iter().filter(|quality| wanted.contains(quality)).collect();
            // What is skipped is always taller than what is made.
            prop_assert_eq!([skipped, made].concat(), expected);
        }

        #[test]
        fn a_turned_source_gets_turned_renditions(width in 2u32..5000, height in 2u32..5000) {
            prop_assume!(width != height);
            let straight = sizes((width, height), &Quality::ALL);
            let turned = sizes((height, width), &Quality::ALL);
            let back: Vec<_> = turned.iter().map(|(quality, w, h)| (*quality, *h, *w)).collect();
            prop_assert_eq!(straight, back);
        }
    }
}

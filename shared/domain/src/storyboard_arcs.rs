//! The beats of a music video and of an advertisement, for storyboards by rules.

use crate::request::Category;

/// One beat: what a scene of the arc is called, shows, and how it is filmed.
pub(crate) struct Beat {
    /// How early it is taken when there are fewer scenes than beats; 0 first.
    weight: u32,
    pub(crate) title: &'static str,
    pub(crate) description: &'static str,
    pub(crate) camera: &'static str,
}

const fn beat(
    weight: u32,
    title: &'static str,
    description: &'static str,
    camera: &'static str,
) -> Beat {
    Beat {
        weight,
        title,
        description,
        camera,
    }
}

const MUSIC_VIDEO: [Beat; 12] = [
    beat(
        0,
        "First light",
        "The place before anything happens, in blue morning haze, almost still.",
        "slow push in from a wide shot",
    ),
    beat(
        7,
        "A detail wakes",
        "One small thing comes alive in close-up, dust and light around it.",
        "macro, shallow focus",
    ),
    beat(
        3,
        "The verse",
        "The subject enters and sets out, unhurried, in soft side light.",
        "tracking shot at walking pace",
    ),
    beat(
        9,
        "Passing by",
        "The surroundings slide past in layers of colour.",
        "sideways dolly, long lens",
    ),
    beat(
        5,
        "Rising",
        "Wind and movement pick up, colours grow warmer.",
        "low angle, tilting up",
    ),
    beat(
        1,
        "The chorus",
        "Everything opens: full colour, great movement, light bursting through.",
        "fast crane up into an aerial view",
    ),
    beat(
        10,
        "Echo",
        "The same motion again, mirrored in water and glass.",
        "handheld, close",
    ),
    beat(
        6,
        "Alone",
        "Quiet: the subject small in a vast dark space, a single lamp.",
        "static wide shot",
    ),
    beat(
        4,
        "The bridge",
        "Time slows, drops and sparks hang in the air in violet dusk.",
        "slow motion orbit",
    ),
    beat(
        8,
        "Running",
        "Rhythm returns, quick steps, streaks of neon in the night.",
        "whip pans, wide lens",
    ),
    beat(
        11,
        "The last chorus",
        "All the colours of the film at once, at the height of the movement.",
        "spinning drone shot",
    ),
    beat(
        2,
        "Fading out",
        "The last light leaves the place; what remains is calm.",
        "slow pull back to black",
    ),
];

const AD_CREATIVE: [Beat; 12] = [
    beat(
        0,
        "The hook",
        "A surprising image that fills the frame and raises a question.",
        "extreme close-up, quick pull back",
    ),
    beat(
        3,
        "An ordinary day",
        "The everyday moment in which something is missing, muted colours.",
        "handheld, eye level",
    ),
    beat(
        8,
        "The trouble",
        "The small annoyance everyone knows, exaggerated with humour.",
        "dutch angle, fast zoom",
    ),
    beat(
        1,
        "The reveal",
        "The hero of the film appears in clean, bright studio light.",
        "smooth turntable orbit",
    ),
    beat(
        6,
        "Up close",
        "Material, texture and craft in crisp detail, water beads and highlights.",
        "macro slide",
    ),
    beat(
        4,
        "In use",
        "It simply works: effortless, in the middle of life, sunlight.",
        "over the shoulder, gliding",
    ),
    beat(
        9,
        "Faster",
        "Three quick uses in a row, each in another place.",
        "match cuts, locked frame",
    ),
    beat(
        7,
        "Smiles",
        "People who enjoy the result together, warm evening light.",
        "slow tracking medium shot",
    ),
    beat(
        10,
        "The proof",
        "Before and after, side by side, clear and honest.",
        "split composition, static",
    ),
    beat(
        5,
        "The bigger picture",
        "What it changes: a wide view of a better day.",
        "rising drone shot",
    ),
    beat(
        11,
        "Once more",
        "The hook's image again, now resolved.",
        "matching close-up, slow push in",
    ),
    beat(
        2,
        "The call",
        "The hero alone before a plain bright background with room to breathe.",
        "centred, slow push in",
    ),
];

/// The beats for that many scenes (1-12), in the arc's order: the most telling first.
pub(crate) fn arc(category: Category, scenes: u32) -> Vec<&'static Beat> {
    let beats = match category {
        Category::MusicVideo => &MUSIC_VIDEO,
        Category::AdCreative => &AD_CREATIVE,
    };
    beats.iter().filter(|beat| beat.weight < scenes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_of_scenes_has_its_beats() {
        for category in [Category::MusicVideo, Category::AdCreative] {
            for scenes in 1..=12 {
                assert_eq!(arc(category, scenes).len() as u32, scenes);
            }
        }
    }
}

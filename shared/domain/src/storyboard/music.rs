//! The music of the plan, in one of its takes.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{first_take, is_first_take};
use crate::request::MAX_SEED;
use crate::take::Words;

/// Beats a minute of music that names none, and those that are believed.
const TEMPO: u32 = 100;
const TEMPI: RangeInclusive<u32> = 40..=200;

/// The music of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedMusic {
    /// What the music model is told.
    #[serde(rename = "music")]
    pub description: String,
    /// Which of its takes is in the film (D44).
    #[serde(
        rename = "musicTake",
        default = "first_take",
        skip_serializing_if = "is_first_take"
    )]
    pub take: u32,
    /// A seed of that take's own.
    #[serde(rename = "musicSeed", default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

impl PlannedMusic {
    /// The first take of music that is described so.
    pub fn new(description: String) -> Self {
        Self {
            description,
            take: first_take(),
            seed: None,
        }
    }

    /// What the music model is told that may differ from take to take.
    pub fn words(&self) -> Words {
        Words {
            description: self.description.clone(),
            camera: None,
            seed: self.seed,
        }
    }

    /// The music in another take.
    pub fn in_take(take: u32, words: Words) -> Self {
        Self {
            description: words.description,
            take,
            seed: words.seed,
        }
    }

    /// The seed for the music model, in a film that has one: another for each take.
    pub fn model_seed(&self, film: Option<u32>) -> Option<u32> {
        let of_film = film.map(|seed| seed.wrapping_add(self.take - 1) & MAX_SEED);
        self.seed.or(of_film)
    }

    /// Beats a minute: those that its description names, else those of a brisk walk.
    pub fn tempo(&self) -> u32 {
        let words: Vec<String> = self.description.split_whitespace().map(plain).collect();
        let named = words.windows(2).find_map(|pair| match pair {
            [beats, unit] if unit == "bpm" => beats.parse().ok(),
            _ => None,
        });
        let joined = || {
            let mut words = words.iter();
            words.find_map(|word| word.strip_suffix("bpm")?.parse().ok())
        };
        let beats: u32 = named.or_else(joined).unwrap_or(TEMPO);
        beats.clamp(*TEMPI.start(), *TEMPI.end())
    }
}

fn plain(word: &str) -> String {
    let letters = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    letters.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tempo_is_what_the_music_is_described_by() {
        let tempo = |music: &str| PlannedMusic::new(music.to_owned()).tempo();
        assert_eq!(tempo("Warm synths at 92 BPM, building"), 92);
        assert_eq!(tempo("drum and bass (174bpm)"), 174);
        assert_eq!(tempo("piano"), TEMPO);
        assert_eq!(tempo("9 bpm"), 40);
        assert_eq!(tempo("4000000000 bpm"), 200);
        assert_eq!(tempo("99999999999999999999 bpm"), TEMPO);
        assert_eq!(tempo("bpm"), TEMPO);
    }

    /// A seed of its own counts for one take, that of the film for all.
    #[test]
    fn each_take_of_the_music_has_another_seed() {
        let first = PlannedMusic::new("piano".to_owned());
        assert_eq!(first.model_seed(Some(7)), Some(7));
        assert_eq!(first.model_seed(None), None);
        let second = PlannedMusic::in_take(2, first.words());
        assert_ne!(second.model_seed(Some(7)), first.model_seed(Some(7)));
        let words = Words {
            seed: Some(3),
            ..first.words()
        };
        let own = PlannedMusic::in_take(3, words);
        assert_eq!(own.model_seed(Some(7)), Some(3));
    }
}

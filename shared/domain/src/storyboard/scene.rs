//! One scene of the plan, in one of its takes.

use serde::{Deserialize, Serialize};

use crate::film::{SceneTiming, Transition};
use crate::request::{MAX_SEED, SCENES};
use crate::take::Words;

/// One scene of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedScene {
    /// From 1.
    pub index: u32,
    /// A few words.
    pub title: String,
    /// What is to be seen.
    pub description: String,
    /// How it is filmed.
    pub camera: String,
    /// Into the scene after it; the last scene's is `cut`.
    pub transition: Transition,
    /// Its place in the film.
    #[serde(flatten)]
    pub timing: SceneTiming,
    /// Which of its takes is in the film (D44).
    #[serde(default = "first_take", skip_serializing_if = "is_first_take")]
    pub take: u32,
    /// A seed of that take's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

pub(crate) const fn first_take() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it so")]
pub(crate) fn is_first_take(take: &u32) -> bool {
    *take == first_take()
}

impl PlannedScene {
    /// What the video model is told that may differ from take to take.
    pub fn words(&self) -> Words {
        Words {
            description: self.description.clone(),
            camera: Some(self.camera.clone()),
            seed: self.seed,
        }
    }

    /// The scene in another take.
    pub fn in_take(&self, take: u32, words: Words) -> Self {
        Self {
            take,
            description: words.description,
            camera: words.camera.unwrap_or_else(|| self.camera.clone()),
            seed: words.seed,
            ..self.clone()
        }
    }

    /// The seed for the video model, in a film that has one: neighbouring scenes, and takes
    /// of one scene, tend to look the same with the same.
    pub fn model_seed(&self, film: Option<u32>) -> Option<u32> {
        let shift = (self.index - 1).wrapping_add((self.take - 1).wrapping_mul(*SCENES.end()));
        let of_film = film.map(|seed| seed.wrapping_add(shift) & MAX_SEED);
        self.seed.or(of_film)
    }

    /// What the video model is told.
    pub fn prompt(&self, subject: &str) -> String {
        format!(
            "{}: {}. {} Camera: {}. Cinematic, detailed, no text, no captions.",
            self.title,
            subject.trim_end_matches(['.', '!', ' ']),
            self.description,
            self.camera
        )
    }
}

//! What is sent to a model for a part of a film, and what it is expected to cost.

use domain::request::CreateJob;
use domain::storyboard::{PlannedMusic, PlannedScene, answer_schema, instruction};
use replicate::registry::{self, Model, SceneRequest, storyboard_input};
use serde_json::Value;

/// Tokens of a storyboard's answer, for the price.
const ANSWER_TOKENS: f64 = 2_000.0;

/// A model, and what it is given.
pub(crate) struct ModelRequest<'a> {
    pub(crate) model: &'a Model,
    pub(crate) input: Value,
    /// What the model charges by: seconds of output, or tokens of an answer.
    units: f64,
}

impl<'a> ModelRequest<'a> {
    /// For a scene.
    pub(crate) fn scene(model: &'a Model, wanted: &CreateJob, scene: &PlannedScene) -> Self {
        let prompt = scene.prompt(&wanted.prompt);
        let seconds = scene.timing.seconds();
        let request = SceneRequest {
            prompt: &prompt,
            seconds,
            aspect_ratio: wanted.aspect_ratio.as_str(),
            seed: scene.model_seed(wanted.seed),
        };
        Self::of_seconds(model, registry::scene_input(model, &request), seconds)
    }

    /// For the music bed.
    pub(crate) fn soundtrack(model: &'a Model, wanted: &CreateJob, music: &PlannedMusic) -> Self {
        let seconds = f64::from(wanted.duration_seconds);
        let seed = music.model_seed(wanted.seed);
        let input = registry::music_input(model, &music.description, seconds, seed);
        Self::of_seconds(model, input, seconds)
    }

    /// For a storyboard.
    pub(crate) fn storyboard(model: &'a Model, wanted: &CreateJob) -> Self {
        let schema = answer_schema(wanted.scenes);
        let instruction = instruction(wanted);
        Self {
            model,
            input: storyboard_input(model, &instruction, &wanted.prompt, &schema),
            units: ANSWER_TOKENS,
        }
    }

    fn of_seconds(model: &'a Model, input: Value, wanted: f64) -> Self {
        let units = model.seconds_of_output(&input).unwrap_or(wanted);
        Self {
            model,
            input,
            units,
        }
    }

    /// Billionths of a dollar.
    pub(crate) fn price(&self) -> u64 {
        self.model.predicted_price_nano_usd(self.units, &self.input)
    }
}

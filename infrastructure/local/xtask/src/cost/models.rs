//! What a film costs at the provider, by the model registry.

use anyhow::{Context, Result};
use domain::request::CreateJob;
use domain::storyboard::{PlannedScene, Storyboard};
use replicate::registry::{
    DEFAULT_MUSIC_MODEL, DEFAULT_SCENE_MODEL, Model, Registry, SceneRequest, music_input,
    scene_input,
};
use serde_json::Value;

/// A film's predictions at the default models, one attempt for each, in billionths of a dollar.
///
/// # Errors
/// The registry cannot be read.
pub(crate) fn film_nano_usd(request: &CreateJob) -> Result<f64> {
    let registry = Registry::pinned()?;
    let model = |name| registry.model(name).context("a default model is not there");
    let (scene_model, music_model) = (model(DEFAULT_SCENE_MODEL)?, model(DEFAULT_MUSIC_MODEL)?);
    let storyboard = Storyboard::by_rules(request);
    let scenes = storyboard.scenes.iter();
    let mut sum: f64 = scenes
        .map(|scene| scene_price(scene_model, request, scene))
        .sum();
    if request.audio.wants_music() {
        let seconds = f64::from(request.duration_seconds);
        let input = music_input(
            music_model,
            &storyboard.music.description,
            seconds,
            request.seed,
        );
        sum += price(music_model, &input, seconds);
    }
    Ok(sum)
}

fn scene_price(model: &Model, request: &CreateJob, scene: &PlannedScene) -> f64 {
    let seconds = scene.timing.seconds();
    let wanted = SceneRequest {
        prompt: &scene.prompt(&request.prompt),
        seconds,
        aspect_ratio: request.aspect_ratio.as_str(),
        seed: scene.model_seed(request.seed),
    };
    price(model, &scene_input(model, &wanted), seconds)
}

/// By the seconds that the model makes of it.
fn price(model: &Model, input: &Value, wanted: f64) -> f64 {
    let seconds = model.seconds_of_output(input).unwrap_or(wanted);
    model.predicted_price_nano_usd(seconds, input) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_scenes_of_seven_seconds_at_six_cents_and_music_at_twenty() {
        let sum = film_nano_usd(&CreateJob::sample()).unwrap();
        assert!((sum - 2.3e9).abs() < 1.0, "{sum}");
    }
}

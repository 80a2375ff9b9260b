//! Builds inputs: from what we want to what a model calls it.

use serde_json::{Map, Value, json};

use super::{DurationParameter, Model};

/// What a scene is to be.
#[derive(Debug, Clone, Copy)]
pub struct SceneRequest<'a> {
    /// What happens in it.
    pub prompt: &'a str,
    /// Length in seconds; the clip is at least as long where the model can.
    pub seconds: f64,
    /// `16:9`, `9:16` or `1:1`. A model without this ratio gets the nearest
    /// one; the scene is cut to shape later.
    pub aspect_ratio: &'a str,
    /// For the same clip again; dropped where the model takes none.
    pub seed: Option<u32>,
}

/// The input for one scene: the shortest clip the model makes that is not
/// shorter than asked, within its limits.
pub fn scene_input(model: &Model, request: &SceneRequest<'_>) -> Value {
    let mut input = start(model, request.prompt, Some(request.seconds), request.seed);
    if let Some(aspect) = &model.parameters.aspect_ratio {
        let nearest = aspect
            .values
            .get(request.aspect_ratio)
            .or_else(|| aspect.values.get("16:9"));
        if let Some(ratio) = nearest {
            input.insert(aspect.name.clone(), json!(ratio));
        }
    }
    Value::Object(input)
}

/// The input for a piece of music of some `seconds`, within the model's limits.
pub fn music_input(model: &Model, prompt: &str, seconds: f64, seed: Option<u32>) -> Value {
    Value::Object(start(model, prompt, Some(seconds), seed))
}

/// The input for a storyboard that has to match `json_schema`. A model without
/// a parameter for the schema is told it in its system message.
pub fn storyboard_input(
    model: &Model,
    system_prompt: &str,
    prompt: &str,
    json_schema: &Value,
) -> Value {
    let mut input = start(model, prompt, None, None);
    let mut system = system_prompt.to_owned();
    match &model.parameters.json_schema {
        Some(name) => {
            // The vendor's `text` parameter; the bare schema would be ignored.
            let format =
                json!({"type": "json_schema", "name": "storyboard", "schema": json_schema});
            input.insert(name.clone(), json!({"format": format}));
        }
        None => {
            system.push_str(
                "\n\nAnswer with one JSON object and nothing else. It matches this JSON Schema:\n",
            );
            system.push_str(&json_schema.to_string());
        }
    }
    if let Some(name) = &model.parameters.system_prompt {
        input.insert(name.clone(), json!(system));
    }
    Value::Object(input)
}

fn start(
    model: &Model,
    prompt: &str,
    seconds: Option<f64>,
    seed: Option<u32>,
) -> Map<String, Value> {
    let parameters = &model.parameters;
    let mut input = parameters.fixed.clone();
    input.insert(parameters.prompt.clone(), json!(prompt));
    if let (Some(duration), Some(seconds)) = (&parameters.duration, seconds) {
        input.insert(
            duration.name.clone(),
            json!(duration.smallest_not_below(seconds)),
        );
    }
    if let (Some(name), Some(seed)) = (&parameters.seed, seed) {
        input.insert(name.clone(), json!(seed));
    }
    input
}

impl DurationParameter {
    /// The smallest allowed value that lasts at least `seconds`, or the largest.
    fn smallest_not_below(&self, seconds: f64) -> u32 {
        // A hair less than asked is asked: 6.000000001 s must not cost 7 s.
        let wanted = (seconds * f64::from(self.per_second) - 1e-6).ceil();
        // A float cast saturates, and NaN becomes 0.
        let wanted = (wanted as u32).clamp(self.min, self.max);
        let steps = (wanted - self.min).div_ceil(self.step.max(1));
        (self.min + steps * self.step).min(self.max)
    }
}

//! The model registry (D14): which models we use, what each one takes, costs
//! and allows. It is data, `models/*.json`, pinned at build time: the provider
//! changes schemas without notice, so an input is checked here before it is
//! paid for, and the look-alike refuses by the very same schemas.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

mod input;
mod price;
#[cfg(test)]
mod tests;
mod violation;

pub use input::{SceneRequest, music_input, scene_input, storyboard_input};
pub use price::{Price, PriceUnit, Rate};
pub use violation::Violation;

const PINNED: &[(&str, &str)] = &[
    (
        "flux-schnell",
        include_str!("../models/black-forest-labs--flux-schnell.json"),
    ),
    (
        "seedance-1-lite",
        include_str!("../models/bytedance--seedance-1-lite.json"),
    ),
    (
        "seedance-1-pro-fast",
        include_str!("../models/bytedance--seedance-1-pro-fast.json"),
    ),
    ("music", include_str!("../models/elevenlabs--music.json")),
    (
        "gemini-2.5-flash",
        include_str!("../models/google--gemini-2.5-flash.json"),
    ),
    (
        "veo-3.1-fast",
        include_str!("../models/google--veo-3.1-fast.json"),
    ),
    ("musicgen", include_str!("../models/meta--musicgen.json")),
    (
        "gpt-5-mini",
        include_str!("../models/openai--gpt-5-mini.json"),
    ),
    (
        "gpt-5-structured",
        include_str!("../models/openai--gpt-5-structured.json"),
    ),
    (
        "stable-audio-2.5",
        include_str!("../models/stability-ai--stable-audio-2.5.json"),
    ),
    (
        "wan-2.2-t2v-fast",
        include_str!("../models/wan-video--wan-2.2-t2v-fast.json"),
    ),
];

/// The scene model used when none is configured.
pub const DEFAULT_SCENE_MODEL: &str = "bytedance/seedance-1-pro-fast";
/// The music model used when none is configured.
pub const DEFAULT_MUSIC_MODEL: &str = "stability-ai/stable-audio-2.5";

/// The pinned data cannot be used: a mistake in this crate's `models/*.json`.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The file is not the JSON this crate expects.
    #[error("the data file of {model} cannot be read")]
    Unreadable {
        /// The data file's short name.
        model: &'static str,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The input schema is not a valid JSON Schema.
    #[error("the input schema of {model} does not compile: {reason}")]
    BadSchema {
        /// The data file's short name.
        model: &'static str,
        /// What the validator says.
        reason: String,
    },
}

/// What a model makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A film clip from a prompt.
    TextToVideo,
    /// A still picture.
    Image,
    /// A piece of music.
    Music,
    /// Text.
    Language,
}

impl Kind {
    /// The name as it stands in the data files, such as `text-to-video`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TextToVideo => "text-to-video",
            Self::Image => "image",
            Self::Music => "music",
            Self::Language => "language",
        }
    }
}

/// The shape of a model's `output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputShape {
    /// One URL string.
    Url,
    /// An array of URL strings.
    Urls,
    /// An array of strings that join to the text.
    Tokens,
    /// An object with `json_output` or `text`.
    Structured,
}

/// What a model can do at most, and how long it takes.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// Shortest output, seconds; 0 where the output has no length.
    pub min_seconds: f64,
    /// Longest output, seconds; 0 where the output has no length.
    pub max_seconds: f64,
    /// How long a prediction usually takes, seconds.
    pub median_seconds: f64,
    /// How long an answer usually is, tokens; only for language models.
    #[serde(default)]
    pub typical_output_tokens: u32,
}

/// How a length is told to a model: `name` = seconds x `per_second`, a whole
/// number from `min` to `max` in steps of `step`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DurationParameter {
    /// The input's name.
    pub name: String,
    /// Units in a second: 1, or a frame rate, or 1000 for milliseconds.
    pub per_second: u32,
    /// The smallest value.
    pub min: u32,
    /// The largest value.
    pub max: u32,
    /// The distance between allowed values.
    pub step: u32,
}

/// How a picture's shape is told to a model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AspectParameter {
    /// The input's name.
    pub name: String,
    /// Our ratio, and the nearest one the model has.
    pub values: BTreeMap<String, String>,
}

/// What our notions are called in a model's input.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Parameters {
    /// The prompt's name.
    pub prompt: String,
    /// The seed's name, if it takes one.
    pub seed: Option<String>,
    /// The length, if it takes one.
    pub duration: Option<DurationParameter>,
    /// The shape of the picture, if it has one.
    pub aspect_ratio: Option<AspectParameter>,
    /// The system message's name, if it takes one.
    pub system_prompt: Option<String>,
    /// The name of the answer's schema, if it takes one.
    pub json_schema: Option<String>,
    /// What we always send.
    pub fixed: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ModelFile {
    name: String,
    kind: Kind,
    version: String,
    official: bool,
    source: String,
    output: OutputShape,
    sound: bool,
    price: Price,
    limits: Limits,
    parameters: Parameters,
    input_schema: Value,
}

/// One model of the registry.
#[derive(Debug, Clone)]
pub struct Model {
    /// `owner/name`.
    pub name: String,
    /// What it makes.
    pub kind: Kind,
    /// The version the schema was taken from, 64 hex digits; `hidden`, as the
    /// provider itself says, where it is not known.
    pub version: String,
    /// Whether it runs by its name alone; others run by their version.
    pub official: bool,
    /// Where the schema and the price come from, and how old they are.
    pub source: String,
    /// The shape of its output.
    pub output: OutputShape,
    /// Whether its output has sound.
    pub sound: bool,
    /// What it costs.
    pub price: Price,
    /// What it can do at most.
    pub limits: Limits,
    /// What our notions are called in its input.
    pub parameters: Parameters,
    /// JSON Schema (draft 2020-12) of its input.
    pub input_schema: Value,
    validator: jsonschema::Validator,
}

impl Model {
    fn from_json(short_name: &'static str, text: &str) -> Result<Self, RegistryError> {
        let file: ModelFile =
            serde_json::from_str(text).map_err(|source| RegistryError::Unreadable {
                model: short_name,
                source,
            })?;
        let validator = jsonschema::draft202012::new(&file.input_schema).map_err(|error| {
            RegistryError::BadSchema {
                model: short_name,
                reason: error.to_string(),
            }
        })?;
        Ok(Self {
            name: file.name,
            kind: file.kind,
            version: file.version,
            official: file.official,
            source: file.source,
            output: file.output,
            sound: file.sound,
            price: file.price,
            limits: file.limits,
            parameters: file.parameters,
            input_schema: file.input_schema,
            validator,
        })
    }

    /// Checks an input against the pinned schema.
    ///
    /// # Errors
    /// Every violation, in the shape of the provider's 422 `invalid_fields`.
    pub fn validate(&self, input: &Value) -> Result<(), Vec<Violation>> {
        let violations: Vec<_> = self
            .validator
            .iter_errors(input)
            .flat_map(|error| Violation::from_error(&error))
            .collect();
        if violations.is_empty() {
            Ok(())
        } else {
            Err(violations)
        }
    }
}

/// All models we know.
#[derive(Debug, Clone)]
pub struct Registry {
    models: Vec<Model>,
}

impl Registry {
    /// The models pinned in this build.
    ///
    /// # Errors
    /// [`RegistryError`] when a data file is wrong; a test keeps that from
    /// being shipped.
    pub fn pinned() -> Result<Self, RegistryError> {
        let models = PINNED
            .iter()
            .map(|(name, text)| Model::from_json(name, text))
            .collect::<Result<_, _>>()?;
        Ok(Self { models })
    }

    /// The model with this `owner/name`.
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.name == name)
    }

    /// All models, in the order of their names.
    pub fn models(&self) -> &[Model] {
        &self.models
    }
}

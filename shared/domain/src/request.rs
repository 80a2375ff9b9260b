//! What a client may ask for when it creates a job (R34, R35), checked once, here.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use crate::fields::InvalidField;
use crate::fields::{name, number, one_line, only, required_name};
use crate::film::{AspectRatio, FRAME_RATE, Transition, UnknownName};
use crate::script::is_visible;

/// Characters of a prompt.
const PROMPT_LENGTH: std::ops::RangeInclusive<usize> = 10..=500;
const SCENES: std::ops::RangeInclusive<u64> = 1..=12;
const DURATION_SECONDS: std::ops::RangeInclusive<u64> = 6..=60;
/// The largest seed every pinned model takes.
const MAX_SEED: u64 = 2_147_483_647;
const DEFAULT_SCENES: u32 = 5;
const DEFAULT_DURATION_SECONDS: u32 = 30;
const FIELDS: [&str; 8] = [
    "prompt",
    "category",
    "scenes",
    "durationSeconds",
    "aspectRatio",
    "transition",
    "audio",
    "seed",
];

/// What kind of film it is to be (R35).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Pictures to a song.
    MusicVideo,
    /// An advertisement.
    AdCreative,
}

impl Category {
    /// The text in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MusicVideo => "music-video",
            Self::AdCreative => "ad-creative",
        }
    }
}

impl FromStr for Category {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        [Self::MusicVideo, Self::AdCreative]
            .into_iter()
            .find(|category| category.as_str() == name)
            .ok_or(UnknownName)
    }
}

/// What is to be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audio {
    /// A music bed under the scenes' own sound (D17).
    #[default]
    Music,
    /// The scenes' own sound only.
    None,
}

impl Audio {
    /// Whether a music bed is to be made.
    pub fn wants_music(self) -> bool {
        self == Self::Music
    }
}

impl FromStr for Audio {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "music" => Ok(Self::Music),
            "none" => Ok(Self::None),
            _ => Err(UnknownName),
        }
    }
}

/// A request for a film, valid by construction: made by [`CreateJob::from_json`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateJob {
    /// What the film is about: 10-500 characters, no control characters.
    pub prompt: String,
    /// See [`Category`].
    pub category: Category,
    /// 1-12.
    pub scenes: u32,
    /// 6-60.
    pub duration_seconds: u32,
    /// See [`AspectRatio`].
    pub aspect_ratio: AspectRatio,
    /// Between all scenes.
    pub transition: Transition,
    /// See [`Audio`].
    pub audio: Audio,
    /// Makes the models' choices repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

impl CreateJob {
    /// Checks a body's fields; the first one at fault is named.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn from_json(body: &Map<String, Value>) -> Result<Self, InvalidField> {
        let request = Self {
            prompt: prompt(body)?,
            category: required_name(body, "category", "one of: music-video, ad-creative")?,
            scenes: number(body, "scenes", SCENES)?.unwrap_or(DEFAULT_SCENES),
            duration_seconds: number(body, "durationSeconds", DURATION_SECONDS)?
                .unwrap_or(DEFAULT_DURATION_SECONDS),
            aspect_ratio: name(body, "aspectRatio", "one of: 16:9, 9:16, 1:1")?,
            transition: name(
                body,
                "transition",
                "cut, or the name of an FFmpeg xfade transition",
            )?,
            audio: name(body, "audio", "one of: music, none")?,
            seed: number(body, "seed", 0..=MAX_SEED)?,
        };
        only(body, &FIELDS)?;
        Ok(request)
    }

    /// The film's length in frames.
    pub fn total_frames(&self) -> u32 {
        self.duration_seconds * FRAME_RATE
    }

    /// A request for tests and examples.
    pub fn sample() -> Self {
        Self {
            prompt: "A paper boat crosses a flooded city at dawn".to_owned(),
            category: Category::MusicVideo,
            scenes: DEFAULT_SCENES,
            duration_seconds: DEFAULT_DURATION_SECONDS,
            aspect_ratio: AspectRatio::Landscape,
            transition: Transition::FADE,
            audio: Audio::Music,
            seed: None,
        }
    }
}

fn prompt(body: &Map<String, Value>) -> Result<String, InvalidField> {
    let fault = |constraint: &str| InvalidField::new("prompt", constraint);
    let text = match body.get("prompt") {
        None | Some(Value::Null) => return Err(fault("required")),
        Some(Value::String(text)) => text.trim(),
        Some(_) => return Err(fault("a string")),
    };
    let visible = text.chars().filter(|letter| is_visible(*letter)).count();
    if visible == 0 {
        return Err(fault("required"));
    }
    // Whoever pads a prompt with what cannot be seen has not written one.
    let spaces = text.chars().filter(|letter| letter.is_whitespace()).count();
    if visible + spaces < *PROMPT_LENGTH.start() {
        return Err(fault("at least 10 characters"));
    }
    if text.chars().count() > *PROMPT_LENGTH.end() {
        return Err(fault("at most 500 characters"));
    }
    // Line breaks are layout; other control characters have no place in a prompt.
    let is_control = |letter: char| letter.is_control() && !letter.is_whitespace();
    if text.chars().any(is_control) {
        return Err(fault("no control characters"));
    }
    Ok(one_line(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(body: &Value) -> Result<CreateJob, InvalidField> {
        CreateJob::from_json(body.as_object().unwrap())
    }

    fn with(field: &str, value: Value) -> Value {
        let mut body = json!({"prompt": "A paper boat crosses a city", "category": "music-video"});
        body[field] = value;
        body
    }

    #[test]
    fn defaults_are_those_of_the_contract() {
        let request = parse(&with("audio", Value::Null)).unwrap();
        assert_eq!((request.scenes, request.duration_seconds), (5, 30));
        assert_eq!(request.aspect_ratio, AspectRatio::Landscape);
        assert_eq!(request.transition, Transition::FADE);
        assert_eq!(request.audio, Audio::Music);
        assert_eq!(request.seed, None);
    }

    #[test]
    fn every_rule_names_its_field() {
        let cases = [
            ("prompt", Value::Null),
            ("prompt", json!(7)),
            ("prompt", json!("short")),
            ("prompt", json!("   padded   ")),
            ("prompt", json!("x".repeat(501))),
            ("prompt", json!("\u{200B}".repeat(20))),
            ("prompt", json!(format!("seen{}", "\u{200B}".repeat(20)))),
            ("prompt", json!("ten chars \u{0} and a null")),
            ("category", json!("documentary")),
            ("category", json!(["music-video"])),
            ("scenes", json!(0)),
            ("scenes", json!(13)),
            ("scenes", json!(2.5)),
            ("scenes", json!("5")),
            ("durationSeconds", json!(5)),
            ("durationSeconds", json!(61)),
            ("aspectRatio", json!("4:3")),
            ("transition", json!("custom")),
            ("audio", json!("voice")),
            ("seed", json!(-1)),
            ("seed", json!(2_147_483_648_u64)),
            ("userId", json!("someone else")),
        ];
        for (field, value) in cases {
            let fault = parse(&with(field, value.clone())).unwrap_err();
            assert_eq!(fault.field, field, "{value}");
        }
    }

    #[test]
    fn lengths_count_characters_not_bytes() {
        assert!(parse(&with("prompt", json!("🎬".repeat(500)))).is_ok());
        assert!(parse(&with("prompt", json!("🎬".repeat(501)))).is_err());
        assert!(parse(&with("prompt", json!("🎬".repeat(9)))).is_err());
    }

    #[test]
    fn it_reads_back_from_its_own_text() {
        let request = CreateJob {
            seed: Some(7),
            ..CreateJob::sample()
        };
        let text = serde_json::to_string(&request).unwrap();
        assert_eq!(serde_json::from_str::<CreateJob>(&text).unwrap(), request);
    }
}

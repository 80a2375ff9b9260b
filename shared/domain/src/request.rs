//! What a client may ask for when it creates a job (R34, R35), checked once, here.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use crate::fields::InvalidField;
use crate::fields::{one_line, within};
use crate::film::{AspectRatio, FRAME_RATE, Transition, UnknownName};
use crate::script::is_visible;

/// Characters of a prompt.
const PROMPT_LENGTH: std::ops::RangeInclusive<usize> = 10..=500;
pub(crate) const SCENES: std::ops::RangeInclusive<u32> = 1..=12;
pub(crate) const DURATION_SECONDS: std::ops::RangeInclusive<u32> = 6..=60;
/// The largest seed every pinned model takes.
pub(crate) const MAX_SEED: u32 = 2_147_483_647;
const DEFAULT_SCENES: u32 = 5;
const DEFAULT_DURATION_SECONDS: u32 = 30;

/// What kind of film it is to be (R35).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
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

/// A request for a film whose every field was checked.
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
    /// Whether the storyboard waits for its owner's approval (D44).
    #[serde(default)]
    pub review: bool,
}

impl CreateJob {
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
            review: false,
        }
    }
}

/// 1-12 scenes; 5 unless said otherwise.
///
/// # Errors
///
/// Another number.
pub fn scenes(scenes: Option<u32>) -> Result<u32, InvalidField> {
    within("scenes", scenes, SCENES, DEFAULT_SCENES)
}

/// 6-60 seconds; 30 unless said otherwise.
///
/// # Errors
///
/// Another number.
pub fn duration_seconds(seconds: Option<u32>) -> Result<u32, InvalidField> {
    let default = DEFAULT_DURATION_SECONDS;
    within("durationSeconds", seconds, DURATION_SECONDS, default)
}

/// A seed that every pinned model takes.
///
/// # Errors
///
/// A larger number.
pub fn seed(seed: Option<u32>) -> Result<Option<u32>, InvalidField> {
    let checked = seed.map(|seed| within("seed", Some(seed), 0..=MAX_SEED, 0));
    checked.transpose()
}

/// A prompt in one line: 10-500 characters of which enough can be seen (R34).
///
/// # Errors
///
/// The rule that it breaks.
pub fn prompt(text: &str) -> Result<String, InvalidField> {
    let fault = |constraint: &str| InvalidField::new("prompt", constraint);
    let text = text.trim();
    let visible = text.chars().filter(|letter| is_visible(*letter)).count();
    if visible == 0 {
        return Err(fault("required"));
    }
    // Invisible characters other than spaces do not count towards the least length.
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

    #[test]
    fn a_prompt_has_ten_to_five_hundred_characters_of_which_enough_can_be_seen() {
        for refused in [
            "",
            "short",
            "   padded   ",
            &"x".repeat(501),
            &"\u{200B}".repeat(20),
            &format!("seen{}", "\u{200B}".repeat(20)),
            "ten chars \u{0} and a null",
        ] {
            assert_eq!(prompt(refused).unwrap_err().field, "prompt", "{refused}");
        }
        assert_eq!(prompt(" A paper\n boat ").unwrap(), "A paper boat");
    }

    #[test]
    fn lengths_count_characters_not_bytes() {
        assert!(prompt(&"🎬".repeat(500)).is_ok());
        assert!(prompt(&"🎬".repeat(501)).is_err());
        assert!(prompt(&"🎬".repeat(9)).is_err());
    }

    #[test]
    fn numbers_lie_within_their_ranges() {
        assert_eq!((scenes(None), duration_seconds(None)), (Ok(5), Ok(30)));
        for (refused, field) in [
            (scenes(Some(0)), "scenes"),
            (scenes(Some(13)), "scenes"),
            (duration_seconds(Some(5)), "durationSeconds"),
            (duration_seconds(Some(61)), "durationSeconds"),
        ] {
            assert_eq!(refused.unwrap_err().field, field);
        }
        assert_eq!((seed(None), seed(Some(0))), (Ok(None), Ok(Some(0))));
        assert_eq!(seed(Some(MAX_SEED + 1)).unwrap_err().field, "seed");
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

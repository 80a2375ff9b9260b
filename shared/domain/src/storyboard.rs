//! The plan of a film: its scenes, and the music under them (D15).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::film::{Transition, timeline};
use crate::request::{Category, CreateJob};
use crate::storyboard_arcs::{Beat, arc};

mod edit;
mod music;
mod part;
mod scene;

pub use edit::{SceneEdit, StoryboardEdit};
pub use music::PlannedMusic;
pub use part::Part;
pub use scene::PlannedScene;
pub(crate) use scene::{first_take, is_first_take};

/// The longest text a scene's part may have, in characters.
const MAX_TITLE: usize = 60;
pub(crate) const MAX_CAMERA: usize = 120;
pub(crate) const MAX_TEXT: usize = 600;

/// Who wrote the storyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Author {
    /// A language model, its answer checked.
    LanguageModel,
    /// The rules in this crate.
    Rules,
    /// The job's owner, who changed what was planned (D44).
    Owner,
}

/// The plan of a film. Scene lengths less overlaps are the length asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Storyboard {
    /// See [`Author`].
    pub author: Author,
    /// In the film's order; never empty.
    pub scenes: Vec<PlannedScene>,
    /// The music under them.
    #[serde(flatten)]
    pub music: PlannedMusic,
}

/// A scene as a language model writes it: the shape its answer is checked against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SceneDraft {
    /// A few words.
    pub title: String,
    /// What is to be seen.
    pub description: String,
    /// How it is filmed.
    pub camera: String,
}

/// A language model's whole answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryboardDraft {
    /// One for each scene asked for.
    pub scenes: Vec<SceneDraft>,
    /// A description of the music.
    #[serde(default)]
    pub music: Option<String>,
}

/// Why a language model's answer cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnusableDraft {
    /// Not the JSON asked for.
    #[error("the answer is not the JSON asked for: {0}")]
    NotJson(String),
    /// Too many scenes or too few.
    #[error("{got} scenes instead of {asked}")]
    WrongCount {
        /// In the answer.
        got: usize,
        /// In the request.
        asked: u32,
    },
    /// A scene without a title, description or camera.
    #[error("scene {0} has an empty part")]
    EmptyPart(usize),
}

impl Storyboard {
    /// The storyboard the rules make: the beats of the category's arc, spread
    /// over the scenes asked for. The same request gives the same storyboard.
    pub fn by_rules(request: &CreateJob) -> Self {
        let scenes = arc(request.category, request.scenes)
            .into_iter()
            .map(|beat: &Beat| SceneDraft {
                title: beat.title.to_owned(),
                description: beat.description.to_owned(),
                camera: beat.camera.to_owned(),
            });
        Self::assemble(request, Author::Rules, scenes.collect(), None)
    }

    /// The storyboard a language model wrote, if its answer can be used.
    ///
    /// # Errors
    ///
    /// The text is none of that form.
    pub fn from_answer(request: &CreateJob, answer: &str) -> Result<Self, UnusableDraft> {
        let draft: StoryboardDraft = serde_json::from_str(json_part(answer))
            .map_err(|error| UnusableDraft::NotJson(error.to_string()))?;
        if draft.scenes.len() != request.scenes as usize {
            return Err(UnusableDraft::WrongCount {
                got: draft.scenes.len(),
                asked: request.scenes,
            });
        }
        let scenes: Vec<SceneDraft> = draft.scenes.iter().map(tidy).collect();
        let empty = scenes.iter().position(|scene| {
            scene.title.is_empty() || scene.description.is_empty() || scene.camera.is_empty()
        });
        if let Some(position) = empty {
            return Err(UnusableDraft::EmptyPart(position + 1));
        }
        Ok(Self::assemble(
            request,
            Author::LanguageModel,
            scenes,
            draft.music,
        ))
    }

    fn assemble(
        request: &CreateJob,
        author: Author,
        drafts: Vec<SceneDraft>,
        music: Option<String>,
    ) -> Self {
        let between = vec![request.transition; drafts.len().saturating_sub(1)];
        let timings = timeline(request.total_frames(), &between);
        let transitions = between.into_iter().chain([Transition::CUT]);
        let scenes = drafts
            .into_iter()
            .zip(timings)
            .zip(transitions)
            .zip(1..)
            .map(|(((draft, timing), transition), index)| PlannedScene {
                index,
                title: draft.title,
                description: draft.description,
                camera: draft.camera,
                transition,
                timing,
                take: first_take(),
                seed: None,
            })
            .collect();
        let music = music
            .map(|text| shorten(&text, MAX_TEXT))
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| music_by_rules(request));
        Self {
            author,
            scenes,
            music: PlannedMusic::new(music),
        }
    }

    /// The frame of the film's preview that a scene begins with: there no scene overlaps
    /// another.
    pub fn preview_start(&self, index: u32) -> u32 {
        let before = self.scenes.iter().take_while(|scene| scene.index != index);
        before.map(|scene| scene.timing.frames).sum()
    }

    /// The film's length in frames.
    pub fn total_frames(&self) -> u32 {
        let frames: u32 = self.scenes.iter().map(|scene| scene.timing.frames).sum();
        let overlaps = self.scenes.iter().map(|scene| scene.timing.overlap_after);
        frames - overlaps.sum::<u32>()
    }

    /// The scene of that number, from 1.
    pub fn scene(&self, index: u32) -> Option<&PlannedScene> {
        self.scenes.iter().find(|scene| scene.index == index)
    }
}

fn music_by_rules(request: &CreateJob) -> String {
    let style = match request.category {
        Category::MusicVideo => {
            "Instrumental track with a memorable melody, warm synths, live drums, builds to a chorus"
        }
        Category::AdCreative => {
            "Bright, confident instrumental bed for an advertisement, light percussion, uplifting"
        }
    };
    format!("{style}. Mood: {}", request.prompt)
}

/// The instruction a language model gets beside the user's prompt.
pub fn instruction(request: &CreateJob) -> String {
    format!(
        "You are a film director. Write a storyboard of exactly {} scenes for a {} of {} seconds. \
         Answer with JSON only: {{\"scenes\":[{{\"title\",\"description\",\"camera\"}}],\"music\"}}. \
         A title has at most six words; a description one or two sentences of what is seen, \
         complete in itself; camera a short phrase. Scenes must differ clearly from each other. \
         music describes an instrumental bed in one sentence.",
        request.scenes,
        match request.category {
            Category::MusicVideo => "music video",
            Category::AdCreative => "video advertisement",
        },
        request.duration_seconds
    )
}

/// The JSON schema of [`StoryboardDraft`], for models that take one.
pub fn answer_schema(scenes: u32) -> serde_json::Value {
    let text = serde_json::json!({"type": "string", "minLength": 1});
    serde_json::json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["scenes", "music"],
        "properties": {
            "music": text,
            "scenes": {
                "type": "array", "minItems": scenes, "maxItems": scenes,
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["title", "description", "camera"],
                    "properties": {"title": text, "description": text, "camera": text}
                }
            }
        }
    })
}

/// Models like to wrap JSON in prose or a code fence.
fn json_part(answer: &str) -> &str {
    match (answer.find('{'), answer.rfind('}')) {
        (Some(first), Some(last)) if first < last => &answer[first..=last],
        _ => answer,
    }
}

fn tidy(draft: &SceneDraft) -> SceneDraft {
    SceneDraft {
        // The colon ends the title in a scene's prompt.
        title: shorten(&draft.title.replace(':', " -"), MAX_TITLE),
        description: shorten(&draft.description, MAX_TEXT),
        camera: shorten(&draft.camera, MAX_CAMERA),
    }
}

fn shorten(text: &str, characters: usize) -> String {
    let clean: String = text
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    clean.trim().chars().take(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::film::FRAME_RATE;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn request(category: Category, scenes: u32, duration_seconds: u32) -> CreateJob {
        CreateJob {
            category,
            scenes,
            duration_seconds,
            ..CreateJob::sample()
        }
    }

    fn any_category() -> impl Strategy<Value = Category> {
        prop_oneof![Just(Category::MusicVideo), Just(Category::AdCreative)]
    }

    proptest! {
        #[test]
        fn a_storyboard_fills_the_film_exactly(
            category in any_category(), scenes in 1u32..=12, seconds in 6u32..=60,
        ) {
            let board = Storyboard::by_rules(&request(category, scenes, seconds));
            let frames: u32 = board.scenes.iter().map(|scene| scene.timing.frames).sum();
            let shared: u32 = board.scenes.iter().map(|scene| scene.timing.overlap_after).sum();
            prop_assert_eq!(board.scenes.len() as u32, scenes);
            prop_assert_eq!(frames - shared, seconds * FRAME_RATE);
            let prompts: HashSet<String> = board.scenes.iter().map(|scene| scene.prompt("x")).collect();
            prop_assert_eq!(prompts.len() as u32, scenes, "scenes must differ");
        }

        #[test]
        fn no_answer_breaks_the_reader(answer in ".{0,200}") {
            let _ = Storyboard::from_answer(&CreateJob::sample(), &answer);
        }
    }

    #[test]
    fn a_music_video_and_an_ad_are_told_apart() {
        let video = Storyboard::by_rules(&request(Category::MusicVideo, 5, 30));
        let advert = Storyboard::by_rules(&request(Category::AdCreative, 5, 30));
        for (one, other) in video.scenes.iter().zip(&advert.scenes) {
            assert_ne!(one.title, other.title);
            assert_ne!(one.description, other.description);
        }
        assert_ne!(video.music, advert.music);
    }

    #[test]
    fn a_scene_prompt_carries_the_users_subject() {
        let board = Storyboard::by_rules(&CreateJob::sample());
        let prompt = board.scenes[0].prompt("A paper boat.");
        assert!(prompt.starts_with(&format!("{}: A paper boat. ", board.scenes[0].title)));
    }

    #[test]
    fn a_models_answer_is_read_out_of_its_wrapping() {
        let scene = r#"{"title":"One: two","description":"A boat.","camera":"wide"}"#;
        let answer = format!("Sure!\n```json\n{{\"scenes\":[{scene}],\"music\":\"piano\"}}\n```");
        let board = Storyboard::from_answer(&request(Category::MusicVideo, 1, 6), &answer).unwrap();
        assert_eq!(board.author, Author::LanguageModel);
        assert_eq!(board.scenes[0].title, "One - two");
        assert_eq!(board.music.description, "piano");
    }

    #[test]
    fn an_answer_with_the_wrong_number_of_scenes_is_unusable() {
        let answer = r#"{"scenes":[{"title":"a","description":"b","camera":"c"}]}"#;
        let fault = Storyboard::from_answer(&request(Category::MusicVideo, 2, 6), answer);
        assert_eq!(fault, Err(UnusableDraft::WrongCount { got: 1, asked: 2 }));
        let empty = r#"{"scenes":[{"title":" ","description":"b","camera":"c"}]}"#;
        let fault = Storyboard::from_answer(&request(Category::MusicVideo, 1, 6), empty);
        assert_eq!(fault, Err(UnusableDraft::EmptyPart(1)));
    }
}

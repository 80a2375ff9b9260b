//! A film's storyboard: read, changed and approved by the film's owner (D44).

use domain::film::Transition;
use domain::storyboard::{Author, SceneEdit, StoryboardEdit};
use domain::time::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::ErrorCode;
use crate::films::JobAccepted;
use crate::operation::{Access, Method, Operation};
use crate::takes::Take;

/// The plan of a film, and what it is expected to cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Storyboard {
    /// Counts its changes, from 1. Changing and approving name it.
    pub version: u32,
    /// Who wrote it.
    pub author: Author,
    /// Whether it may be changed and approved.
    pub editable: bool,
    /// Until when it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_until: Option<Time>,
    /// The film's length: that of its scenes less their transitions.
    pub seconds: f64,
    /// In the film's order.
    pub scenes: Vec<StoryboardScene>,
    /// The music under the scenes.
    pub music: StoryboardMusic,
    /// What its models are expected to cost, in billionths of a dollar, the storyboard's own
    /// included.
    pub price_nano_usd: u64,
    /// What was planned, once it was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<PlannedStoryboard>,
}

/// A scene of a storyboard, and what it is expected to cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoryboardScene {
    /// From 1.
    pub index: u32,
    /// A few words.
    pub title: String,
    /// What is to be seen.
    pub description: String,
    /// How it is filmed.
    pub camera: String,
    /// Its own length, the transitions at both ends included.
    pub seconds: f64,
    /// Into the scene after it.
    pub transition: Transition,
    /// In billionths of a dollar.
    pub price_nano_usd: u64,
    /// The takes of it that are there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes: Vec<Take>,
}

/// The music of a storyboard, and what it is expected to cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoryboardMusic {
    /// What the model is told.
    pub description: String,
    /// In billionths of a dollar; 0 for a film without music.
    pub price_nano_usd: u64,
    /// The takes of it that are there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes: Vec<Take>,
}

/// A storyboard as it was planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedStoryboard {
    /// Who wrote it.
    pub author: Author,
    /// In the film's order.
    pub scenes: Vec<EditedScene>,
    /// What the music model was to be told.
    pub music: String,
}

/// A scene as its owner may change it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EditedScene {
    /// A few words.
    #[schema(min_length = 1, max_length = 60)]
    pub title: String,
    /// What is to be seen.
    #[schema(min_length = 1, max_length = 600)]
    pub description: String,
    /// How it is filmed.
    #[schema(min_length = 1, max_length = 120)]
    pub camera: String,
    /// Its own length, the transitions at both ends included; rounded to whole frames, of
    /// which 30 are a second.
    #[schema(minimum = 0.5, maximum = 60)]
    pub seconds: f64,
    /// Into the scene after it; the last scene's means nothing. `cut` unless said otherwise.
    #[serde(default = "cut")]
    #[schema(required = false)]
    pub transition: Transition,
}

fn cut() -> Transition {
    Transition::CUT
}

/// Puts another storyboard in the place of one that waits for approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({
    "version": 1,
    "scenes": [{
        "title": "The flood",
        "description": "A paper boat turns slowly between lamp posts in still water.",
        "camera": "low, drifting forward",
        "seconds": 7.5,
        "transition": "fade",
    }],
    "music": "Slow piano over rain",
})))]
pub struct UpdateStoryboard {
    /// That of the storyboard that was read.
    pub version: u32,
    /// All scenes in the film's order; the film is 6 to 60 seconds long.
    #[schema(min_items = 1, max_items = 12)]
    pub scenes: Vec<EditedScene>,
    /// What the music model is told; as it was unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 600)]
    pub music: Option<String>,
}

impl UpdateStoryboard {
    /// The change by the domain's names, not checked; `music` is that of the storyboard
    /// that there is.
    pub fn edit(self, music: &str) -> StoryboardEdit {
        let scenes = self.scenes.into_iter().map(|scene| SceneEdit {
            title: scene.title,
            description: scene.description,
            camera: scene.camera,
            seconds: scene.seconds,
            transition: scene.transition,
        });
        StoryboardEdit {
            scenes: scenes.collect(),
            music: self.music.unwrap_or_else(|| music.to_owned()),
        }
    }
}

/// Lets a film be made by its storyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "version": 1 })))]
pub struct ApproveStoryboard {
    /// That of the storyboard that was read.
    pub version: u32,
}

/// A storyboard as a small film: its words, lengths and transitions, over a beat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Animatic {
    /// That of the storyboard.
    pub version: u32,
    /// A signed link to an mp4 of at most 640 pixels.
    pub url: String,
    /// Seconds that it is good for.
    pub expires_in: u64,
    /// Its length, which is the film's.
    pub seconds: f64,
}

pub(crate) fn operations() -> Vec<Operation> {
    use Access::SignedIn;
    let operation = Operation::new;
    vec![
        operation(
            "storyboard-get",
            Method::Get,
            "/api/v1/jobs/{id}/storyboard",
            SignedIn,
            "A film's storyboard and what it will cost",
        )
        .answers::<Storyboard>(200, "The storyboard")
        .fails(&[ErrorCode::Conflict]),
        operation(
            "storyboard-update",
            Method::Put,
            "/api/v1/jobs/{id}/storyboard",
            SignedIn,
            "Changes a storyboard that waits for approval",
        )
        .takes::<UpdateStoryboard>()
        .answers::<Storyboard>(200, "The storyboard as it is now")
        .fails(&[ErrorCode::Conflict]),
        operation(
            "jobs-animatic",
            Method::Post,
            "/api/v1/jobs/{id}/animatic",
            SignedIn,
            "A storyboard that waits, as a small film of its words; nothing is paid for it",
        )
        .answers::<Animatic>(200, "It is there")
        .fails(&[ErrorCode::Conflict]),
        operation(
            "storyboard-approve",
            Method::Post,
            "/api/v1/jobs/{id}/approve",
            SignedIn,
            "Lets a film be made by its storyboard; repeated, the same answer",
        )
        .takes::<ApproveStoryboard>()
        .answers::<JobAccepted>(202, "It will be made")
        .fails(&[
            ErrorCode::Conflict,
            ErrorCode::SpendingLimit,
            ErrorCode::SpendingStopped,
        ]),
    ]
}

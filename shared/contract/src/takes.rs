//! Takes of a film's scenes and of its music: made anew and chosen by the film's owner (D44).

use domain::fields::InvalidField;
use domain::job::{JobId, Status};
use domain::take::TakeRequest;
use domain::time::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::ErrorCode;
use crate::films::FILM_REFUSALS;
use crate::operation::{Access, Method, Operation};
use crate::quote::Cost;

/// A take of a scene or of the music: something that was made of it. All are kept, one is in
/// the film.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Take {
    /// Its number, from 1. Some may be missing: what could not be made had one too.
    pub take: u32,
    /// Whether it is in the film.
    pub chosen: bool,
    /// What the model was told is to be seen or heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it was told of how it is filmed; not of music.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camera: Option<String>,
    /// A seed of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// A link to a scene's still picture, good for an hour; not in the storyboard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poster_url: Option<String>,
    /// A link to the sound of a take of the music, good for an hour; not in the storyboard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_url: Option<String>,
    /// When it was there.
    pub made_at: Time,
}

/// Asks for another take of a scene. What is not said stays as it is in the film.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({"description": "The boat turns into a lighthouse", "seed": 7})))]
pub struct RegenerateScene {
    /// What is to be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 600)]
    pub description: Option<String>,
    /// How it is filmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 120)]
    pub camera: Option<String>,
    /// A seed for this take alone. Without one each take has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 2147483647)]
    pub seed: Option<u32>,
}

impl RegenerateScene {
    /// The same with every rule checked.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn checked(&self) -> Result<TakeRequest, InvalidField> {
        let (description, camera) = (self.description.as_deref(), self.camera.as_deref());
        TakeRequest::new(description, camera, self.seed)
    }
}

/// Asks for another take of the music. What is not said stays as it is in the film.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({"description": "Slow piano over rain, 70 bpm", "seed": 7})))]
pub struct RegenerateSoundtrack {
    /// What is to be heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 600)]
    pub description: Option<String>,
    /// A seed for this take alone. Without one each take has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 2147483647)]
    pub seed: Option<u32>,
}

impl RegenerateSoundtrack {
    /// The same with every rule checked.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn checked(&self) -> Result<TakeRequest, InvalidField> {
        TakeRequest::new(self.description.as_deref(), None, self.seed)
    }
}

/// Chooses the take of a scene, or of the music, that is to be in the film.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({"take": 1})))]
pub struct ChooseTake {
    /// A take that is there.
    #[schema(minimum = 1)]
    pub take: u32,
}

/// A change of one part of a film that is there, and is served until the new one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FilmChange {
    /// The scene; without one it is the music.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene: Option<u32>,
    /// The take of it that will be in the film.
    pub take: u32,
    /// Whether it uses a place of the month when it is done.
    pub uses_place: bool,
}

/// A part of a film changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeAccepted {
    /// The film.
    pub job_id: JobId,
    /// `processing`; `completed` if the film has this take already.
    pub status: Status,
    /// For people.
    pub message: String,
    /// What changes.
    #[serde(flatten)]
    pub change: FilmChange,
    /// What it is expected to cost.
    pub cost: Cost,
}

pub(crate) fn operations() -> Vec<Operation> {
    use Access::SignedIn;
    use Method::{Post, Put};
    vec![
        Operation::new(
            "scenes-regenerate",
            Post,
            "/api/v1/jobs/{id}/scenes/{index}/regenerate",
            SignedIn,
            "Has a scene of a film made anew; the film that is there is served meanwhile",
        )
        .idempotent()
        .may_take::<RegenerateScene>()
        .answers::<ChangeAccepted>(202, "It is made")
        .fails(&FILM_REFUSALS),
        Operation::new(
            "scenes-take",
            Put,
            "/api/v1/jobs/{id}/scenes/{index}/take",
            SignedIn,
            "Chooses the take of a scene that is in the film; nothing is paid for",
        )
        .takes::<ChooseTake>()
        .answers::<ChangeAccepted>(202, "The film is put together with it, or has it already")
        .fails(&[ErrorCode::Conflict]),
        Operation::new(
            "soundtrack-regenerate",
            Post,
            "/api/v1/jobs/{id}/soundtrack/regenerate",
            SignedIn,
            "Has the music of a film made anew; the film that is there is served meanwhile",
        )
        .idempotent()
        .may_take::<RegenerateSoundtrack>()
        .answers::<ChangeAccepted>(202, "It is made")
        .fails(&FILM_REFUSALS),
        Operation::new(
            "soundtrack-take",
            Put,
            "/api/v1/jobs/{id}/soundtrack/take",
            SignedIn,
            "Chooses the take of the music that is in the film; nothing is paid for",
        )
        .takes::<ChooseTake>()
        .answers::<ChangeAccepted>(202, "The film is put together with it, or has it already")
        .fails(&[ErrorCode::Conflict]),
    ]
}

//! Takes of a film's scenes: made anew and chosen by the film's owner (D44).

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

/// A take of a scene: something that was made of it. All are kept, one is in the film.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Take {
    /// Its number, from 1. Some may be missing: what could not be made had one too.
    pub take: u32,
    /// Whether it is in the film.
    pub chosen: bool,
    /// What the model was told is to be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it was told of how it is filmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camera: Option<String>,
    /// A seed of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// A link to its still picture, good for an hour; not in the storyboard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poster_url: Option<String>,
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

/// Chooses the take of a scene that is to be in the film.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({"take": 1})))]
pub struct ChooseTake {
    /// A take that is there.
    #[schema(minimum = 1)]
    pub take: u32,
}

/// A change of one scene of a film that is there, and is served until the new one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SceneChange {
    /// The scene.
    pub scene: u32,
    /// The take of it that will be in the film.
    pub take: u32,
    /// Whether it uses a place of the month when it is done.
    pub uses_place: bool,
}

/// A scene of a film changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SceneAccepted {
    /// The film.
    pub job_id: JobId,
    /// `processing`; `completed` if the film has this take already.
    pub status: Status,
    /// For people.
    pub message: String,
    /// What changes.
    #[serde(flatten)]
    pub change: SceneChange,
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
        .answers::<SceneAccepted>(202, "It is made")
        .fails(&FILM_REFUSALS),
        Operation::new(
            "scenes-take",
            Put,
            "/api/v1/jobs/{id}/scenes/{index}/take",
            SignedIn,
            "Chooses the take of a scene that is in the film; nothing is paid for",
        )
        .takes::<ChooseTake>()
        .answers::<SceneAccepted>(202, "The film is put together with it, or has it already")
        .fails(&[ErrorCode::Conflict]),
    ]
}

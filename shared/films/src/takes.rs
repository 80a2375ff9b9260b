//! Takes of a film's scenes: another one, or another choice, and all of them as the film's
//! owner reads them (D44).

use contract::{SceneAccepted, SceneChange};
use domain::attempt::Attempt;
use domain::fields::InvalidField;
use domain::job::{Job, Place, Redo, Status};
use domain::storyboard::PlannedScene;
use domain::take::{TakeRequest, next_take, takes_of};
use edge::http::ApiError;
use store::JobRecord;

use crate::job_reader::Posters;
use crate::quote::{Price, Quotes};
use crate::quote_view;

/// The scene of that number of a film that is there and not being changed.
///
/// # Errors
///
/// There is no such film (409) or scene (404).
pub fn scene_of_film(job: &Job, index: u32) -> Result<&PlannedScene, ApiError> {
    if job.redo.is_some() {
        return Err(ApiError::Conflict("A scene of this film is being changed"));
    }
    let storyboard = job.storyboard.as_ref();
    let storyboard = storyboard.filter(|_| job.status == Status::Completed);
    let storyboard = storyboard.ok_or(ApiError::Conflict(
        "Only a film that is made can be changed",
    ))?;
    let scene = storyboard.scene(index);
    scene.ok_or(ApiError::NotFound("Scene"))
}

/// The change by which a scene has another take.
pub fn another_take(record: &JobRecord, scene: &PlannedScene, wanted: TakeRequest) -> Redo {
    let number = next_take(&record.attempts, scene.index);
    Redo {
        scene: wanted.scene(scene, number),
        place: record.job.redo_place(),
    }
}

/// The change by which a take that is there is in the film.
///
/// # Errors
///
/// There is no such take: 400.
pub fn chosen_take(
    record: &JobRecord,
    scene: &PlannedScene,
    number: u32,
) -> Result<Redo, ApiError> {
    let takes = takes_of(&record.attempts, scene.index);
    let take = takes.into_iter().find(|take| take.number == number);
    let unknown = InvalidField::new("take", "a take of this scene that is there");
    let take = take.ok_or(unknown)?;
    let words = take.words.unwrap_or_else(|| scene.words());
    Ok(Redo {
        scene: scene.in_take(number, words),
        place: Place::None,
    })
}

/// What a change is expected to cost at its model.
///
/// # Errors
///
/// The model is not in the registry.
pub fn redo_prices(job: &Job, redo: &Redo, quotes: &Quotes) -> Result<Vec<Price>, ApiError> {
    Ok(match redo.is_new() {
        true => vec![quotes.scene(&job.request, &redo.scene)?],
        false => Vec::new(),
    })
}

/// What the owner of a film is told of a change of it.
pub fn scene_accepted(job: &Job, redo: &Redo, prices: &[Price]) -> SceneAccepted {
    let message = match (job.status, redo.is_new()) {
        (Status::Completed, _) => "The film has this take",
        (_, true) => "The scene is made anew; the film that is there is served meanwhile",
        (_, false) => "The film is put together with this take",
    };
    SceneAccepted {
        job_id: job.job_id,
        status: job.status,
        message: message.to_owned(),
        change: change_view(redo),
        cost: quote_view::cost(prices),
    }
}

/// A change as the film's owner reads it.
pub(crate) fn change_view(redo: &Redo) -> SceneChange {
    SceneChange {
        scene: redo.scene.index,
        take: redo.scene.take,
        uses_place: redo.place == Place::Counted,
    }
}

/// The takes of a scene that are there.
pub(crate) fn take_views(
    job: &Job,
    attempts: &[Attempt],
    index: u32,
    posters: &Posters,
) -> Vec<contract::Take> {
    let storyboard = job.storyboard.as_ref();
    let scene = storyboard.and_then(|storyboard| storyboard.scene(index));
    let takes = takes_of(attempts, index).into_iter();
    let views = takes.map(|take| {
        let (description, camera, seed) = match take.words {
            Some(words) => (Some(words.description), Some(words.camera), words.seed),
            None => (None, None, None),
        };
        contract::Take {
            take: take.number,
            chosen: scene.is_some_and(|scene| scene.take == take.number),
            description,
            camera,
            seed,
            poster_url: posters.get(&(index, take.number)).cloned(),
            made_at: take.made_at,
        }
    });
    views.collect()
}

//! A film's storyboard as its owner reads it and changes it (D44).

use contract::{EditedScene, PlannedStoryboard, StoryboardMusic, StoryboardScene};
use domain::attempt::{Attempt, Target};
use domain::job::Job;
use domain::storyboard::{PlannedScene, Storyboard};
use domain::time::Time;
use edge::http::ApiError;

use crate::job_reader::TakeLinks;
use crate::quote::{Price, Quotes, total};
use crate::takes::take_views;

/// The job's storyboard.
///
/// # Errors
///
/// It is not written yet: 409.
pub fn storyboard_of(job: &Job) -> Result<&Storyboard, ApiError> {
    let storyboard = job.storyboard.as_ref();
    storyboard.ok_or(ApiError::Conflict("There is no storyboard yet"))
}

/// The storyboard of a job that waits for its owner, if it is of that version.
///
/// # Errors
///
/// It does not wait, or was changed meanwhile: 409.
pub fn storyboard_in_review(job: &Job, version: u32, now: Time) -> Result<&Storyboard, ApiError> {
    let storyboard = storyboard_of(job)?;
    if !job.is_in_review(now) {
        return Err(ApiError::Conflict("The storyboard is not in review"));
    }
    if job.storyboard_version != version {
        let text = "The storyboard was changed meanwhile; read it again";
        return Err(ApiError::Conflict(text));
    }
    Ok(storyboard)
}

/// The storyboard, what its parts are expected to cost, and their takes, which the job's
/// attempts tell.
///
/// # Errors
///
/// There is none yet, or a model has no price.
pub fn storyboard_view(
    job: &Job,
    attempts: &[Attempt],
    quotes: &Quotes,
    now: Time,
) -> Result<contract::Storyboard, ApiError> {
    let storyboard = storyboard_of(job)?;
    let prices = quotes.film_by(&job.request, storyboard)?;
    let editable = job.is_in_review(now);
    let mut scenes = priced_scenes(storyboard, &prices);
    let takes = |target| take_views(job, attempts, target, &TakeLinks::default());
    for scene in &mut scenes {
        scene.takes = takes(Target::Scene(scene.index));
    }
    Ok(contract::Storyboard {
        version: job.storyboard_version,
        author: storyboard.author,
        editable,
        review_until: job.review_until.filter(|_| editable),
        seconds: domain::film::seconds(storyboard.total_frames()),
        scenes,
        music: StoryboardMusic {
            description: storyboard.music.description.clone(),
            price_nano_usd: price_of(&prices, Target::Soundtrack),
            takes: takes(Target::Soundtrack),
        },
        price_nano_usd: total(&prices),
        planned: job.planned_storyboard.as_ref().map(planned_view),
    })
}

/// The scenes of a storyboard, each with its price.
pub fn priced_scenes(storyboard: &Storyboard, prices: &[Price]) -> Vec<StoryboardScene> {
    let scenes = storyboard.scenes.iter().map(|scene| StoryboardScene {
        index: scene.index,
        title: scene.title.clone(),
        description: scene.description.clone(),
        camera: scene.camera.clone(),
        seconds: scene.timing.seconds(),
        transition: scene.transition,
        price_nano_usd: price_of(prices, Target::Scene(scene.index)),
        takes: Vec::new(),
    });
    scenes.collect()
}

fn planned_view(storyboard: &Storyboard) -> PlannedStoryboard {
    PlannedStoryboard {
        author: storyboard.author,
        scenes: storyboard.scenes.iter().map(scene_view).collect(),
        music: storyboard.music.description.clone(),
    }
}

fn scene_view(scene: &PlannedScene) -> EditedScene {
    EditedScene {
        title: scene.title.clone(),
        description: scene.description.clone(),
        camera: scene.camera.clone(),
        seconds: scene.timing.seconds(),
        transition: scene.transition,
    }
}

fn price_of(prices: &[Price], target: Target) -> u64 {
    let price = prices.iter().find(|price| price.target == target);
    price.map_or(0, |price| price.nano_usd)
}

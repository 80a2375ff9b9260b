//! A film as its owner reads it.

use std::collections::HashMap;

use contract::Job as JobView;
use domain::attempt::{Attempt, AttemptState, Target};
use domain::job::{Job, Scene, Status};
use store::JobRecord;

use crate::clock::FilmTimes;
use crate::job_reader::TakeLinks;
use crate::takes::{change_view, take_views};

/// A film in a list.
pub fn summary(job: &Job, thumbnail_url: Option<String>) -> JobView {
    let request = &job.request;
    JobView {
        job_id: job.job_id,
        status: job.status,
        stage: job.stage,
        progress: job.progress(),
        prompt: request.prompt.clone(),
        category: request.category,
        scene_count: request.scenes,
        duration_seconds: request.duration_seconds,
        aspect_ratio: request.aspect_ratio,
        transition: request.transition,
        audio: request.audio,
        seed: request.seed,
        review_until: job
            .review_until
            .filter(|_| job.status == Status::AwaitingReview),
        created_at: job.created_at,
        updated_at: job.updated_at,
        started_at: job.started_at,
        planned_at: job.planned_at,
        composing_at: job.composing_at,
        completed_at: job.completed_at,
        soundtrack: job.soundtrack,
        degraded: job.degraded.clone(),
        change: job.redo.as_ref().map(change_view),
        error: job.error.clone(),
        thumbnail_url,
        scenes: None,
        soundtrack_takes: None,
        storyboard_by: None,
        waiting_before: None,
        time_left: None,
        ledger: None,
    }
}

/// A film by itself, with its scenes and what each step cost.
pub fn detail(
    record: &JobRecord,
    thumbnail_url: Option<String>,
    links: &TakeLinks,
    times: &FilmTimes,
    waiting_before: &HashMap<Target, u32>,
) -> JobView {
    let storyboard = record.job.storyboard.as_ref();
    let scenes = record.scenes.iter();
    let scenes = scenes.map(|scene| scene_view(record, scene, links, times, waiting_before));
    let target = Target::Soundtrack;
    let soundtrack_takes = take_views(&record.job, &record.attempts, target, links);
    JobView {
        scenes: Some(scenes.collect()),
        soundtrack_takes: Some(soundtrack_takes),
        storyboard_by: storyboard.map(|storyboard| storyboard.author),
        waiting_before: waiting_before.values().min().copied(),
        time_left: times.film,
        ledger: Some(record.ledger.clone()),
        ..summary(&record.job, thumbnail_url)
    }
}

fn scene_view(
    record: &JobRecord,
    scene: &Scene,
    links: &TakeLinks,
    times: &FilmTimes,
    waiting_before: &HashMap<Target, u32>,
) -> contract::Scene {
    let storyboard = record.job.storyboard.as_ref();
    let planned = storyboard.and_then(|storyboard| storyboard.scene(scene.index));
    let target = Target::Scene(scene.index);
    let was_begun =
        |attempt: &&Attempt| attempt.target == target && attempt.state != AttemptState::Void;
    let attempts = record.attempts.iter().filter(was_begun).count();
    contract::Scene {
        index: scene.index,
        title: scene.title.clone(),
        status: scene.status_in(&record.job, &record.attempts),
        updated_at: scene.updated_at,
        description: planned.map(|planned| planned.description.clone()),
        seconds: planned.map(|planned| planned.timing.seconds()),
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        poster_url: planned.and_then(|planned| links.poster(scene.index, planned.take)),
        takes: take_views(&record.job, &record.attempts, target, links),
        waiting_before: waiting_before.get(&target).copied(),
        time_left: times.parts.get(&target).copied(),
    }
}

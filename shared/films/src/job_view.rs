//! A job as its owner reads it: flat and lower-case (D4).

use domain::attempt::AttemptState;
use domain::failure::JobError;
use domain::job::{Job, JobId, Scene, SceneStatus, Soundtrack, Stage, Status};
use domain::prices::LedgerEntry;
use domain::request::CreateJob;
use domain::storyboard::Author;
use domain::time::Time;
use serde::Serialize;
use store::JobRecord;

/// What lists and details share.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    job_id: JobId,
    status: Status,
    stage: Stage,
    progress: u32,
    #[serde(flatten)]
    request: CreateJobView,
    created_at: Time,
    updated_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    planned_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    composing_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<Time>,
    soundtrack: Soundtrack,
    #[serde(skip_serializing_if = "Option::is_none")]
    degraded: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<JobError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scenes: Option<Vec<SceneView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    storyboard_by: Option<Author>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<Vec<LedgerEntry>>,
}

/// What was asked for; `scenes` is told as a list in the details.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateJobView {
    prompt: String,
    category: domain::request::Category,
    scene_count: u32,
    duration_seconds: u32,
    aspect_ratio: domain::film::AspectRatio,
    transition: domain::film::Transition,
    audio: domain::request::Audio,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u32>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SceneView {
    index: u32,
    title: String,
    status: SceneStatus,
    updated_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    attempts: usize,
}

impl JobView {
    /// A job in a list.
    pub fn summary(job: &Job, thumbnail_url: Option<String>) -> Self {
        Self {
            job_id: job.job_id,
            status: job.status,
            stage: job.stage,
            progress: job.progress(),
            request: request_view(&job.request),
            created_at: job.created_at,
            updated_at: job.updated_at,
            started_at: job.started_at,
            planned_at: job.planned_at,
            composing_at: job.composing_at,
            completed_at: job.completed_at,
            soundtrack: job.soundtrack,
            degraded: job.degraded.clone(),
            error: job.error.clone(),
            thumbnail_url,
            scenes: None,
            storyboard_by: None,
            ledger: None,
        }
    }

    /// A job by itself, with its scenes and what each step cost.
    pub fn detail(record: &JobRecord, thumbnail_url: Option<String>) -> Self {
        let storyboard = record.job.storyboard.as_ref();
        Self {
            scenes: Some(
                record
                    .scenes
                    .iter()
                    .map(|scene| scene_view(record, scene))
                    .collect(),
            ),
            storyboard_by: storyboard.map(|storyboard| storyboard.author),
            ledger: Some(record.ledger.clone()),
            ..Self::summary(&record.job, thumbnail_url)
        }
    }
}

fn request_view(request: &CreateJob) -> CreateJobView {
    CreateJobView {
        prompt: request.prompt.clone(),
        category: request.category,
        scene_count: request.scenes,
        duration_seconds: request.duration_seconds,
        aspect_ratio: request.aspect_ratio,
        transition: request.transition,
        audio: request.audio,
        seed: request.seed,
    }
}

fn scene_view(record: &JobRecord, scene: &Scene) -> SceneView {
    let planned = record
        .job
        .storyboard
        .as_ref()
        .and_then(|storyboard| storyboard.scene(scene.index));
    let target = domain::attempt::Target::Scene(scene.index);
    let made = |attempt: &&domain::attempt::Attempt| {
        attempt.target == target && attempt.state != AttemptState::Void
    };
    SceneView {
        index: scene.index,
        title: scene.title.clone(),
        status: scene.status,
        updated_at: scene.updated_at,
        description: planned.map(|planned| planned.description.clone()),
        seconds: planned.map(|planned| planned.timing.seconds()),
        attempts: record.attempts.iter().filter(made).count(),
    }
}

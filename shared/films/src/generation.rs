//! What asking the provider and completing its predictions share.

use std::sync::Arc;
use std::time::Duration;

use config::Bootstrap;
use domain::attempt::{Attempt, Target};
use domain::failure::{Failure, StepError};
use domain::job::{Job, JobRun};
use domain::storyboard::{Part, Storyboard};
use domain::time::Clock;
use media::Ffmpeg;
use store::{JobRecord, JobsTable, Objects, SpendingTable, Workflow};

use crate::cancel::Canceller;
use crate::inspector::Inspector;
use crate::provider::Provider;

/// Where a webhook, or a retry of a step, brings an output: their functions have
/// two minutes. What takes longer is left to the reconciler.
pub const OUTPUT_BUDGET: Duration = Duration::from_secs(90);

/// Scenes and music, from the model request to the file in the bucket.
#[derive(Debug)]
pub struct Generation {
    pub(crate) jobs: JobsTable,
    pub(crate) spending: SpendingTable,
    pub(crate) objects: Objects,
    pub(crate) workflow: Workflow,
    /// The provider.
    pub provider: Arc<Provider>,
    pub(crate) inspector: Inspector,
    /// The longest time for fetching, inspecting and storing one output: less than
    /// the function has that does it.
    pub(crate) output_budget: Duration,
    /// The clock.
    pub clock: Clock,
}

impl Generation {
    /// Wires the step up.
    ///
    /// # Errors
    ///
    /// The model registry or the provider's HTTP client cannot be made.
    pub fn connect(bootstrap: &mut Bootstrap) -> Result<Self, StepError> {
        Ok(Self {
            jobs: JobsTable::connect(bootstrap),
            spending: SpendingTable::connect(bootstrap),
            objects: Objects::connect_for_files(bootstrap),
            workflow: Workflow::connect(bootstrap),
            provider: Arc::new(Provider::connect(bootstrap)?),
            inspector: Inspector::Ffmpeg(Ffmpeg::locate(bootstrap.environment().ffmpeg_path())),
            output_budget: OUTPUT_BUDGET,
            clock: bootstrap.clock(),
        })
    }

    pub(crate) fn canceller(&self) -> Canceller<'_> {
        Canceller {
            jobs: &self.jobs,
            provider: &self.provider,
            clock: &self.clock,
        }
    }

    /// Everything about a job that an execution may work on.
    pub(crate) async fn running_record(&self, run: JobRun) -> Result<JobRecord, StepError> {
        let record = self.jobs.load(run.job_id).await?;
        match record {
            Some(record) if record.job.is_worked_on_by(run) => Ok(record),
            _ => Err(Failure::JobClosed.into()),
        }
    }
}

/// What the job's execution makes a film of.
pub(crate) fn storyboard_in_work(job: &Job) -> Result<Storyboard, StepError> {
    let storyboard = job.storyboard_in_work();
    storyboard.ok_or_else(|| StepError::new(Failure::Internal, "the job has no storyboard"))
}

/// A part of it.
pub(crate) fn part_in_work(job: &Job, target: Target) -> Result<Part, StepError> {
    let part = storyboard_in_work(job)?.part(target);
    part.ok_or_else(|| StepError::new(Failure::Internal, format!("{target} is no part of it")))
}

/// The attempts made for one target.
pub(crate) fn attempts_for(record: &JobRecord, target: Target) -> Vec<Attempt> {
    record
        .attempts
        .iter()
        .filter(|attempt| attempt.target == target)
        .cloned()
        .collect()
}

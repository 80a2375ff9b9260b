//! What asking the provider and completing its predictions share.

use std::path::PathBuf;

use aws_config::SdkConfig;
use config::Environment;
use domain::attempt::{Attempt, Target};
use domain::failure::{Failure, StepError};
use domain::job::JobId;
use domain::time::Time;
use media::Ffmpeg;
use store::{DynamoDb, JobRecord, JobsTable, Objects, S3, StepFunctions, Workflow};

use crate::provider::Provider;

/// Scenes and music, from the question to the file in the bucket.
#[derive(Debug)]
pub struct Generation {
    pub(crate) jobs: JobsTable,
    pub(crate) objects: Objects,
    pub(crate) workflow: Workflow,
    /// The provider.
    pub provider: Provider,
    pub(crate) ffmpeg: Ffmpeg,
    pub(crate) now: fn() -> Time,
}

impl Generation {
    /// Wires the step up. `files` is the SDK's configuration for calls that move files.
    pub fn connect(
        environment: &mut Environment,
        sdk: &SdkConfig,
        files: &SdkConfig,
    ) -> Result<Self, StepError> {
        let tables = environment.tables();
        Ok(Self {
            jobs: JobsTable::new(DynamoDb::new(sdk), tables.jobs),
            objects: Objects::new(S3::new(files), environment.required("ASSETS_BUCKET")),
            workflow: Workflow::new(
                StepFunctions::new(sdk),
                environment.required("STEP_FUNCTIONS_ARN"),
            ),
            provider: Provider::connect(environment, sdk)?,
            ffmpeg: Ffmpeg::locate(environment.optional("FFMPEG_PATH").map(PathBuf::from)),
            now: config::clock::now,
        })
    }

    /// Everything about a job that is still running.
    pub(crate) async fn open_record(&self, job: JobId) -> Result<JobRecord, StepError> {
        let record = self.jobs.load(job).await?;
        match record {
            Some(record) if !record.job.status.is_final() => Ok(record),
            _ => Err(Failure::JobClosed.into()),
        }
    }
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

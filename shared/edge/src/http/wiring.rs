//! What routes are made of, read from the environment piece by piece.

use std::path::PathBuf;

use aws_config::SdkConfig;
use config::{Environment, RequestPath};
use lambda_http::Error;
use store::{
    DynamoDb, JobsTable, Objects, Queue, S3, Sqs, StatsTable, TranscodesTable, UsageTable,
    VideosTable,
};

use super::layers::Gate;

/// Makes the parts that a route asks for. What is wrong with the environment is
/// told at the end, all at once, by [`Wiring::gate`].
pub struct Wiring {
    environment: Environment,
    sdk: SdkConfig,
    dynamo: DynamoDb,
}

impl std::fmt::Debug for Wiring {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Wiring")
    }
}

impl Wiring {
    /// Begins with the process's environment.
    pub async fn begin() -> Self {
        let sdk = config::aws::load().await;
        Self {
            environment: Environment::of_process(),
            dynamo: DynamoDb::new(&sdk),
            sdk,
        }
    }

    /// `TRANSCODE_TABLE`.
    pub fn transcodes(&mut self) -> TranscodesTable {
        let table = self.environment.required("TRANSCODE_TABLE");
        TranscodesTable::new(self.dynamo.clone(), table)
    }

    /// `STATS_TABLE`.
    pub fn stats(&mut self) -> StatsTable {
        let table = self.environment.required("STATS_TABLE");
        StatsTable::new(self.dynamo.clone(), table)
    }

    /// `VIDEO_TABLE`.
    pub fn videos(&mut self) -> VideosTable {
        let table = self.environment.required("VIDEO_TABLE");
        VideosTable::new(self.dynamo.clone(), table)
    }

    /// `JOB_TABLE`.
    pub fn jobs(&mut self) -> JobsTable {
        let table = self.environment.required("JOB_TABLE");
        JobsTable::new(self.dynamo.clone(), table)
    }

    /// `ASSETS_BUCKET`.
    pub fn objects(&mut self) -> Objects {
        let bucket = self.environment.required("ASSETS_BUCKET");
        Objects::new(S3::new(&self.sdk), bucket)
    }

    /// `TRANSCODE_QUEUE_URL`.
    pub fn queue(&mut self) -> Queue {
        let url = self.environment.required("TRANSCODE_QUEUE_URL");
        Queue::new(Sqs::new(&self.sdk), url)
    }

    /// `PUBLIC_API_URL`: where clients reach the API, if not at the gateway's own
    /// address.
    pub fn public_url(&mut self) -> Option<String> {
        self.environment.optional("PUBLIC_API_URL")
    }

    /// `FFMPEG_PATH`, where one is configured.
    pub fn ffmpeg_path(&mut self) -> Option<PathBuf> {
        self.environment.optional("FFMPEG_PATH").map(PathBuf::from)
    }

    /// The gate before the route. Fails if anything was missing or malformed,
    /// whatever it was asked for before.
    pub fn gate(mut self) -> Result<Gate, Error> {
        let table = self.environment.required("USAGE_TABLE");
        let path: RequestPath = self.environment.request_path();
        self.environment.finish()?;
        Ok(Gate::new(&path, UsageTable::new(self.dynamo, table)))
    }
}

//! What the routes that read jobs stand on.

use config::Environment;
use domain::job::{Job, Status};
use edge::http::{ApiError, Error, Gate};
use store::{DynamoDb, JobsTable, LINK_LIFE, Objects, S3, UsageTable};

/// The jobs, and the bucket their films lie in.
#[derive(Debug, Clone)]
pub struct JobReader {
    /// The jobs.
    pub jobs: JobsTable,
    /// The films and pictures.
    pub objects: Objects,
}

impl JobReader {
    /// Wires such a route up from the environment, its gate included.
    pub async fn connect() -> Result<(Gate, Self), Error> {
        let mut environment = Environment::of_process();
        let tables = environment.tables();
        let path = environment.request_path();
        let bucket = environment.required("ASSETS_BUCKET");
        environment.finish()?;
        let sdk = config::aws::load().await;
        let dynamo = DynamoDb::new(&sdk);
        let reader = Self {
            jobs: JobsTable::new(dynamo.clone(), tables.jobs),
            objects: Objects::new(S3::new(&sdk), bucket),
        };
        Ok((
            Gate::new(&path, UsageTable::new(dynamo, tables.usage)),
            reader,
        ))
    }

    /// A signed link to the picture of a finished film; other jobs have none.
    pub async fn thumbnail_url(&self, job: &Job) -> Result<Option<String>, ApiError> {
        let key = match &job.thumbnail_key {
            Some(key) if job.status == Status::Completed => key,
            _ => return Ok(None),
        };
        let url = self
            .objects
            .presign(key, LINK_LIFE, "image/jpeg", None)
            .await?;
        Ok(Some(url))
    }
}

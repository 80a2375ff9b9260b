//! What the routes that read jobs stand on.

use config::Bootstrap;
use domain::job::Job;
use edge::http::ApiError;
use store::{JobsTable, LINK_LIFE, Objects};

/// The jobs, and the bucket their films lie in.
#[derive(Debug, Clone)]
pub struct JobReader {
    /// The jobs.
    pub jobs: JobsTable,
    /// The films and pictures.
    pub objects: Objects,
}

impl JobReader {
    /// Wires the reading of jobs up.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            jobs: JobsTable::connect(bootstrap),
            objects: Objects::connect(bootstrap),
        }
    }

    /// A signed link to the picture of a film that is there; other jobs have none.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub async fn thumbnail_url(&self, job: &Job) -> Result<Option<String>, ApiError> {
        let Some(key) = job.picture() else {
            return Ok(None);
        };
        let url = self
            .objects
            .presign(key, LINK_LIFE, "image/jpeg", None)
            .await?;
        Ok(Some(url))
    }
}

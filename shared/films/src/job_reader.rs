//! What the routes that read jobs stand on.

use std::collections::HashMap;

use config::Bootstrap;
use domain::job::Job;
use domain::keys;
use edge::http::ApiError;
use store::{JobRecord, JobsTable, Links};

/// Signed links to still pictures, by scenes and takes.
pub(crate) type Posters = HashMap<(u32, u32), String>;

/// The jobs, and links to their films.
#[derive(Debug, Clone)]
pub struct JobReader {
    /// The jobs.
    pub jobs: JobsTable,
    /// What their owners read films and pictures by.
    pub links: Links,
}

impl JobReader {
    /// Wires the reading of jobs up.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            jobs: JobsTable::connect(bootstrap),
            links: Links::connect(bootstrap),
        }
    }

    /// Signed links to the pictures of all takes that have one.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub async fn posters(&self, record: &JobRecord) -> Result<Posters, ApiError> {
        let mut posters = Posters::new();
        for scene in &record.scenes {
            for take in &scene.previews {
                let key = keys::poster(record.job.job_id, scene.index, *take);
                let url = self.links.link_as(&key, "image/jpeg", None);
                posters.insert((scene.index, *take), url.await?);
            }
        }
        Ok(posters)
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
        Ok(Some(self.links.link_as(key, "image/jpeg", None).await?))
    }
}

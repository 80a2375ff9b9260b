//! What the routes that read jobs stand on.

use std::collections::HashMap;

use config::Bootstrap;
use domain::attempt::Target;
use domain::job::Job;
use domain::keys;
use domain::take::takes_of;
use edge::http::ApiError;
use store::{JobRecord, JobsTable, Links};

/// Signed links to still pictures, by scenes and takes.
type Posters = HashMap<(u32, u32), String>;

/// Signed links to the takes of the music, by their numbers.
type Soundtracks = HashMap<u32, String>;

/// Signed links to what can be seen and heard of a film's takes.
#[derive(Debug, Default)]
pub struct TakeLinks {
    pub(crate) posters: Posters,
    pub(crate) soundtracks: Soundtracks,
}

impl TakeLinks {
    /// The still of a take of a scene.
    pub(crate) fn poster(&self, scene: u32, take: u32) -> Option<String> {
        self.posters.get(&(scene, take)).cloned()
    }

    /// A take of the music.
    pub(crate) fn soundtrack(&self, take: u32) -> Option<String> {
        self.soundtracks.get(&take).cloned()
    }
}

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

    /// Signed links to what can be seen and heard of all takes.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub async fn take_links(&self, record: &JobRecord) -> Result<TakeLinks, ApiError> {
        Ok(TakeLinks {
            posters: self.posters(record).await?,
            soundtracks: self.soundtracks(record).await?,
        })
    }

    /// As they were stored: their codec is the model's choice.
    async fn soundtracks(&self, record: &JobRecord) -> Result<Soundtracks, ApiError> {
        let mut soundtracks = Soundtracks::new();
        for take in takes_of(&record.attempts, Target::Soundtrack) {
            let key = keys::soundtrack(record.job.job_id, take.number);
            let url = self.links.link(&key);
            soundtracks.insert(take.number, url.await?);
        }
        Ok(soundtracks)
    }

    /// Signed links to the pictures of all takes that have one.
    async fn posters(&self, record: &JobRecord) -> Result<Posters, ApiError> {
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

//! The files of prepared scenes: what is kept of them in the bucket, and how long.

use std::path::Path;
use std::time::Duration;

use domain::failure::StepError;
use domain::job::{Job, JobId};
use domain::keys;
use domain::storyboard::{PlannedScene, Storyboard};
use media::{SceneFiles, SceneSpec, Session};
use store::StoreError;

use super::FilmRenderer;
use crate::errors::{disk_error, media_error};

/// How long a film that is there waits for what is tidied up behind it.
const PATIENCE: Duration = Duration::from_secs(10);

impl FilmRenderer {
    /// Keeps a prepared scene. Its body comes last: where that is, all of it is.
    pub(super) async fn store_scene(
        &self,
        id: JobId,
        scene: &PlannedScene,
        files: &SceneFiles,
    ) -> Result<(), StepError> {
        if scene.timing.borders() > 0 {
            let borders = keys::scene_borders(id, scene.index, scene.take);
            self.objects
                .upload(&borders, &files.borders, "video/quicktime")
                .await?;
        }
        let body = keys::prepared_scene(id, scene.index, scene.take);
        Ok(self.objects.upload(&body, &files.body, "video/mp4").await?)
    }

    /// What the film is composed of; `needs_borders` says of each scene whether a transition
    /// is made of it.
    pub(super) async fn fetch_scenes(
        &self,
        job: &Job,
        storyboard: &Storyboard,
        needs_borders: &[bool],
        session: &Session,
        directory: &Path,
    ) -> Result<Vec<SceneFiles>, StepError> {
        let mut scenes = Vec::new();
        for (scene, needs_borders) in storyboard.scenes.iter().zip(needs_borders) {
            let files = SceneFiles::in_directory(directory, scene.index);
            self.fetch_scene(job, scene, *needs_borders, session, &files)
                .await?;
            scenes.push(files);
        }
        Ok(scenes)
    }

    /// What is not there is made of the clip again: the borders of a film that is changed, and
    /// all of a scene that was prepared otherwise once.
    async fn fetch_scene(
        &self,
        job: &Job,
        scene: &PlannedScene,
        needs_borders: bool,
        session: &Session,
        files: &SceneFiles,
    ) -> Result<(), StepError> {
        let (id, index, take) = (job.job_id, scene.index, scene.take);
        let has_body = self
            .fetch(&keys::prepared_scene(id, index, take), &files.body)
            .await?;
        if has_body && !needs_borders {
            return Ok(());
        }
        let borders = keys::scene_borders(id, index, take);
        if has_body && self.fetch(&borders, &files.borders).await? {
            return Ok(());
        }
        let clip = files.body.with_extension("clip");
        self.objects
            .download(&keys::scene(id, index, take), &clip)
            .await?;
        let spec = scene_spec(job, scene);
        let made = if has_body {
            media::prepare_borders(session, &clip, &spec, &files.borders).await
        } else {
            let prepared = media::prepare_scene(session, &clip, &spec, None, files, |_| {}).await;
            prepared.map(drop)
        };
        // The disk holds the borders of all scenes; not their clips as well.
        std::fs::remove_file(&clip).map_err(disk_error)?;
        made.map_err(media_error)
    }

    /// Downloads an object, if it is there.
    async fn fetch(&self, key: &str, file: &Path) -> Result<bool, StepError> {
        let fetched = self.objects.download(key, file).await;
        if matches!(fetched, Err(StoreError::NotFound { .. })) {
            return Ok(false);
        }
        Ok(fetched.map(|()| true)?)
    }

    /// Removes the borders of a film that is there: they have many times the bytes of all else.
    /// What is left behind goes by the janitor.
    pub(super) async fn drop_borders(&self, id: JobId, storyboard: &Storyboard) {
        let dropping = self.delete_borders(id, storyboard);
        if tokio::time::timeout(PATIENCE, dropping).await.is_err() {
            tracing::warn!(job = %id, "borders are left");
        }
    }

    async fn delete_borders(&self, id: JobId, storyboard: &Storyboard) {
        let scenes = storyboard.scenes.iter();
        for scene in scenes.filter(|scene| scene.timing.borders() > 0) {
            let key = keys::scene_borders(id, scene.index, scene.take);
            if let Err(error) = self.objects.delete(&key).await {
                tracing::warn!(job = %id, scene = scene.index, error = %error, "borders are left");
            }
        }
    }
}

/// What a scene of the job is prepared as.
pub(super) fn scene_spec(job: &Job, scene: &PlannedScene) -> SceneSpec {
    SceneSpec {
        size: job.request.aspect_ratio.size(),
        timing: scene.timing,
        preset: job.preset,
    }
}

//! What is seen of a scene while its film is made (D44).

use std::path::Path;

use domain::failure::StepError;
use domain::job::JobId;
use domain::keys;
use domain::storyboard::{PlannedScene, Storyboard};
use media::Session;
use media::preview::scene_preview;

use super::FilmRenderer;
use crate::errors::{disk_error, media_error};

impl FilmRenderer {
    /// Shows a take that was prepared just now. The film is made without that too.
    pub(super) async fn show_take(
        &self,
        id: JobId,
        storyboard: &Storyboard,
        scene: &PlannedScene,
        prepared: &Path,
        session: &Session,
    ) {
        let shown = self.store_preview(id, storyboard, scene, prepared, session);
        if let Err(error) = shown.await {
            let cause = error.cause.as_ref();
            let cause = cause.map(ToString::to_string).unwrap_or_default();
            tracing::warn!(job = %id, scene = scene.index, cause, "a scene has no preview");
        }
    }

    async fn store_preview(
        &self,
        id: JobId,
        storyboard: &Storyboard,
        scene: &PlannedScene,
        prepared: &Path,
        session: &Session,
    ) -> Result<(), StepError> {
        let (index, take) = (scene.index, scene.take);
        let directory = media::scratch::directory().map_err(disk_error)?;
        let first_frame = storyboard.preview_start(index);
        let made = scene_preview(session, prepared, first_frame, directory.path())
            .await
            .map_err(media_error)?;
        for (key, file, kind) in [
            (keys::poster(id, index, take), &made.poster, "image/jpeg"),
            (keys::preview_head(id, index, take), &made.head, "video/mp4"),
            (
                keys::preview_segment(id, index, take),
                &made.segment,
                "video/mp4",
            ),
        ] {
            self.objects.upload(&key, file, kind).await?;
        }
        let row = self.jobs.scene(id, index).await?;
        let mut takes = row.map(|scene| scene.previews).unwrap_or_default();
        if !takes.contains(&take) {
            takes.push(take);
            self.jobs.set_previews(id, index, &takes).await?;
        }
        Ok(())
    }
}

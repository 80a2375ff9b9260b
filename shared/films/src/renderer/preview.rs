//! What is seen of a scene while its film is made (D44).

use domain::failure::StepError;
use domain::job::JobId;
use domain::keys;
use domain::storyboard::PlannedScene;
use media::Session;
use media::preview::{ScenePart, scene_preview};

use super::FilmRenderer;
use crate::errors::media_error;

impl FilmRenderer {
    /// Shows a take that was prepared just now. The film is made without that too.
    pub(super) async fn show_take(
        &self,
        id: JobId,
        scene: &PlannedScene,
        part: &ScenePart<'_>,
        session: &Session,
    ) {
        let shown = self.store_preview(id, scene, part, session);
        if let Err(error) = shown.await {
            let cause = error.cause.as_ref();
            let cause = cause.map(ToString::to_string).unwrap_or_default();
            tracing::warn!(job = %id, scene = scene.index, cause, "a scene has no preview");
        }
    }

    async fn store_preview(
        &self,
        id: JobId,
        scene: &PlannedScene,
        part: &ScenePart<'_>,
        session: &Session,
    ) -> Result<(), StepError> {
        let (index, take) = (scene.index, scene.take);
        let made = scene_preview(session, part, scene.timing.frames)
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

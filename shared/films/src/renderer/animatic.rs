//! A storyboard as a small film, before anything is paid for (D44).

use std::time::Instant;

use domain::failure::StepError;
use domain::job::Job;
use domain::keys;
use domain::storyboard::{PlannedScene, Storyboard};
use media::{Card, Session};

use super::{FilmRenderer, film_plan};
use crate::errors::{disk_error, media_error};

impl FilmRenderer {
    /// Renders the storyboard of a job, unless it is there in this version; its key.
    ///
    /// # Errors
    ///
    /// [`StepError`]: what failed, or that `deadline` came first.
    pub async fn animatic(
        &self,
        job: &Job,
        storyboard: &Storyboard,
        deadline: Instant,
    ) -> Result<String, StepError> {
        let key = keys::animatic(job.job_id, job.storyboard_version);
        if self.objects.exists(&key).await? {
            return Ok(key);
        }
        let directory = media::scratch::directory().map_err(disk_error)?;
        let beats = job
            .request
            .audio
            .wants_music()
            .then(|| storyboard.music.tempo());
        let session = Session::new(&self.ffmpeg, deadline);
        let (plan, cards) = (film_plan(job, storyboard), cards(storyboard));
        let film = media::animatic(&session, &plan, &cards, beats, directory.path())
            .await
            .map_err(media_error)?;
        self.objects.upload(&key, &film, "video/mp4").await?;
        Ok(key)
    }
}

fn cards(storyboard: &Storyboard) -> Vec<Card> {
    let count = storyboard.scenes.len();
    let card = |scene: &PlannedScene| Card {
        heading: format!(
            "Scene {} of {count} \u{b7} {:.1} s",
            scene.index,
            scene.timing.seconds()
        ),
        title: scene.title.clone(),
        description: scene.description.clone(),
        camera: scene.camera.clone(),
    };
    storyboard.scenes.iter().map(card).collect()
}

#[cfg(test)]
mod tests {
    use domain::request::CreateJob;

    use super::*;

    #[test]
    fn each_scene_has_its_card() {
        let storyboard = Storyboard::by_rules(&CreateJob {
            scenes: 3,
            ..CreateJob::sample()
        });
        let cards = cards(&storyboard);
        assert_eq!(cards.len(), 3);
        assert!(cards[1].heading.starts_with("Scene 2 of 3 \u{b7} "));
        assert_eq!(cards[1].title, storyboard.scenes[1].title);
    }
}

//! The playlist of the scenes that are there, which grows while the film is made (D44).

use domain::job::Job;
use domain::keys;
use domain::playlist::{self, Part};
use domain::storyboard::PlannedScene;
use edge::http::ApiError;
use store::{JobRecord, LINK_LIFE};

use crate::job_reader::JobReader;

const MEDIA_TYPE: &str = "video/mp4";

impl JobReader {
    /// The playlist, its media behind signed links. It ends once every scene is in it, or
    /// no more will come.
    ///
    /// # Errors
    ///
    /// [`ApiError::VideoNotReady`] before the first scene is there.
    pub async fn preview(&self, record: &JobRecord) -> Result<String, ApiError> {
        let job = &record.job;
        let scenes = shown(record);
        if scenes.is_empty() {
            return Err(ApiError::VideoNotReady);
        }
        let mut parts = Vec::new();
        for scene in &scenes {
            parts.push(self.preview_part(job, scene).await?);
        }
        let all = job.storyboard.iter().flat_map(|plan| &plan.scenes);
        let lengths = all.map(|scene| scene.timing.seconds());
        let longest = lengths.clone().fold(0.0, f64::max);
        let is_whole = scenes.len() == lengths.count() || job.status.is_final();
        Ok(playlist::growing(&parts, longest, is_whole))
    }

    async fn preview_part(&self, job: &Job, scene: &PlannedScene) -> Result<Part, ApiError> {
        let (id, index, take) = (job.job_id, scene.index, scene.take);
        let [head, segment] = [
            keys::preview_head(id, index, take),
            keys::preview_segment(id, index, take),
        ];
        let link = async |key: &str| {
            let url = self.objects.presign(key, LINK_LIFE, MEDIA_TYPE, None);
            url.await
        };
        Ok(Part {
            head: link(&head).await?,
            segment: link(&segment).await?,
            seconds: scene.timing.seconds(),
        })
    }
}

/// The scenes from the first one on that can be seen, in the takes that are in the film.
fn shown(record: &JobRecord) -> Vec<&PlannedScene> {
    let planned = record.job.storyboard.iter().flat_map(|plan| &plan.scenes);
    let is_shown = |planned: &&PlannedScene| {
        let rows = record.scenes.iter();
        let mut rows = rows.filter(|scene| scene.index == planned.index);
        rows.any(|scene| scene.previews.contains(&planned.take))
    };
    planned.take_while(is_shown).collect()
}

#[cfg(test)]
mod tests {
    use domain::job::{Scene, SceneStatus, Status};
    use domain::request::CreateJob;
    use domain::storyboard::Storyboard;
    use store::testing::{Bucket, Tables, job, now};
    use store::{JobsTable, Objects};

    use super::*;

    fn reader() -> JobReader {
        JobReader {
            jobs: JobsTable::new(Tables::default().client(), "jobs"),
            objects: Objects::new(Bucket::default().client(), "bucket"),
        }
    }

    /// A film of three scenes, and for each the takes that can be seen.
    fn record(previews: [&[u32]; 3]) -> JobRecord {
        let mut job = job(1, "user");
        job.status = Status::Processing;
        job.storyboard = Some(Storyboard::by_rules(&CreateJob {
            scenes: 3,
            ..CreateJob::sample()
        }));
        let scenes = (1..).zip(previews).map(|(index, takes)| Scene {
            index,
            title: String::new(),
            status: SceneStatus::Complete,
            updated_at: now(),
            previews: takes.to_vec(),
        });
        JobRecord {
            job,
            scenes: scenes.collect(),
            attempts: Vec::new(),
            ledger: Vec::new(),
        }
    }

    async fn parts(record: &JobRecord) -> (usize, bool) {
        let text = reader().preview(record).await.unwrap();
        let parts = text.matches("#EXTINF").count();
        assert_eq!(text.matches("#EXT-X-MAP").count(), parts);
        (parts, text.ends_with("#EXT-X-ENDLIST\n"))
    }

    #[tokio::test]
    async fn scenes_are_shown_in_order_and_none_is_left_out() {
        assert_eq!(parts(&record([&[1], &[], &[1]])).await, (1, false));
        assert_eq!(parts(&record([&[1], &[1], &[]])).await, (2, false));
        assert_eq!(parts(&record([&[1], &[1], &[1]])).await, (3, true));
        let nothing = reader().preview(&record([&[], &[1], &[1]])).await;
        assert!(matches!(nothing, Err(ApiError::VideoNotReady)));
    }

    #[tokio::test]
    async fn the_playlist_of_a_film_that_ended_early_ends() {
        let mut record = record([&[1], &[], &[]]);
        record.job.status = Status::Cancelled;
        assert_eq!(parts(&record).await, (1, true));
    }

    #[tokio::test]
    async fn the_take_that_is_in_the_film_is_shown() {
        let mut record = record([&[1, 2], &[1], &[1]]);
        if let Some(plan) = &mut record.job.storyboard {
            plan.scenes[0].take = 2;
        }
        let text = reader().preview(&record).await.unwrap();
        assert!(text.contains("/preview/take-2/scene-001.m4s"), "{text}");
        assert!(!text.contains("/preview/scene-001"), "{text}");
    }
}

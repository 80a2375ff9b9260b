//! The playlist of the scenes that are there, which grows while the film is made (D44).

use domain::job::Job;
use domain::keys;
use domain::playlist::{self, Part};
use domain::storyboard::PlannedScene;
use edge::http::ApiError;
use store::JobRecord;

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
        let mut parts = parts(record);
        if parts.is_empty() {
            return Err(ApiError::VideoNotReady);
        }
        let link = async |key: &str| self.links.link_as(key, MEDIA_TYPE, None).await;
        for part in &mut parts {
            part.head = link(&part.head).await?;
            part.segment = link(&part.segment).await?;
        }
        Ok(playlist_of(&record.job, &parts))
    }
}

/// The scenes from the first one on that can be seen, in the takes that are in the film, by
/// the keys of their files.
fn parts(record: &JobRecord) -> Vec<Part> {
    let id = record.job.job_id;
    let is_shown = |planned: &&PlannedScene| {
        let mut rows = record.scenes.iter();
        let row = rows.find(|scene| scene.index == planned.index);
        row.is_some_and(|scene| scene.previews.contains(&planned.take))
    };
    let shown = planned(&record.job).take_while(is_shown);
    let parts = shown.map(|scene| Part {
        head: keys::preview_head(id, scene.index, scene.take),
        segment: keys::preview_segment(id, scene.index, scene.take),
        seconds: scene.timing.seconds(),
    });
    parts.collect()
}

fn playlist_of(job: &Job, parts: &[Part]) -> String {
    let longest = planned(job).map(|scene| scene.timing.seconds());
    let is_whole = parts.len() == planned(job).count() || job.status.is_final();
    playlist::growing(parts, longest.fold(0.0, f64::max), is_whole)
}

fn planned(job: &Job) -> impl Iterator<Item = &PlannedScene> {
    job.storyboard.iter().flat_map(|plan| &plan.scenes)
}

#[cfg(test)]
mod tests {
    use domain::job::{Scene, SceneStatus, Status};
    use domain::request::CreateJob;
    use domain::storyboard::Storyboard;
    use store::testing::{job, now};

    use super::*;

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

    /// How many parts the playlist has, and whether it ends.
    fn shown(record: &JobRecord) -> (usize, bool) {
        let parts = parts(record);
        let text = playlist_of(&record.job, &parts);
        assert_eq!(text.matches("#EXTINF").count(), parts.len());
        (parts.len(), text.ends_with("#EXT-X-ENDLIST\n"))
    }

    #[test]
    fn scenes_are_shown_in_order_and_none_is_left_out() {
        assert_eq!(shown(&record([&[], &[1], &[1]])), (0, false));
        assert_eq!(shown(&record([&[1], &[], &[1]])), (1, false));
        assert_eq!(shown(&record([&[1], &[1], &[]])), (2, false));
        assert_eq!(shown(&record([&[1], &[1], &[1]])), (3, true));
    }

    #[test]
    fn the_playlist_of_a_film_that_ended_early_ends() {
        let mut record = record([&[1], &[], &[]]);
        record.job.status = Status::Cancelled;
        assert_eq!(shown(&record), (1, true));
    }

    #[test]
    fn the_take_that_is_in_the_film_is_shown() {
        let mut record = record([&[1, 2], &[1], &[1]]);
        if let Some(plan) = &mut record.job.storyboard {
            plan.scenes[0].take = 2;
        }
        let parts = parts(&record);
        assert!(parts[0].segment.ends_with("/preview/take-2/scene-001.m4s"));
        assert!(parts[1].segment.ends_with("/preview/scene-002.m4s"));
    }
}

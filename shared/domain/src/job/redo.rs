//! A film that is there, with one scene made anew or in another take (D44). Until the new
//! film is proved the one that is there is served, and it stays if that does not come.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Job, Stage, Status};
use crate::keys;
use crate::quota::{Month, Reservation};
use crate::storyboard::{PlannedScene, Storyboard};
use crate::time::Time;

/// So many redone scenes of a film are free of the month's quota (D44).
pub const FREE_REDOS: u32 = 3;

/// What an execution holds of its user's month while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A place of the quota, which is used when it ends well.
    Counted,
    /// None of the quota: it counts among what is redone at once and what may yet fail.
    Free,
    /// Nothing: nothing is paid for.
    None,
}

/// A change of one scene that an execution works on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Redo {
    /// The scene as it is to be.
    pub scene: PlannedScene,
    /// See [`Place`].
    pub place: Place,
}

impl Redo {
    /// Whether something is made and paid for, not chosen of what is there.
    pub fn is_new(&self) -> bool {
        self.place != Place::None
    }
}

/// Where a film and its still picture lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FilmKeys {
    /// The film.
    pub video_key: String,
    /// The picture.
    pub thumbnail_key: String,
}

impl Job {
    /// The film that is served: that of a job that is completed, also while a scene of it
    /// is redone.
    pub fn film(&self) -> Option<&str> {
        let has_film = self.status == Status::Completed || self.redo.is_some();
        self.video_key.as_deref().filter(|_| has_film)
    }

    /// Its still picture.
    pub fn picture(&self) -> Option<&str> {
        self.film()?;
        self.thumbnail_key.as_deref()
    }

    /// What its latest execution makes a film of.
    pub fn storyboard_in_work(&self) -> Option<Storyboard> {
        let mut storyboard = self.storyboard.clone()?;
        if let Some(redo) = &self.redo {
            let mut scenes = storyboard.scenes.iter_mut();
            let scene = scenes.find(|scene| scene.index == redo.scene.index)?;
            *scene = redo.scene.clone();
        }
        Some(storyboard)
    }

    /// Where its latest execution puts its film: never in the place of one that is served.
    pub fn new_film(&self) -> FilmKeys {
        let id = self.job_id;
        match self.redo {
            Some(_) => FilmKeys {
                video_key: keys::redone_film(id, self.run),
                thumbnail_key: keys::redone_thumbnail(id, self.run),
            },
            None => FilmKeys {
                video_key: keys::film(id),
                thumbnail_key: keys::thumbnail(id),
            },
        }
    }

    /// The film that its latest execution has composed.
    pub fn composed(&self) -> Option<&str> {
        match self.redo {
            Some(_) => self
                .redone_film
                .as_ref()
                .map(|film| film.video_key.as_str()),
            None => self.video_key.as_deref(),
        }
    }

    /// What its latest execution holds of the month.
    pub fn place(&self) -> Place {
        self.redo.as_ref().map_or(Place::Counted, |redo| redo.place)
    }

    /// What the next redone scene of this film holds.
    pub fn redo_place(&self) -> Place {
        match self.redone_scenes < FREE_REDOS {
            true => Place::Free,
            false => Place::Counted,
        }
    }

    /// The job once another execution changes a scene of its film, under the name of the
    /// request if that has one. `None` unless it is completed.
    pub fn redone(
        &self,
        redo: Redo,
        redo_id: Option<Uuid>,
        quote_nano_usd: u64,
        now: Time,
        time_limit: Duration,
    ) -> Option<Self> {
        let scenes = self.request.scenes.saturating_sub(1);
        (self.status == Status::Completed).then(|| Self {
            status: Status::Processing,
            stage: Stage::Generating,
            run: self.run + 1,
            updated_at: now,
            deadline: now.after(time_limit),
            month: Month::of(now),
            reservation: Reservation::Held,
            quote_nano_usd,
            reserved_at: Some(now),
            execution_arn: None,
            scenes_generated: scenes,
            scenes_prepared: scenes,
            compose_percent: 0,
            redo: Some(redo),
            redo_id: redo_id.or(self.redo_id),
            redone_film: None,
            error: None,
            open: Some("yes".to_owned()),
            ..self.clone()
        })
    }
}

//! A film that is there, with one scene or its music made anew or in another take (D44).
//! Until the new film is proved the one that is there is served, and it stays if that does
//! not come.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Job, Soundtrack, Stage, Status};
use crate::attempt::Target;
use crate::keys;
use crate::quota::{Month, Reservation};
use crate::storyboard::{Part, Storyboard};
use crate::time::Time;

/// So many redone parts of a film are free of the month's quota (D44).
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

/// A change of one part that an execution works on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Redo {
    /// The part as it is to be.
    #[serde(flatten)]
    pub part: Part,
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
    /// The film that is served: that of a job that is completed, also while a part of it
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
        let storyboard = self.storyboard.clone()?;
        match &self.redo {
            Some(redo) => storyboard.with(&redo.part),
            None => Some(storyboard),
        }
    }

    /// How the music stands that its latest execution composes a film with. That which was
    /// redone is there: without it there is no such film.
    pub fn soundtrack_in_work(&self) -> Soundtrack {
        match self.redo.as_ref().map(|redo| redo.part.target()) {
            Some(Target::Soundtrack) => Soundtrack::Ready,
            _ => self.soundtrack,
        }
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

    /// Whether the film that is there has that take of a part. Without its music it has none
    /// of that.
    pub fn has_take(&self, target: Target, take: u32) -> bool {
        let has_part = target != Target::Soundtrack || self.soundtrack == Soundtrack::Ready;
        let part = self.storyboard.as_ref().and_then(|plan| plan.part(target));
        has_part && part.is_some_and(|part| part.take() == take)
    }

    /// What the next redone part of this film holds.
    pub fn redo_place(&self) -> Place {
        match self.redone_parts < FREE_REDOS {
            true => Place::Free,
            false => Place::Counted,
        }
    }

    /// The change that was asked for under that name, as it is or has become.
    pub fn redo_named(&self, id: Uuid, target: Target) -> Option<Redo> {
        let part = self.storyboard_in_work()?.part(target)?;
        let place = self.place();
        let redo = || self.redo.clone().unwrap_or(Redo { part, place });
        (self.redo_id == Some(id)).then(redo)
    }

    /// The job once another execution changes a part of its film, under the name of the
    /// request if that has one. `None` unless it is completed.
    pub fn redone(
        &self,
        redo: Redo,
        redo_id: Option<Uuid>,
        quote_nano_usd: u64,
        now: Time,
        time_limit: Duration,
    ) -> Option<Self> {
        let redone_scenes = u32::from(matches!(redo.part, Part::Scene(_)));
        let scenes = self.request.scenes.saturating_sub(redone_scenes);
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

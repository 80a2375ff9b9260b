//! Takes of a film's scenes and of its music: another one, or another choice, and all of
//! them as the film's owner reads them (D44).

use contract::{ChangeAccepted, FilmChange};
use domain::attempt::{Attempt, Target};
use domain::fields::InvalidField;
use domain::job::{Job, Place, Redo, Status};
use domain::storyboard::Part;
use domain::take::{TakeRequest, next_take, takes_of};
use edge::http::ApiError;
use store::JobRecord;

use crate::job_reader::TakeLinks;
use crate::quote::{Price, Quotes};
use crate::quote_view;

/// Of two changes of a film one waits for the other.
pub(crate) const BEING_CHANGED: ApiError = ApiError::Conflict("This film is being changed");

/// A part of a film that is there and not being changed.
///
/// # Errors
///
/// There is no such film, or it was to have no music (409); there is no such scene (404).
fn part_of_film(job: &Job, target: Target) -> Result<Part, ApiError> {
    if job.redo.is_some() {
        return Err(BEING_CHANGED);
    }
    let storyboard = job.storyboard.as_ref();
    let storyboard = storyboard.filter(|_| job.status == Status::Completed);
    let storyboard = storyboard.ok_or(ApiError::Conflict(
        "Only a film that is made can be changed",
    ))?;
    if target == Target::Soundtrack && !job.request.audio.wants_music() {
        return Err(ApiError::Conflict("This film was to have no music"));
    }
    let part = storyboard.part(target);
    part.ok_or(ApiError::NotFound("Scene"))
}

/// The change by which a part has another take.
///
/// # Errors
///
/// There is no such film (409) or part (404).
pub fn another_take(
    record: &JobRecord,
    target: Target,
    wanted: TakeRequest,
) -> Result<Redo, ApiError> {
    let part = part_of_film(&record.job, target)?;
    let number = next_take(&record.attempts, &part);
    Ok(Redo {
        part: wanted.part(&part, number),
        place: record.job.redo_place(),
    })
}

/// The change by which a take that is there is in the film.
///
/// # Errors
///
/// There is no such film (409), part (404) or take (400).
pub fn chosen_take(record: &JobRecord, target: Target, number: u32) -> Result<Redo, ApiError> {
    let part = part_of_film(&record.job, target)?;
    let takes = takes_of(&record.attempts, target);
    let take = takes.into_iter().find(|take| take.number == number);
    let take = take.ok_or(InvalidField::new("take", "a take that is there"))?;
    let words = take.words.unwrap_or_else(|| part.words());
    Ok(Redo {
        part: part.in_take(number, words),
        place: Place::None,
    })
}

/// What a change is expected to cost at its model.
///
/// # Errors
///
/// The model is not in the registry.
pub fn redo_prices(job: &Job, redo: &Redo, quotes: &Quotes) -> Result<Vec<Price>, ApiError> {
    Ok(match redo.is_new() {
        true => vec![quotes.part(&job.request, &redo.part)?],
        false => Vec::new(),
    })
}

/// What the owner of a film is told of a change of it.
pub fn change_accepted(job: &Job, redo: &Redo, prices: &[Price]) -> ChangeAccepted {
    let message = match (job.status, redo.is_new()) {
        (Status::Completed, _) => "The film has this take",
        (_, true) => "It is made anew; the film that is there is served meanwhile",
        (_, false) => "The film is put together with this take",
    };
    ChangeAccepted {
        job_id: job.job_id,
        status: job.status,
        message: message.to_owned(),
        change: change_view(redo),
        cost: quote_view::cost(prices),
    }
}

/// A change as the film's owner reads it.
pub(crate) fn change_view(redo: &Redo) -> FilmChange {
    FilmChange {
        scene: match &redo.part {
            Part::Scene(scene) => Some(scene.index),
            Part::Soundtrack(_) => None,
        },
        take: redo.part.take(),
        uses_place: redo.place == Place::Counted,
    }
}

/// The takes of a part that are there.
pub(crate) fn take_views(
    job: &Job,
    attempts: &[Attempt],
    target: Target,
    links: &TakeLinks,
) -> Vec<contract::Take> {
    let links_of = |take: u32| match target {
        Target::Scene(index) => (links.poster(index, take), None),
        Target::Soundtrack => (None, links.soundtrack(take)),
        Target::Plan => (None, None),
    };
    let takes = takes_of(attempts, target).into_iter();
    let views = takes.map(|take| {
        let (description, camera, seed) = match take.words {
            Some(words) => (Some(words.description), words.camera, words.seed),
            None => (None, None, None),
        };
        let (poster_url, audio_url) = links_of(take.number);
        contract::Take {
            take: take.number,
            chosen: job.has_take(target, take.number),
            description,
            camera,
            seed,
            poster_url,
            audio_url,
            made_at: take.made_at,
        }
    });
    views.collect()
}

#[cfg(test)]
mod tests {
    use domain::attempt::AttemptState;
    use store::testing::job;

    use super::*;

    fn made(target: Target, take: u32, state: AttemptState) -> Attempt {
        Attempt {
            target,
            take,
            ..Attempt::sample(state)
        }
    }

    #[test]
    fn a_take_of_the_music_can_be_heard_and_one_of_a_scene_seen() {
        let (scene, music) = (Target::Scene(1), Target::Soundtrack);
        let attempts = [
            made(scene, 1, AttemptState::Succeeded),
            made(scene, 2, AttemptState::Succeeded),
            made(music, 1, AttemptState::Succeeded),
            made(music, 2, AttemptState::Failed),
            made(music, 3, AttemptState::Succeeded),
        ];
        let links = TakeLinks {
            posters: [((1, 2), "seen")].map(of_text).into(),
            soundtracks: [(1, "first"), (3, "third")].map(of_text).into(),
        };
        let links_of = |target| {
            let takes = take_views(&job(1, "user"), &attempts, target, &links);
            let takes = takes.into_iter();
            let links = takes.map(|take| (take.take, take.poster_url, take.audio_url));
            links.collect::<Vec<_>>()
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            links_of(music),
            [(1, None, text("first")), (3, None, text("third"))]
        );
        assert_eq!(links_of(scene), [(1, None, None), (2, text("seen"), None)]);
    }

    fn of_text<Key>((key, text): (Key, &str)) -> (Key, String) {
        (key, text.to_owned())
    }
}

//! Takes of a scene, or of the music (D44): everything that was made of it is kept, and one
//! of them is in the film.

use serde::{Deserialize, Serialize};

use crate::attempt::{Attempt, AttemptState, Target};
use crate::fields::{InvalidField, visible_line};
use crate::request;
use crate::storyboard::{MAX_CAMERA, MAX_TEXT, Part};
use crate::time::Time;

/// What a model is told of a part, by which its takes differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Words {
    /// What is to be seen, or heard.
    pub description: String,
    /// How it is filmed; nothing of music.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camera: Option<String>,
    /// A seed of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

/// A take that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// From 1. What could not be made has a number too, so that some may be missing.
    pub number: u32,
    /// What the model was told.
    pub words: Option<Words>,
    /// When it was there.
    pub made_at: Time,
}

/// The takes of a part that are there, by their numbers.
pub fn takes_of(attempts: &[Attempt], target: Target) -> Vec<Take> {
    let made = attempts_for(attempts, target);
    let made = made.filter(|attempt| attempt.state == AttemptState::Succeeded);
    let takes = made.map(|attempt| Take {
        number: attempt.take,
        words: attempt.words.clone(),
        made_at: attempt.updated_at,
    });
    let mut takes: Vec<Take> = takes.collect();
    takes.sort_by_key(|take| take.number);
    takes
}

/// The number of a part's next take. None is given twice, whatever became of the first:
/// what comes late of one cannot take the place of another. That of the plan is given.
pub fn next_take(attempts: &[Attempt], part: &Part) -> u32 {
    let numbers = attempts_for(attempts, part.target()).map(|attempt| attempt.take);
    numbers.fold(part.take(), u32::max) + 1
}

fn attempts_for(attempts: &[Attempt], target: Target) -> impl Iterator<Item = &Attempt> {
    let attempts = attempts.iter();
    attempts.filter(move |attempt| attempt.target == target)
}

/// What a part's owner wants otherwise in its next take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakeRequest {
    description: Option<String>,
    camera: Option<String>,
    seed: Option<u32>,
}

impl TakeRequest {
    /// Checks each.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn new(
        description: Option<&str>,
        camera: Option<&str>,
        seed: Option<u32>,
    ) -> Result<Self, InvalidField> {
        let line = |field, text: Option<&str>, most| {
            let line = text.map(|text| visible_line(field, text, most));
            line.transpose()
        };
        Ok(Self {
            description: line("description", description, MAX_TEXT)?,
            camera: line("camera", camera, MAX_CAMERA)?,
            seed: request::seed(seed)?,
        })
    }

    /// The part as it is to be in that take. A seed counts for one take.
    pub fn part(self, part: &Part, number: u32) -> Part {
        let words = part.words();
        let words = Words {
            description: self.description.unwrap_or(words.description),
            camera: self.camera.or(words.camera),
            seed: self.seed,
        };
        part.in_take(number, words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::CreateJob;
    use crate::storyboard::Storyboard;

    fn attempt(scene: u32, take: u32, state: AttemptState) -> Attempt {
        Attempt {
            target: Target::Scene(scene),
            take,
            ..Attempt::sample(state)
        }
    }

    #[test]
    fn a_number_that_was_given_is_not_given_again() {
        let attempts = [
            attempt(1, 1, AttemptState::Succeeded),
            attempt(1, 2, AttemptState::Canceled),
            attempt(2, 7, AttemptState::Running),
        ];
        let storyboard = Storyboard::by_rules(&CreateJob::sample());
        let next = |target| next_take(&attempts, &storyboard.part(target).unwrap());
        assert_eq!(next(Target::Scene(1)), 3);
        assert_eq!(next(Target::Scene(2)), 8);
        assert_eq!(next(Target::Soundtrack), 2, "it was never asked for");
    }

    #[test]
    fn what_was_made_can_be_chosen_and_nothing_else() {
        let attempts = [
            attempt(1, 3, AttemptState::Succeeded),
            attempt(1, 1, AttemptState::Failed),
            attempt(1, 1, AttemptState::Succeeded),
            attempt(1, 2, AttemptState::Canceled),
            attempt(2, 4, AttemptState::Succeeded),
            Attempt {
                target: Target::Soundtrack,
                ..attempt(1, 2, AttemptState::Succeeded)
            },
        ];
        let numbers = |target| -> Vec<u32> {
            let takes = takes_of(&attempts, target);
            takes.iter().map(|take| take.number).collect()
        };
        assert_eq!(numbers(Target::Scene(1)), [1, 3]);
        assert_eq!(numbers(Target::Soundtrack), [2]);
    }

    #[test]
    fn what_is_not_said_stays_as_it_was_but_a_seed() {
        let storyboard = Storyboard::by_rules(&CreateJob::sample());
        for target in [Target::Scene(2), Target::Soundtrack] {
            let planned = storyboard.part(target).unwrap();
            let wanted = TakeRequest::new(Some(" A lighthouse\n burns "), None, Some(7));
            let second = wanted.unwrap().part(&planned, 2);
            let described = Words {
                description: "A lighthouse burns".to_owned(),
                seed: Some(7),
                ..planned.words()
            };
            assert_eq!(second, planned.in_take(2, described.clone()));
            let third = TakeRequest::default().part(&second, 3);
            let described = Words {
                seed: None,
                ..described
            };
            assert_eq!(third, planned.in_take(3, described));
        }
    }

    #[test]
    fn what_breaks_a_rule_is_named() {
        let field = |request: Result<TakeRequest, InvalidField>| request.unwrap_err().field;
        let long = "x".repeat(601);
        assert_eq!(
            field(TakeRequest::new(Some(&long), None, None)),
            "description"
        );
        assert_eq!(
            field(TakeRequest::new(Some("\u{200B}"), None, None)),
            "description"
        );
        assert_eq!(field(TakeRequest::new(None, Some(&long), None)), "camera");
        assert_eq!(field(TakeRequest::new(None, None, Some(u32::MAX))), "seed");
    }
}

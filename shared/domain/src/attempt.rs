//! The intent record against paying twice: what is known of each create at the provider.
//!
//! An attempt is written before the create is sent. A later retry, webhook or
//! reconciler reads the attempts and is told by [`decide`] what may be done; a
//! second create is allowed only when the first is known to have cost nothing
//! or to have failed.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::film::UnknownName;
use crate::job::first_run;
use crate::storyboard::first_take;
use crate::take::Words;
use crate::time::Time;

/// How long a create may be on its way: the client's own time limit and then some.
/// Before that, a missing prediction proves nothing.
pub const IN_FLIGHT: Duration = Duration::from_secs(45);

/// How long after an answered create the provider's list may lag behind.
pub const ANSWERED: Duration = Duration::from_secs(4);

/// Predictions paid for one target: the first, and one more after a failure.
pub const MAX_PAID: usize = 2;

/// What an attempt is to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// The storyboard.
    Plan,
    /// The scene of that number.
    Scene(u32),
    /// The music bed.
    Soundtrack,
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan => formatter.write_str("plan"),
            Self::Scene(index) => write!(formatter, "scene-{index:03}"),
            Self::Soundtrack => formatter.write_str("soundtrack"),
        }
    }
}

impl FromStr for Target {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text {
            "plan" => Ok(Self::Plan),
            "soundtrack" => Ok(Self::Soundtrack),
            _ => {
                let digits = text.strip_prefix("scene-").ok_or(UnknownName)?;
                digits.parse().map(Self::Scene).map_err(|_| UnknownName)
            }
        }
    }
}

impl Serialize for Target {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Where an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttemptState {
    /// Written before the create; whether it arrived is not known.
    Creating,
    /// The prediction's id is known.
    Running,
    /// The output is in the bucket.
    Succeeded,
    /// The prediction ended without a usable output. It may have cost money.
    Failed,
    /// Nothing was created, for certain, or it was stopped before it began: it cost nothing.
    Void,
    /// It was stopped while it ran, because its job was cancelled. It cost money.
    Canceled,
}

impl AttemptState {
    /// The text in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Void => "void",
            Self::Canceled => "canceled",
        }
    }

    /// Whether the provider's answer is still to come.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Creating | Self::Running)
    }
}

/// One create, before, during and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// What it is to make.
    pub target: Target,
    /// From 1, for each target.
    pub number: u32,
    /// The job's execution that it was made in, from 1.
    #[serde(default = "first_run")]
    pub run: u32,
    /// The take that it is to make, from 1.
    #[serde(default = "first_take")]
    pub take: u32,
    /// What the model was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Words>,
    /// Unguessable; travels in the webhook's URL.
    pub attempt_id: String,
    /// See [`AttemptState`].
    pub state: AttemptState,
    /// The provider's name for it, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prediction_id: Option<String>,
    /// The workflow's waiting task, to be answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_token: Option<String>,
    /// The model asked.
    pub model: String,
    /// What it should cost, in billionths of a dollar.
    pub predicted_nano_usd: u64,
    /// When the intent record was written.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

impl Attempt {
    /// Its step in the ledger: `scene-001#1`.
    pub fn step(&self) -> String {
        format!("{}#{}", self.target, self.number)
    }

    /// One for tests: the first at the first scene.
    pub fn sample(state: AttemptState) -> Self {
        Self {
            target: Target::Scene(1),
            number: 1,
            run: first_run(),
            take: first_take(),
            words: None,
            attempt_id: "attempt-1".to_owned(),
            state,
            prediction_id: None,
            task_token: None,
            model: "model".to_owned(),
            predicted_nano_usd: 1,
            created_at: Time::from_millisecond(0),
            updated_at: Time::from_millisecond(0),
            failure: None,
        }
    }
}

/// What may be done for a target, given its attempts.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision<'a> {
    /// Create a prediction under this number.
    Create(u32),
    /// A prediction runs: take it over.
    Adopt(&'a Attempt),
    /// A create may have been lost: ask the provider for it by attempt id.
    LookUp(&'a Attempt),
    /// The output is there.
    Done,
    /// No further create may be paid for.
    GiveUp(Failure),
}

/// The rule. `attempts` are those of one target, in any order; only those of the same take
/// count. What failed in an earlier execution than `run` is no reason to give up: its
/// owner let the job go on (D44).
pub fn decide(attempts: &[Attempt], take: u32, run: u32) -> Decision<'_> {
    let of_take = || attempts.iter().filter(|attempt| attempt.take == take);
    if of_take().any(|attempt| attempt.state == AttemptState::Succeeded) {
        return Decision::Done;
    }
    if let Some(open) = of_take().find(|attempt| attempt.state.is_open()) {
        return match open.prediction_id {
            Some(_) => Decision::Adopt(open),
            None => Decision::LookUp(open),
        };
    }
    let failures: Vec<Failure> = of_take()
        .filter(|attempt| attempt.state == AttemptState::Failed && attempt.run == run)
        .map(|attempt| attempt.failure.unwrap_or(Failure::ProviderFailed))
        .collect();
    let refusal = failures
        .iter()
        .find(|failure| **failure != Failure::ProviderFailed);
    if let Some(refusal) = refusal {
        return Decision::GiveUp(*refusal);
    }
    if failures.len() >= MAX_PAID {
        return Decision::GiveUp(Failure::ProviderFailed);
    }
    let last = attempts.iter().map(|attempt| attempt.number).max();
    Decision::Create(last.unwrap_or(0) + 1)
}

/// Whether a create that the provider does not know of can no longer arrive:
/// some seconds after the provider answered it with an error of its own, or as
/// long after the intent record as a create may take when no answer came.
pub fn is_lost(attempt: &Attempt, now: Time) -> bool {
    let answered = attempt.failure == Some(Failure::ProviderUnavailable);
    now.since(attempt.created_at) > IN_FLIGHT
        || (answered && now.since(attempt.updated_at) > ANSWERED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn attempt(number: u32, state: AttemptState) -> Attempt {
        Attempt {
            number,
            ..Attempt::sample(state)
        }
    }

    fn any_state() -> impl Strategy<Value = AttemptState> {
        prop_oneof![
            Just(AttemptState::Creating),
            Just(AttemptState::Running),
            Just(AttemptState::Succeeded),
            Just(AttemptState::Failed),
            Just(AttemptState::Void),
            Just(AttemptState::Canceled),
        ]
    }

    proptest! {
        /// However the provider answers and however often its owner stops the job or lets it
        /// go on, an execution pays for no more than MAX_PAID creates beside those that were
        /// stopped, and never for one while another may be running.
        #[test]
        fn never_pays_beside_an_open_attempt(outcomes in prop::collection::vec(any_state(), 0..20)) {
            let mut attempts: Vec<Attempt> = Vec::new();
            let mut run = 1;
            for outcome in outcomes {
                match decide(&attempts, 1, run) {
                    Decision::Create(number) => {
                        prop_assert!(attempts.iter().all(|known| !known.state.is_open()));
                        prop_assert!(attempts.iter().all(|known| known.number < number));
                        attempts.push(Attempt { run, ..attempt(number, outcome) });
                    }
                    Decision::LookUp(open) | Decision::Adopt(open) => {
                        let number = open.number;
                        let known = attempts.iter_mut().find(|known| known.number == number).unwrap();
                        known.state = outcome;
                    }
                    Decision::GiveUp(_) => run += 1,
                    Decision::Done => break,
                }
                let paid = attempts.iter().filter(|known| known.run == run);
                let is_free = |state| matches!(state, AttemptState::Void | AttemptState::Canceled);
                let paid = paid.filter(|known| !is_free(known.state)).count();
                prop_assert!(paid <= MAX_PAID);
            }
        }
    }

    #[test]
    fn a_refusal_is_final() {
        let refused = Attempt {
            failure: Some(Failure::ContentRefused),
            ..attempt(1, AttemptState::Failed)
        };
        assert_eq!(
            decide(std::slice::from_ref(&refused), 1, 1),
            Decision::GiveUp(Failure::ContentRefused)
        );
    }

    #[test]
    fn what_failed_in_an_earlier_execution_is_tried_again_and_what_was_made_stays() {
        let refused = Attempt {
            failure: Some(Failure::ContentRefused),
            ..attempt(1, AttemptState::Failed)
        };
        let attempts = [refused, attempt(2, AttemptState::Failed)];
        assert!(matches!(decide(&attempts, 1, 1), Decision::GiveUp(_)));
        assert_eq!(decide(&attempts, 1, 2), Decision::Create(3));
        let made = [attempt(1, AttemptState::Succeeded)];
        assert_eq!(decide(&made, 1, 2), Decision::Done);
    }

    /// What an owner stopped says nothing of whether the model can make it.
    #[test]
    fn a_void_or_a_canceled_attempt_costs_no_try() {
        for state in [AttemptState::Void, AttemptState::Canceled] {
            let attempts = (1..=5).map(|number| attempt(number, state));
            let attempts: Vec<Attempt> = attempts.collect();
            assert_eq!(decide(&attempts, 1, 1), Decision::Create(6));
        }
    }

    /// A take that is made anew is none of the one that is there, but has a number after it.
    #[test]
    fn another_take_is_decided_by_itself() {
        let first = attempt(1, AttemptState::Succeeded);
        let attempts = [first.clone()];
        assert_eq!(decide(&attempts, 2, 2), Decision::Create(2));
        let second = |state| Attempt {
            take: 2,
            run: 2,
            ..attempt(2, state)
        };
        // Left open by a change that was given up: another take does not wait for it.
        let attempts = [first, second(AttemptState::Creating)];
        assert_eq!(decide(&attempts, 3, 3), Decision::Create(3));
        assert_eq!(decide(&attempts, 1, 3), Decision::Done);
        assert_eq!(decide(&attempts, 2, 2), Decision::LookUp(&attempts[1]));
    }

    #[test]
    fn targets_read_back() {
        for target in [Target::Plan, Target::Scene(12), Target::Soundtrack] {
            assert_eq!(target.to_string().parse(), Ok(target));
        }
        assert_eq!(Target::Scene(1).to_string(), "scene-001");
    }
}

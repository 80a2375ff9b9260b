//! What a film is expected to cost at its models, before it is accepted, and whether
//! anything may be bought (D49).

use config::Bootstrap;
use domain::attempt::{AttemptState, Target};
use domain::failure::{Failure, StepError};
use domain::request::CreateJob;
use domain::storyboard::{Part, Storyboard};
use replicate::registry::{Model, Registry};
use store::{JobRecord, SpendingTable};

use crate::model_request::ModelRequest;

/// The kill switch, looked at before each call that is paid for.
///
/// # Errors
///
/// An administrator has stopped all buying, or the table failed.
pub(crate) async fn unless_stopped(spending: &SpendingTable) -> Result<(), StepError> {
    match spending.spending_settings().await?.is_stopped {
        true => Err(Failure::SpendingStopped.into()),
        false => Ok(()),
    }
}

/// What a part of a film is expected to cost at its model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// The part.
    pub target: Target,
    /// The model.
    pub model: String,
    /// Billionths of a dollar.
    pub nano_usd: u64,
}

fn priced(target: Target, model: &str, request: &ModelRequest<'_>) -> Price {
    Price {
        target,
        model: model.to_owned(),
        nano_usd: request.price(),
    }
}

/// The sum, in billionths of a dollar.
pub fn total(prices: &[Price]) -> u64 {
    let prices = prices.iter().map(|price| price.nano_usd);
    prices.fold(0, u64::saturating_add)
}

/// Whether a part's output is in the bucket.
pub fn is_made(record: &JobRecord, target: Target) -> bool {
    let mut attempts = record.attempts.iter();
    attempts.any(|attempt| attempt.target == target && attempt.state == AttemptState::Succeeded)
}

/// The models of an installation, and what they cost.
#[derive(Debug)]
pub struct Quotes {
    registry: Registry,
    models: config::Models,
}

impl Quotes {
    /// With the models that the environment names.
    ///
    /// # Errors
    ///
    /// The model registry cannot be read.
    pub fn connect(bootstrap: &mut Bootstrap) -> Result<Self, StepError> {
        Self::new(bootstrap.environment().models())
    }

    /// With these models.
    ///
    /// # Errors
    ///
    /// The model registry cannot be read.
    pub fn new(models: config::Models) -> Result<Self, StepError> {
        let registry = Registry::pinned();
        let registry = registry.map_err(|error| StepError::new(Failure::Internal, error))?;
        Ok(Self { registry, models })
    }

    /// The model of scenes.
    pub fn scene_model(&self) -> &str {
        &self.models.scene
    }

    /// What each part of a new film is expected to cost, with one attempt for each.
    ///
    /// # Errors
    ///
    /// A model is not in the registry.
    pub fn film(&self, wanted: &CreateJob) -> Result<Vec<Price>, StepError> {
        self.film_by(wanted, &Storyboard::by_rules(wanted))
    }

    /// The same by a storyboard, which a language model has been paid for, if there is one.
    ///
    /// # Errors
    ///
    /// A model is not in the registry.
    pub fn film_by(
        &self,
        wanted: &CreateJob,
        storyboard: &Storyboard,
    ) -> Result<Vec<Price>, StepError> {
        let mut prices = Vec::new();
        if let Some(name) = &self.models.language {
            let request = ModelRequest::storyboard(self.model(name)?, wanted);
            prices.push(priced(Target::Plan, name, &request));
        }
        prices.extend(self.storyboard(wanted, storyboard)?);
        Ok(prices)
    }

    /// The same for a film whose storyboard is there.
    ///
    /// # Errors
    ///
    /// A model is not in the registry.
    pub fn storyboard(
        &self,
        wanted: &CreateJob,
        storyboard: &Storyboard,
    ) -> Result<Vec<Price>, StepError> {
        let scenes = storyboard.scenes.iter().cloned().map(Part::Scene);
        let music = wanted.audio.wants_music();
        let music = music.then(|| Part::Soundtrack(storyboard.music.clone()));
        let prices = scenes.chain(music).map(|part| self.part(wanted, &part));
        prices.collect()
    }

    /// What a part is expected to cost, in the take that it is in.
    ///
    /// # Errors
    ///
    /// The model is not in the registry.
    pub fn part(&self, wanted: &CreateJob, part: &Part) -> Result<Price, StepError> {
        let (name, request) = match part {
            Part::Scene(scene) => {
                let name = &self.models.scene;
                (name, ModelRequest::scene(self.model(name)?, wanted, scene))
            }
            Part::Soundtrack(music) => {
                let name = &self.models.music;
                (
                    name,
                    ModelRequest::soundtrack(self.model(name)?, wanted, music),
                )
            }
        };
        Ok(priced(part.target(), name, &request))
    }

    /// The same for what a job that ended without a film has not made.
    ///
    /// # Errors
    ///
    /// A model is not in the registry.
    pub fn rest(&self, record: &JobRecord) -> Result<Vec<Price>, StepError> {
        let wanted = &record.job.request;
        // The language model is asked once.
        let planned = record.job.storyboard.clone();
        let storyboard = planned.unwrap_or_else(|| Storyboard::by_rules(wanted));
        let mut prices = self.storyboard(wanted, &storyboard)?;
        prices.retain(|price| !is_made(record, price.target));
        Ok(prices)
    }

    fn model(&self, name: &str) -> Result<&Model, StepError> {
        self.registry
            .model(name)
            .ok_or_else(|| StepError::new(Failure::Internal, format!("no model {name}")))
    }
}

#[cfg(test)]
mod tests {
    use domain::request::Audio;

    use super::*;

    fn quotes(language: Option<&str>) -> Quotes {
        Quotes::new(config::Models {
            language: language.map(str::to_owned),
            ..config::Models::default()
        })
        .unwrap()
    }

    #[test]
    fn more_scenes_and_music_cost_more() {
        let quote = |scenes, audio| {
            let wanted = CreateJob {
                scenes,
                audio,
                ..CreateJob::sample()
            };
            total(&quotes(None).film(&wanted).unwrap())
        };
        let silent = quote(2, Audio::None);
        assert!(silent > 0);
        assert!(quote(2, Audio::Music) > silent);
        assert!(quote(4, Audio::None) >= silent);
    }

    #[test]
    fn a_model_that_is_not_known_has_no_price() {
        assert!(
            quotes(Some("nobody/none"))
                .film(&CreateJob::sample())
                .is_err()
        );
    }
}

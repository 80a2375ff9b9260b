//! What a film is expected to cost at its models, before it is accepted (D49).

use config::Bootstrap;
use domain::failure::{Failure, StepError};
use domain::request::CreateJob;
use domain::storyboard::Storyboard;
use replicate::registry::{Model, Registry};

use crate::model_request::ModelRequest;

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

    /// Billionths of a dollar, with one attempt for each part.
    ///
    /// # Errors
    ///
    /// A model is not in the registry.
    pub fn quote(&self, wanted: &CreateJob) -> Result<u64, StepError> {
        let storyboard = Storyboard::by_rules(wanted);
        let model = self.model(&self.models.scene)?;
        let scenes = storyboard.scenes.iter();
        let scenes = scenes.map(|scene| ModelRequest::scene(model, wanted, scene).price());
        let mut quote = scenes.fold(0, u64::saturating_add);
        if wanted.audio.wants_music() {
            let model = self.model(&self.models.music)?;
            quote += ModelRequest::soundtrack(model, wanted, &storyboard.music).price();
        }
        if let Some(language) = &self.models.language {
            quote += ModelRequest::storyboard(self.model(language)?, wanted).price();
        }
        Ok(quote)
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
            scene: "bytedance/seedance-1-pro-fast".to_owned(),
            music: "stability-ai/stable-audio-2.5".to_owned(),
            language: language.map(str::to_owned),
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
            quotes(None).quote(&wanted).unwrap()
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
                .quote(&CreateJob::sample())
                .is_err()
        );
    }
}

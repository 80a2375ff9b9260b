//! What a prediction is made of: a model of the registry, or, leniently, one
//! that only the caller knows.

use crate::errors::ApiError;
use crate::rules::ModelKind;
use replicate::registry::{Kind, Model, OutputShape, Registry};
use serde_json::Value;

/// The model a create names.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    /// "owner/name"
    pub(crate) name: String,
    pub(crate) version: String,
    /// `None`: the registry does not know it.
    pub(crate) model: Option<&'a Model>,
}

impl<'a> Subject<'a> {
    /// By `owner/name`; only models of the registry.
    pub(crate) fn named(registry: &'a Registry, name: &str) -> Result<Self, ApiError> {
        let model = registry.model(name).ok_or(ApiError::NotFound)?;
        Ok(Self::known(model))
    }

    /// By the body's `version`: `owner/name`, `owner/name:version` or a bare
    /// version. Models unknown to the registry are let through.
    pub(crate) fn of_version(registry: &'a Registry, version: &str) -> Result<Self, ApiError> {
        let (name, wanted) = match version.split_once(':') {
            Some((name, wanted)) => (name, wanted),
            None if version.contains('/') => (version, ""),
            None => ("", version),
        };
        if !is_model_name(name) || !is_version(wanted) || version.is_empty() {
            return Err(ApiError::InvalidVersion);
        }
        let has_version = |model: &&Model| model.version == wanted && wanted != "hidden";
        let model = match name {
            "" => registry.models().iter().find(has_version),
            name => registry.model(name),
        };
        if let Some(model) = model {
            return Ok(Self::known(model));
        }
        Ok(Self {
            name: if name.is_empty() {
                "local/unknown".into()
            } else {
                name.into()
            },
            version: if wanted.is_empty() {
                "hidden".into()
            } else {
                wanted.into()
            },
            model: None,
        })
    }

    fn known(model: &'a Model) -> Self {
        Self {
            name: model.name.clone(),
            version: model.version.clone(),
            model: Some(model),
        }
    }

    pub(crate) fn kind(&self) -> ModelKind {
        match self.model.map(|model| model.kind) {
            Some(Kind::TextToVideo) => ModelKind::TextToVideo,
            Some(Kind::Image) => ModelKind::Image,
            Some(Kind::Music) => ModelKind::Music,
            Some(Kind::Language) => ModelKind::Language,
            None => ModelKind::Unknown,
        }
    }

    /// Whether the output comes in pieces that are worth a stream.
    pub(crate) fn streams(&self) -> bool {
        self.model
            .is_some_and(|model| model.output == OutputShape::Tokens)
    }

    /// The text the output is made from.
    pub(crate) fn prompt<'i>(&self, input: &'i Value) -> &'i str {
        let name = self
            .model
            .map_or("prompt", |model| &model.parameters.prompt);
        input.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Refuses by the pinned schema, as the provider does.
    pub(crate) fn validate(&self, input: &Value) -> Result<(), ApiError> {
        match self.model {
            Some(model) => model.validate(input).map_err(ApiError::InvalidInput),
            None => Ok(()),
        }
    }
}

fn is_model_name(name: &str) -> bool {
    if name.is_empty() {
        return true;
    }
    let part = |part: &str| !part.is_empty() && part.chars().all(is_name_character);
    name.split_once('/')
        .is_some_and(|(owner, name)| part(owner) && part(name))
}

fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_.".contains(character)
}

fn is_version(version: &str) -> bool {
    version.chars().all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_version_finds_the_model() {
        let registry = Registry::pinned().unwrap();
        let known = registry.model("bytedance/seedance-1-pro-fast").unwrap();
        for version in [
            known.name.clone(),
            known.version.clone(),
            format!("{}:{}", known.name, known.version),
        ] {
            let subject = Subject::of_version(&registry, &version).unwrap();
            assert_eq!(subject.name, known.name, "{version}");
        }
    }

    #[test]
    fn an_unknown_model_is_let_through_by_version_only() {
        let registry = Registry::pinned().unwrap();
        let version = format!("somebody/something:{}", "a".repeat(64));
        let subject = Subject::of_version(&registry, &version).unwrap();
        assert_eq!(subject.kind(), ModelKind::Unknown);
        let refused = Subject::named(&registry, "somebody/something");
        assert!(matches!(refused, Err(ApiError::NotFound)));
    }

    #[test]
    fn nonsense_is_no_version() {
        let registry = Registry::pinned().unwrap();
        for version in ["", "a/b/c", "/", "owner/", "no way", "a/b:!"] {
            let refused = Subject::of_version(&registry, version);
            assert!(
                matches!(refused, Err(ApiError::InvalidVersion)),
                "{version}"
            );
        }
    }
}

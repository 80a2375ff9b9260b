//! template.yaml, with values for its parameters.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use serde_yaml_ng::Value as Yaml;
use sha2::{Digest, Sha256};

/// An account of twelve digits and a region with a long name, where a name needs them.
const ACCOUNT: &str = "111122223333";
const REGION: &str = "ap-southeast-1";

/// The template, and what its parameters are.
#[derive(Debug, Clone)]
pub struct Template {
    document: Value,
    parameters: BTreeMap<String, String>,
}

impl Template {
    /// The template of `text` with its defaults, but for the parameters in `given`.
    ///
    /// # Errors
    /// It is no YAML, has a parameter without a default, or none of a name that is given.
    pub fn parse(text: &str, given: &BTreeMap<String, String>) -> Result<Self> {
        let document = spelled_out(text)?;
        let declared = document["Parameters"]
            .as_object()
            .context("no Parameters")?;
        if let Some(name) = given.keys().find(|name| !declared.contains_key(*name)) {
            bail!("template.yaml has no parameter {name}");
        }
        let mut parameters = BTreeMap::new();
        for (name, parameter) in declared {
            let value = given.get(name).cloned();
            let value = value.or_else(|| scalar(&parameter["Default"]));
            let value = value.with_context(|| format!("{name} has no default"))?;
            parameters.insert(name.clone(), value);
        }
        Ok(Self {
            document,
            parameters,
        })
    }

    /// The value of a parameter.
    #[must_use]
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// What is declared of each parameter, and its value.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &Value, &str)> {
        let declared = &self.document["Parameters"];
        self.parameters
            .iter()
            .map(move |(name, value)| (name.as_str(), &declared[name], value.as_str()))
    }

    /// What the parameter `Settings` has to be: a digest of the values of all others. Secrets are
    /// left out: they are in no function's environment.
    #[must_use]
    pub fn settings(&self) -> String {
        let mut digest = Sha256::new();
        for (name, declared, value) in self.parameters() {
            if name != "Settings" && declared["NoEcho"] != true {
                digest.update(format!("{name}={value}\n"));
            }
        }
        let digest = format!("{:x}", digest.finalize());
        digest[..12].to_owned()
    }

    /// Every resource by its logical id.
    pub fn resources(&self) -> impl Iterator<Item = (&str, &Value)> {
        let resources = self.document["Resources"].as_object();
        resources
            .into_iter()
            .flatten()
            .map(|(id, resource)| (id.as_str(), resource))
    }

    /// The properties of every function by its logical id.
    pub fn functions(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.resources()
            .filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function")
            .map(|(id, resource)| (id, &resource["Properties"]))
    }

    /// A function's property, or what all functions have.
    #[must_use]
    pub fn of_function<'a>(&'a self, properties: &'a Value, name: &str) -> &'a Value {
        properties
            .get(name)
            .unwrap_or(&self.document["Globals"]["Function"][name])
    }

    /// A value as text, as far as it is known before a deploy: names, numbers, parameters.
    #[must_use]
    pub fn text(&self, value: &Value) -> Option<String> {
        if let Some(pattern) = value["Fn::Sub"].as_str() {
            return Some(self.filled(pattern));
        }
        match value["Ref"].as_str() {
            Some(name) => self.parameters.get(name).cloned(),
            None => scalar(value),
        }
    }

    fn filled(&self, pattern: &str) -> String {
        let mut text = pattern
            .replace("${AWS::AccountId}", ACCOUNT)
            .replace("${AWS::Region}", REGION);
        for (name, value) in &self.parameters {
            text = text.replace(&format!("${{{name}}}"), value);
        }
        text
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// A template with its tags spelled out: `!Ref x` becomes `{"Ref": "x"}`, `!Sub x` becomes
/// `{"Fn::Sub": "x"}`; anchors are put where they are named.
///
/// # Errors
/// It is no YAML, or has a key that is no text.
pub fn spelled_out(text: &str) -> Result<Value> {
    let mut yaml: Yaml = serde_yaml_ng::from_str(text)?;
    // Once for each level of an anchor merged into an anchor.
    yaml.apply_merge()?;
    yaml.apply_merge()?;
    without_tags(yaml)
}

fn without_tags(yaml: Yaml) -> Result<Value> {
    Ok(match yaml {
        Yaml::Tagged(tagged) => {
            let name = tagged.tag.to_string();
            let name = match name.trim_start_matches('!') {
                name @ ("Ref" | "Condition") => name.to_owned(),
                name => format!("Fn::{name}"),
            };
            Value::Object(Map::from_iter([(name, without_tags(tagged.value)?)]))
        }
        Yaml::Mapping(mapping) => {
            let mut object = Map::new();
            for (key, value) in mapping {
                let key = key.as_str().context("a key is no text")?.to_owned();
                object.insert(key, without_tags(value)?);
            }
            Value::Object(object)
        }
        Yaml::Sequence(items) => {
            Value::Array(items.into_iter().map(without_tags).collect::<Result<_>>()?)
        }
        plain => serde_json::to_value(plain)?,
    })
}

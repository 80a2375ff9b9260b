//! The files the contracts are read from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

/// A method and a path.
pub(crate) type Route = (String, String);

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}

pub(crate) fn text(path: &str) -> Result<String> {
    fs::read_to_string(root().join(path)).with_context(|| format!("cannot read {path}"))
}

pub(crate) fn json(path: &str) -> Result<Value> {
    serde_json::from_str(&text(path)?).with_context(|| format!("{path} is not JSON"))
}

/// The Rust files of a folder and of those below it, but for what only tests are made of.
pub(crate) fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path.file_stem().unwrap_or_default();
        if ["tests", "testing", "simulation"]
            .iter()
            .any(|name| stem == *name)
        {
            continue;
        }
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

/// The folders in `functions/`.
pub(crate) fn functions() -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(root().join("functions"))? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

/// `template.yaml` with its tags spelled out: `!Ref x` becomes `{"Ref": "x"}`,
/// `!Sub x` becomes `{"Fn::Sub": "x"}`.
pub(crate) fn template() -> Result<Value> {
    account::spelled_out(&text("template.yaml")?)
}

/// The properties of every function of the template, by its folder's name.
pub(crate) fn template_functions() -> Result<BTreeMap<String, Value>> {
    let template = template()?;
    let resources = template["Resources"].as_object().context("no resources")?;
    let mut functions = BTreeMap::new();
    for (id, resource) in resources {
        if resource["Type"] != "AWS::Serverless::Function" {
            continue;
        }
        let properties = &resource["Properties"];
        let name = function_name(properties)
            .with_context(|| format!("{id} is not named ${{NamePrefix}}-…"))?;
        functions.insert(name.to_owned(), properties.clone());
    }
    Ok(functions)
}

/// A function's physical name without the prefix that every name begins with (D48).
pub(crate) fn function_name(properties: &Value) -> Option<&str> {
    let name = properties["FunctionName"]["Fn::Sub"].as_str()?;
    name.strip_prefix("${NamePrefix}-")
}

/// The template's routes and the function that serves each.
pub(crate) fn template_routes() -> Result<BTreeMap<Route, String>> {
    let mut routes = BTreeMap::new();
    for (function, properties) in template_functions()? {
        for event in http_events(&properties) {
            let (method, path) = (&event["Method"], &event["Path"]);
            if let (Some(method), Some(path)) = (method.as_str(), path.as_str()) {
                routes.insert((method.to_owned(), path.to_owned()), function.clone());
            }
        }
    }
    Ok(routes)
}

/// The function of the `$default` route: an HTTP event without a path.
pub(crate) fn default_function() -> Result<Option<String>> {
    let functions = template_functions()?;
    let found = functions
        .into_iter()
        .find(|(_, properties)| http_events(properties).any(|event| event.get("Path").is_none()));
    Ok(found.map(|(name, _)| name))
}

fn http_events(properties: &Value) -> impl Iterator<Item = &Value> {
    properties["Events"]
        .as_object()
        .into_iter()
        .flat_map(|events| events.values())
        .filter(|event| event["Type"] == "HttpApi")
        .map(|event| &event["Properties"])
}

/// The statements of a function's policies.
pub(crate) fn statements(properties: &Value) -> impl Iterator<Item = &Value> {
    properties["Policies"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|policy| policy["Statement"].as_array().into_iter().flatten())
}

/// The actions of a statement.
pub(crate) fn actions(statement: &Value) -> Vec<String> {
    match &statement["Action"] {
        Value::String(action) => vec![action.clone()],
        Value::Array(actions) => actions
            .iter()
            .filter_map(|action| action.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

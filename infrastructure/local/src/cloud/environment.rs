//! `.local/functions.env`: the variables of the deployed functions, for running one of them by
//! itself with `cargo lambda watch --env-file .local/functions.env`.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::aws::REGION;
use crate::http;
use crate::workspace::Workspace;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Functions {
    functions: Vec<Function>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Function {
    #[serde(default)]
    environment: Environment,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Environment {
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

/// Writes what the template gave the functions, and how they reach the local cloud.
pub(crate) fn write(workspace: &Workspace, endpoint: &str) -> Result<()> {
    let list = format!("{endpoint}/2015-03-31/functions/");
    let answer = http::answer(http::agent(Duration::from_secs(30)).get(&list).call())?;
    let functions: Functions = serde_json::from_value(answer.body)
        .context("the local cloud does not tell its functions")?;
    let file = workspace.local_folder("")?.join("functions.env");
    fs::write(&file, text(functions, endpoint))
        .with_context(|| format!("cannot write {}", file.display()))
}

/// The template gives a variable of one name the same value wherever it stands.
fn text(functions: Functions, endpoint: &str) -> String {
    let mut variables: BTreeMap<String, String> = functions
        .functions
        .into_iter()
        .flat_map(|function| function.environment.variables)
        .collect();
    for (name, value) in [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ] {
        variables.insert(name.to_owned(), value.to_owned());
    }
    // Single quotes: a `$` in a value is no variable.
    let lines = variables
        .iter()
        .map(|(name, value)| format!("{name}='{value}'\n"));
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variables_of_all_functions_are_written_once() {
        let functions: Functions = serde_json::from_value(serde_json::json!({"Functions": [
            {"Environment": {"Variables": {"JOB_TABLE": "jobs", "WEBHOOK_URL": "http://h/$default"}}},
            {"Environment": {"Variables": {"JOB_TABLE": "jobs"}}},
            {},
        ]}))
        .expect("it is what Lambda lists");
        let text = text(functions, "http://127.0.0.1:1");
        assert_eq!(text.matches("JOB_TABLE='jobs'").count(), 1);
        assert!(text.contains("WEBHOOK_URL='http://h/$default'"));
        assert!(text.contains("AWS_ENDPOINT_URL='http://127.0.0.1:1'"));
    }
}

//! `.local/functions.env`: the variables of the deployed functions, for running one of them by
//! itself with `cargo lambda watch --env-file .local/functions.env`.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use devcloud::addresses::{ACCESS_KEY, SECRET_KEY};
use devcloud::{Stack, aws};
use serde::Deserialize;

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
pub(crate) fn write(workspace: &Workspace, stack: &Stack) -> Result<()> {
    let functions: Functions = serde_json::from_value(http::wait(aws::functions(stack))?)
        .context("the local cloud does not tell its functions")?;
    let file = workspace.local_folder("")?.join("functions.env");
    fs::write(&file, text(functions, &stack.endpoint_url, &stack.region))
        .with_context(|| format!("cannot write {}", file.display()))
}

/// The template gives a variable of one name the same value wherever it stands.
fn text(functions: Functions, endpoint: &str, region: &str) -> String {
    let mut variables: BTreeMap<String, String> = functions
        .functions
        .into_iter()
        .flat_map(|function| function.environment.variables)
        .collect();
    for (name, value) in [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_REGION", region),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
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
        let text = text(functions, "http://127.0.0.1:1", "us-east-1");
        assert_eq!(text.matches("JOB_TABLE='jobs'").count(), 1);
        assert!(text.contains("WEBHOOK_URL='http://h/$default'"));
        assert!(text.contains("AWS_ENDPOINT_URL='http://127.0.0.1:1'"));
    }
}

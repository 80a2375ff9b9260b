//! Deploying `infrastructure/terraform` to the local cloud: the same system as the template
//! makes, by the other tool.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use devcloud::addresses::{REGION, REPLICATE_TOKEN};
use serde_json::{Value, json};

use crate::cloud::emulator;
use crate::command::capture;
use crate::setup::terraform::{Terraform, lay_out};
use crate::workspace::Workspace;

/// Where Terraform works.
const PLACE: &str = "terraform/local";
/// The bucket of its state, in the local cloud itself.
const STATES: &str = "terraform-states";
const VALUES: &str = "local.tfvars.json";
/// What the local cloud's clients ask for by name: Terraform's type of it, the template's, and
/// the attribute that `Ref` gives.
const KINDS: [(&str, &str, &str); 4] = [
    ("aws_dynamodb_table", "AWS::DynamoDB::Table", "name"),
    ("aws_sqs_queue", "AWS::SQS::Queue", "url"),
    ("aws_s3_bucket", "AWS::S3::Bucket", "bucket"),
    (
        "aws_lambda_function",
        "AWS::Lambda::Function",
        "function_name",
    ),
];

/// Applies it with the template's parameters; its outputs and resources as a deploy of the
/// template tells them.
pub(crate) fn apply(workspace: &Workspace, endpoint: &str, parameters: &Value) -> Result<String> {
    let terraform = Terraform::installed(workspace)?;
    let folder = lay_out(workspace, PLACE)?.join("infrastructure/terraform");
    let artifacts = package(workspace, endpoint)?;
    let values = values(parameters, &artifacts);
    fs::write(folder.join(VALUES), values.to_string())?;
    terraform.init(&folder, &backend(endpoint))?;
    run(
        &terraform,
        &folder,
        endpoint,
        &["apply", "-auto-approve", "-parallelism=8"],
    )?;
    let mut show = terraform.command(&folder);
    emulator::as_root(&mut show, endpoint);
    let state = capture(show.args(["show", "-json"]))?;
    let state: Value = serde_json::from_str(&state).context("terraform shows no JSON")?;
    Ok(described(&state["values"]).to_string())
}

/// Removes everything that it made, and fails if anything is left.
pub(crate) fn destroy(workspace: &Workspace, endpoint: &str) -> Result<()> {
    let terraform = Terraform::installed(workspace)?;
    let folder = workspace.local(PLACE).join("infrastructure/terraform");
    run(
        &terraform,
        &folder,
        endpoint,
        &["destroy", "-auto-approve", "-parallelism=8"],
    )?;
    let mut list = terraform.command(&folder);
    emulator::as_root(&mut list, endpoint);
    let left = capture(list.args(["state", "list"]))?;
    anyhow::ensure!(left.trim().is_empty(), "terraform left behind:\n{left}");
    Ok(())
}

fn run(terraform: &Terraform, folder: &Path, endpoint: &str, arguments: &[&str]) -> Result<()> {
    let mut command = terraform.command(folder);
    emulator::as_root(&mut command, endpoint);
    command.args(arguments);
    command.args(["-input=false", "-no-color", "-var-file", VALUES]);
    capture(&mut command).map(drop)
}

/// The packed programs, and the bucket for the state.
fn package(workspace: &Workspace, endpoint: &str) -> Result<PathBuf> {
    let artifacts = workspace.local_folder("artifacts")?;
    let mut script = emulator::python_command(workspace, endpoint)?;
    script
        .arg(workspace.path("infrastructure/local/cloud/package.py"))
        .arg(workspace.staged(""))
        .arg(&artifacts)
        .arg(STATES);
    capture(&mut script)?;
    Ok(artifacts)
}

fn backend(endpoint: &str) -> Vec<String> {
    let settings = [
        ("bucket", STATES.to_owned()),
        ("key", "local/omnigen.tfstate".to_owned()),
        ("region", REGION.to_owned()),
        ("endpoints", format!("{{s3=\"{endpoint}\"}}")),
        ("use_path_style", "true".to_owned()),
        ("skip_credentials_validation", "true".to_owned()),
        ("skip_requesting_account_id", "true".to_owned()),
        ("access_key", devcloud::addresses::ACCESS_KEY.to_owned()),
        ("secret_key", devcloud::addresses::SECRET_KEY.to_owned()),
    ];
    let settings = settings
        .iter()
        .map(|(name, value)| format!("-backend-config={name}={value}"));
    std::iter::once("-reconfigure".to_owned())
        .chain(settings)
        .collect()
}

fn values(parameters: &Value, artifacts: &Path) -> Value {
    let mut parameters = parameters.clone();
    if let Some(map) = parameters.as_object_mut() {
        // A secret is a variable of its own.
        map.remove("ReplicateApiKey");
    }
    json!({
        "region": REGION,
        "parameters": parameters,
        "replicate_api_key": REPLICATE_TOKEN,
        "artifacts": artifacts,
        "ffmpeg_layer": artifacts.join("ffmpeg-layer.zip"),
        "retain": false,
    })
}

/// A state as a deploy of the template tells what it made.
fn described(state: &Value) -> Value {
    let outputs = state["outputs"].as_object().into_iter().flatten();
    let outputs: BTreeMap<&String, &Value> = outputs
        .map(|(name, output)| (name, &output["value"]))
        .collect();
    let mut resources = Vec::new();
    collect(&state["root_module"], &mut resources);
    json!({"outputs": outputs, "resources": resources})
}

fn collect(module: &Value, resources: &mut Vec<Value>) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        let known = KINDS
            .iter()
            .find(|(of_terraform, ..)| resource["type"] == *of_terraform);
        if let Some((_, of_template, attribute)) = known {
            resources.push(json!({
                "logicalId": logical_id(resource),
                "type": of_template,
                "physicalId": resource["values"][attribute],
                "folder": resource["index"].as_str().filter(|_| *attribute == "function_name"),
            }));
        }
    }
    for child in module["child_modules"].as_array().into_iter().flatten() {
        collect(child, resources);
    }
}

/// As the template calls it: the bucket `assets` is its `AssetsBucket`.
fn logical_id(resource: &Value) -> String {
    let name = resource["name"].as_str().unwrap_or_default();
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let kind = if resource["type"] == "aws_s3_bucket" {
        "Bucket"
    } else {
        ""
    };
    first
        .into_iter()
        .chain(letters)
        .chain(kind.chars())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_told_as_a_deploy_of_the_template_is() {
        let state = json!({
            "outputs": {"ClientId": {"value": "c", "sensitive": false}},
            "root_module": {"child_modules": [{"resources": [
                {"type": "aws_lambda_function", "name": "this", "index": "me",
                 "values": {"function_name": "omnigen-me"}},
                {"type": "aws_s3_bucket", "name": "assets", "values": {"bucket": "omnigen-assets-1"}},
                {"type": "aws_iam_role", "name": "workflow", "values": {}},
            ]}]},
        });
        let described = described(&state);
        assert_eq!(described["outputs"]["ClientId"], "c");
        let resources = described["resources"].as_array().expect("a list");
        assert_eq!(resources.len(), 2);
        assert_eq!(resources[0]["folder"], "me");
        assert_eq!(resources[0]["physicalId"], "omnigen-me");
        assert_eq!(resources[1]["logicalId"], "AssetsBucket");
        assert_eq!(resources[1]["folder"], Value::Null);
    }

    #[test]
    fn the_key_is_no_parameter() {
        let parameters = json!({"ReplicateApiKey": "k", "LogLevel": "info"});
        let values = values(&parameters, Path::new("/a"));
        assert_eq!(values["parameters"], json!({"LogLevel": "info"}));
        assert_eq!(values["ffmpeg_layer"], "/a/ffmpeg-layer.zip");
    }
}

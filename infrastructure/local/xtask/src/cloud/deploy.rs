//! Deploying the unmodified template.yaml to the local cloud, or what stands beside it.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result};
use devcloud::addresses::{MEDIA_PUBLIC_KEY, REGION, REPLICATE_TOKEN};
use devcloud::{Addresses, Stack, users};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cloud::{emulator, terraform};
use crate::command::capture_with_input;
use crate::say;
use crate::setup::bootstraps::{bootstrap, fingerprint};
use crate::setup::ffmpeg::Architecture;
use crate::workspace::{Workspace, files_below};

/// The name of the stack.
pub(crate) const STACK: &str = "omnigen";
/// What is remembered of the last deploy.
const FINGERPRINT: &str = "deployed.txt";
const DEPLOYED: &str = "deployed.json";

/// Whether the stack has the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Site {
    /// It serves the site, where people sign in.
    On,
    /// It is the API alone.
    Off,
}

/// What deploys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    /// template.yaml, as `sam deploy` does it.
    Sam,
    /// infrastructure/terraform.
    Terraform,
}

impl Tool {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sam => "SAM",
            Self::Terraform => "Terraform",
        }
    }
}

/// What a deploy made: the stack's outputs and resources.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Deployed {
    outputs: BTreeMap<String, String>,
    resources: Vec<Resource>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    logical_id: String,
    #[serde(rename = "type")]
    kind: String,
    physical_id: String,
    folder: Option<String>,
}

impl Deployed {
    /// What a client needs to know of it.
    pub(crate) fn stack(&self, addresses: &Addresses) -> Result<Stack> {
        let has_site = self.outputs.contains_key("SiteUrl");
        Ok(Stack {
            api_url: addresses.api.clone(),
            endpoint_url: addresses.endpoint.clone(),
            region: REGION.to_owned(),
            user_pool_id: self.output("UserPoolId")?,
            client_id: self.output("ClientId")?,
            jwks_url: addresses.jwks.clone(),
            hosted_ui_url: self.output("HostedUiUrl")?,
            site_url: has_site.then(|| addresses.site.clone()),
            distribution_host: addresses.distribution.clone(),
            login_callback_url: addresses.login_callback.clone(),
            replicate_url: addresses.replicate.clone(),
            state_machine_arn: self.output("StateMachineArn")?,
            tables: self.named("AWS::DynamoDB::Table", "Table"),
            buckets: self.named("AWS::S3::Bucket", "Bucket"),
            queues: self.named("AWS::SQS::Queue", "Queue"),
            functions: self.functions(),
            users: users::all(),
        })
    }

    /// An output of the template.
    fn output(&self, name: &str) -> Result<String> {
        self.outputs
            .get(name)
            .cloned()
            .with_context(|| format!("template.yaml has no output {name}"))
    }

    /// Resources of a type by short names: the table `omnigen-jobs` is `jobs`, and what has no
    /// name of ours goes by its logical id without the `suffix`: `AssetsBucket` is `assets`.
    fn named(&self, kind: &str, suffix: &str) -> BTreeMap<String, String> {
        self.resources
            .iter()
            .filter(|resource| resource.kind == kind)
            .map(|resource| (resource.short_name(suffix), resource.physical_id.clone()))
            .collect()
    }

    /// The functions by the names of their folders.
    fn functions(&self) -> BTreeMap<String, String> {
        self.resources
            .iter()
            .filter_map(|resource| Some((resource.folder.clone()?, resource.physical_id.clone())))
            .collect()
    }
}

impl Resource {
    fn short_name(&self, suffix: &str) -> String {
        let name = self.physical_id.rsplit('/').next().unwrap_or_default();
        match name.strip_prefix("omnigen-") {
            Some(short) if suffix != "Bucket" => short.to_owned(),
            _ => lower_first(
                self.logical_id
                    .strip_suffix(suffix)
                    .unwrap_or(&self.logical_id),
            ),
        }
    }
}

fn lower_first(stem: &str) -> String {
    let mut letters = stem.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

/// Deploys what has changed; nothing when nothing has.
pub(crate) fn deploy(
    workspace: &Workspace,
    addresses: &Addresses,
    ffmpeg: &Path,
    tool: Tool,
    site: Site,
    overrides: &[String],
) -> Result<Deployed> {
    let parameters = parameters(addresses, ffmpeg, site, overrides)?;
    let state = state_of(workspace, tool, &parameters)?;
    if let Some(deployed) = remembered(workspace, &state) {
        return Ok(deployed);
    }
    forget(workspace);
    let endpoint = &addresses.endpoint;
    let answer = match tool {
        Tool::Sam => say::step("Deploying template.yaml", || {
            let template = workspace.path("template.yaml");
            run(workspace, endpoint, &template, STACK, &parameters)
        }),
        Tool::Terraform => say::step("Applying infrastructure/terraform", || {
            terraform::apply(workspace, endpoint, &parameters)
        }),
    }?;
    fs::write(workspace.local(DEPLOYED), &answer)?;
    fs::write(workspace.local(FINGERPRINT), &state)?;
    serde_json::from_str(&answer).context("the deploy answered something unexpected")
}

/// Deploys any template as a stack of its own; its outputs and resources as JSON.
pub(crate) fn run(
    workspace: &Workspace,
    endpoint: &str,
    template: &Path,
    stack: &str,
    parameters: &Value,
) -> Result<String> {
    let artifacts = workspace.local_folder("artifacts")?;
    let mut script = emulator::python_command(workspace, endpoint)?;
    script
        .arg(workspace.path("infrastructure/local/cloud/deploy.py"))
        .arg(template)
        .arg(stack)
        .arg(artifacts)
        .arg(workspace.root())
        .arg(workspace.staged(""));
    capture_with_input(&mut script, &parameters.to_string())
}

/// After this the next deploy is a real one.
pub(crate) fn forget(workspace: &Workspace) {
    let _ = fs::remove_file(workspace.local(FINGERPRINT));
}

/// The template's parameters with their local values; those it does not declare are skipped.
fn parameters(
    addresses: &Addresses,
    ffmpeg: &Path,
    site: Site,
    overrides: &[String],
) -> Result<Value> {
    let (switch, front) = match site {
        Site::On => ("on", &addresses.site),
        Site::Off => ("off", &addresses.api),
    };
    let mut parameters = json!({
        "Environment": "development",
        "Architecture": Architecture::host()?.lambda_name(),
        "Site": switch,
        "AllowedOrigin": addresses.site,
        "SecondAllowedOrigin": format!("http://{}", addresses.distribution),
        "SiteApiHost": "127.0.0.1",
        "SiteApiPort": addresses.cloud_port.to_string(),
        "SiteApiPath": addresses.api_path,
        "BucketOrigin": addresses.endpoint,
        "MediaPublicKey": MEDIA_PUBLIC_KEY,
        "LiveUrl": addresses.live,
        "PublicApiUrl": addresses.api,
        "CallbackUrl": format!("{front}/api/v1/auth/callback"),
        "SecondCallbackUrl": addresses.login_callback,
        "HostedUiUrl": addresses.endpoint,
        "JwtIssuer": "",
        "JwksUrl": addresses.jwks,
        "ReplicateBaseUrl": format!("{}/v1", addresses.replicate),
        "ReplicateOutputHosts": addresses.replicate,
        "ReplicateApiKey": REPLICATE_TOKEN,
        "FfmpegPath": ffmpeg,
        // Most of a local film's computing, and that on a machine which does everything else too.
        "FilmPreset": "superfast",
        "JobTimeLimitSeconds": "600",
        "WebhookGraceSeconds": "10",
        "TranscodeLeaseSeconds": "10",
        "TranscodeSegmentSeconds": "4",
        "QuotaPerMonth": "10",
        "RateLimitPerMinute": "100",
        // Everybody here has one address.
        "AnonymousRateLimitPerMinute": "10000000",
        "GatewayRateLimit": "10000",
        "GatewayBurstLimit": "5000",
        // The look-alike costs nothing, and one day has all the tests of it.
        "RunningFilmsPerUser": "1000",
        "DailySpendingLimitUsd": "1000000",
        // Receivers of webhooks stand beside the local cloud, and are given up in seconds.
        "WebhookPrivateOrigins": "http://127.0.0.1:*",
        "WebhookRetrySeconds": "1,1,2",
        "LogLevel": "info",
    });
    for text in overrides {
        let (name, value) = text
            .split_once('=')
            .with_context(|| format!("a parameter is given as Name=Value, not as {text}"))?;
        parameters[name] = Value::from(value);
    }
    // Any other value than before will do.
    let mut hasher = DefaultHasher::new();
    parameters.to_string().hash(&mut hasher);
    parameters["Settings"] = Value::from(format!("{:x}", hasher.finish()));
    Ok(parameters)
}

/// Everything that a deploy depends on, as text that changes when any of it does.
fn state_of(workspace: &Workspace, tool: Tool, parameters: &Value) -> Result<String> {
    let mut files = vec![workspace.path("template.yaml")];
    if tool == Tool::Terraform {
        files.extend(files_below(
            &workspace.path("infrastructure/terraform"),
            &[".terraform"],
        )?);
    }
    files.extend(files_below(&workspace.path("statemachine"), &[])?);
    files.push(workspace.staged("infrastructure/ffmpeg/layer/bin/ffmpeg"));
    for function in workspace.functions()? {
        files.push(bootstrap(workspace, &function));
    }
    let mut lines = vec![tool.name().to_owned(), parameters.to_string()];
    lines.push(state_of_launcher(workspace)?);
    for file in &files {
        lines.push(fingerprint(file)?);
    }
    Ok(lines.join("\n"))
}

/// The launcher's files, as text that changes when any of them does.
pub(crate) fn state_of_launcher(workspace: &Workspace) -> Result<String> {
    let files = files_below(&workspace.path("infrastructure/local/cloud"), &[])?;
    let lines: Result<Vec<String>> = files.iter().map(|file| fingerprint(file)).collect();
    Ok(lines?.join("\n"))
}

fn remembered(workspace: &Workspace, state: &str) -> Option<Deployed> {
    let last = fs::read_to_string(workspace.local(FINGERPRINT)).ok()?;
    if last != state {
        return None;
    }
    let deployed = fs::read_to_string(workspace.local(DEPLOYED)).ok()?;
    serde_json::from_str(&deployed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(logical_id: &str, physical_id: &str) -> Resource {
        Resource {
            logical_id: logical_id.to_owned(),
            kind: String::new(),
            physical_id: physical_id.to_owned(),
            folder: None,
        }
    }

    #[test]
    fn resources_are_called_by_what_they_hold() {
        assert_eq!(
            resource("JobTable", "omnigen-jobs").short_name("Table"),
            "jobs"
        );
        let bucket = resource("AssetsBucket", "omnigen-assets-000000000000");
        assert_eq!(bucket.short_name("Bucket"), "assets");
        let queue = resource("Work", "http://127.0.0.1:1/000000000000/omnigen-transcodes");
        assert_eq!(queue.short_name("Queue"), "transcodes");
    }

    #[test]
    fn functions_are_called_by_their_folders() {
        let deployed: Deployed = serde_json::from_value(json!({
            "outputs": {"ApiUrl": "u"},
            "resources": [
                {"logicalId": "MeFunction", "type": "AWS::Lambda::Function",
                 "physicalId": "omnigen-me", "folder": "me"},
                {"logicalId": "JobsTable", "type": "AWS::DynamoDB::Table",
                 "physicalId": "omnigen-jobs", "folder": null},
            ],
        }))
        .expect("readable");
        assert_eq!(deployed.functions()["me"], "omnigen-me");
        assert_eq!(
            deployed.named("AWS::DynamoDB::Table", "Table")["jobs"],
            "omnigen-jobs"
        );
        assert!(deployed.output("ClientId").is_err());
    }
}

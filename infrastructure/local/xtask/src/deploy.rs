//! `cargo xtask deploy --check`: what can be known of a deploy before an account is touched.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use account::{Finding, Template, findings};
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::Value;

use crate::command::capture;
use crate::say;
use crate::setup::ffmpeg::Architecture;
use crate::setup::{elf, python};
use crate::workspace::Workspace;

/// The own bound of a stack; what comes near it is split.
const MOST_RESOURCES: usize = 500;
/// Lambda's bound on a program and its layer, unpacked.
const MOST_BYTES: u64 = 250 * 1024 * 1024;
const LAYER: &str = "infrastructure/ffmpeg/layer/bin/ffmpeg";

/// Which deploy.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only look; `sam deploy` and Terraform do the rest
    #[arg(long, required = true)]
    check: bool,
    /// Of samconfig.toml; all of them by default
    #[arg(long)]
    environment: Option<String>,
}

/// Prints a table for each environment; fails if anything would be refused.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let text = fs::read_to_string(workspace.path("template.yaml"))?;
    let mut environments = environments(workspace)?;
    if let Some(name) = &options.environment {
        environments.retain(|found, _| found == name);
        ensure!(
            !environments.is_empty(),
            "samconfig.toml has no environment {name}"
        );
    }
    let mut refused = 0;
    for (name, given) in environments {
        let template = Template::parse(&text, &given)?;
        let mut found = findings(&template);
        found.push(settings(&template));
        found.push(resources(workspace, &given)?);
        found.push(programs(workspace, &template)?);
        say::result(&format!("{name}:"));
        for finding in &found {
            refused += finding.refused.len();
            print(finding);
        }
    }
    match refused {
        0 => Ok(()),
        count => bail!("a fresh account would refuse {count} things"),
    }
}

fn print(finding: &Finding) {
    let Finding {
        rule, limit, found, ..
    } = finding;
    let verdict = match finding.refused.len() {
        0 => "well",
        _ => "REFUSED",
    };
    say::result(&format!("  {rule:<24}{found:<14}{limit:<32}{verdict}"));
    for one in &finding.refused {
        say::result(&format!("    {one}"));
    }
}

/// The parameters of each environment of samconfig.toml.
fn environments(workspace: &Workspace) -> Result<BTreeMap<String, BTreeMap<String, String>>> {
    let text = fs::read_to_string(workspace.path("samconfig.toml"))?;
    let table: toml::Table = text.parse().context("samconfig.toml is not readable")?;
    let sections = table
        .iter()
        .filter_map(|(name, section)| Some((name, section.as_table()?)));
    sections
        .map(|(name, section)| {
            let given = &section["deploy"]["parameters"]["parameter_overrides"];
            let given = given.as_array().into_iter().flatten();
            let given = given.map(|one| {
                let (name, value) = one.as_str().and_then(|text| text.split_once('='))?;
                Some((name.to_owned(), value.to_owned()))
            });
            let given: Option<BTreeMap<_, _>> = given.collect();
            Ok((
                name.clone(),
                given.context("a parameter is Name=Value in samconfig.toml")?,
            ))
        })
        .collect()
}

/// A changed parameter reaches the functions that are deployed gradually by this one.
fn settings(template: &Template) -> Finding {
    let (given, wanted) = (template.parameter("Settings"), template.settings());
    let refused = (given != wanted).then(|| format!("the parameters changed: Settings={wanted}"));
    Finding {
        rule: "settings",
        limit: "the digest of the parameters",
        found: given.to_owned(),
        refused: refused.into_iter().collect(),
    }
}

/// SAM makes several resources of one; it is asked how many.
fn resources(workspace: &Workspace, given: &BTreeMap<String, String>) -> Result<Finding> {
    let python = python::environment(workspace, python::CLOUD)?;
    let translated = workspace.local_folder("checks")?.join("deploy.json");
    let mut translate = python::python_command(workspace, &python);
    translate
        .args([
            "infrastructure/local/checks/translate_sam.py",
            "template.yaml",
        ])
        .arg(&translated)
        .args(given.iter().map(|(name, value)| format!("{name}={value}")));
    capture(&mut translate)?;
    let translated: Value = serde_json::from_str(&fs::read_to_string(translated)?)?;
    let count = translated["Resources"]
        .as_object()
        .map_or(0, serde_json::Map::len);
    let refused = (count > MOST_RESOURCES).then(|| "the stack has to be split".to_owned());
    Ok(Finding {
        rule: "resources",
        limit: "500",
        found: count.to_string(),
        refused: refused.into_iter().collect(),
    })
}

/// Every program is there, for the template's processors, and not too large.
fn programs(workspace: &Workspace, template: &Template) -> Result<Finding> {
    let architecture = match template.parameter("Architecture") {
        "x86_64" => Architecture::X86,
        _ => Architecture::Arm,
    };
    let mut files = vec![workspace.path(LAYER)];
    for function in workspace.functions()? {
        files.push(workspace.path(&format!("target/lambda/{function}/bootstrap")));
    }
    let layer = size(&files[0]);
    let (there, missing): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.is_file());
    let mut refused = Vec::new();
    if !missing.is_empty() {
        let count = missing.len();
        refused.push(format!(
            "{count} are not built: `cargo lambda build --release --{0}`, `cargo xtask layer --architecture {0}`",
            architecture.lambda_name()
        ));
    }
    for file in there {
        if let Err(error) = elf::check(file, architecture) {
            let shown = format!("{error:#}");
            refused.push(shown.replace(&format!("{}/", workspace.root().display()), ""));
        } else if size(file) + layer > MOST_BYTES && *file != files[0] {
            refused.push(format!("{} with the layer is too large", file.display()));
        }
    }
    Ok(Finding {
        rule: "programs",
        limit: "built, 250 MB with the layer",
        found: format!("{} {}", files.len(), architecture.lambda_name()),
        refused,
    })
}

fn size(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |data| data.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_environments_have_values_that_the_template_knows() {
        let workspace = Workspace::locate();
        let environments = environments(&workspace).expect("readable");
        let names: Vec<&String> = environments.keys().collect();
        assert_eq!(names, ["dev", "prod"]);
        assert_eq!(environments["prod"]["Environment"], "production");
        let text = fs::read_to_string(workspace.path("template.yaml")).expect("read");
        for given in environments.values() {
            let template = Template::parse(&text, given).expect("the parameters are known");
            let refused: Vec<Finding> = findings(&template)
                .into_iter()
                .chain([settings(&template)])
                .filter(|finding| !finding.refused.is_empty())
                .collect();
            assert_eq!(refused, []);
        }
    }
    #[test]
    fn a_changed_parameter_or_default_is_another_settings() {
        let text = fs::read_to_string(Workspace::locate().path("template.yaml")).expect("read");
        let settings = |text: &str, name: &str, value: &str| {
            let given = BTreeMap::from([(name.to_owned(), value.to_owned())]);
            Template::parse(text, &given).expect("known").settings()
        };
        let before = settings(&text, "Settings", "");
        assert_eq!(settings(&text, "Settings", "ab"), before);
        assert_eq!(settings(&text, "ReplicateApiKey", "secret"), before);
        assert_ne!(settings(&text, "RateLimitPerMinute", "101"), before);
        let changed = text.replacen("Default: 10\n", "Default: 11\n", 1);
        assert_ne!(settings(&changed, "Settings", ""), before);
    }
}

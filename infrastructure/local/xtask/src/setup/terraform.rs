//! Terraform: where its provider comes from, and running it.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow};

use crate::command::{capture, command, is_installed};
use crate::workspace::Workspace;

/// Names a folder of providers, as `terraform providers mirror` makes one.
const MIRROR: &str = "OMNIGEN_TERRAFORM_MIRROR";
/// Where machines without a way to the registry keep such a folder.
const MIRRORS: [&str; 2] = ["/opt/tf-plugins", "/usr/local/share/tf-plugins"];
/// Names Terraform's own settings.
const SETTINGS: &str = "TF_CLI_CONFIG_FILE";
/// What its configurations refer to, by paths of the repository.
const FOLDERS: [&str; 3] = [
    "infrastructure/terraform",
    "infrastructure/github-oidc",
    "statemachine",
];

/// Why something that needs Terraform cannot be done on this machine.
#[derive(Debug)]
pub(crate) struct Unavailable(String);

impl fmt::Display for Unavailable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Unavailable {}

/// Terraform on this machine.
#[derive(Debug)]
pub(crate) struct Terraform {
    settings: PathBuf,
}

impl Terraform {
    /// The one that is installed.
    ///
    /// # Errors
    /// [`Unavailable`], when none is.
    pub(crate) fn installed(workspace: &Workspace) -> Result<Self> {
        if !is_installed("terraform") {
            return Err(Unavailable("terraform is not installed".to_owned()).into());
        }
        let own = std::env::var_os(SETTINGS).map(PathBuf::from);
        if let Some(settings) = own.filter(|file| file.is_file()) {
            return Ok(Self { settings });
        }
        let folder = workspace.local_folder("terraform")?;
        let settings = folder.join("settings.tfrc");
        fs::write(&settings, settings_with(mirror().as_deref(), &folder)?)?;
        Ok(Self { settings })
    }

    /// A command in a folder with a configuration.
    pub(crate) fn command(&self, folder: &Path) -> Command {
        let mut terraform = command("terraform", folder);
        terraform
            .env(SETTINGS, &self.settings)
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1");
        terraform
    }

    /// Gets the provider of a configuration.
    ///
    /// # Errors
    /// [`Unavailable`], when there is none to be had.
    pub(crate) fn init(&self, folder: &Path, backend: &[String]) -> Result<()> {
        let mut init = self.command(folder);
        init.args(["init", "-input=false", "-no-color"]);
        init.args(backend);
        capture(&mut init).map(drop).map_err(|error| {
            let reason = format!("the provider could not be had (is the network there?): {error}");
            anyhow!(Unavailable(reason))
        })
    }
}

/// The folder of providers on this machine, if there is one.
fn mirror() -> Option<PathBuf> {
    let named = std::env::var_os(MIRROR).map(PathBuf::from);
    named.or_else(|| {
        let known = MIRRORS.iter().map(PathBuf::from);
        known.into_iter().find(|folder| folder.is_dir())
    })
}

/// Terraform's settings: the provider from the folder alone, or from the registry and kept.
fn settings_with(mirror: Option<&Path>, folder: &Path) -> Result<String> {
    if let Some(mirror) = mirror {
        let path = serde_json::to_string(mirror)?;
        return Ok(format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = {path}\n  }}\n}}\n"
        ));
    }
    let kept = folder.join("providers");
    fs::create_dir_all(&kept)?;
    Ok(format!(
        "plugin_cache_dir = {}\n",
        serde_json::to_string(&kept)?
    ))
}

/// Lays a copy of everything that Terraform reads below `.local/`, where it may leave its
/// working files; gives the folder that stands for the repository.
pub(crate) fn lay_out(workspace: &Workspace, place: &str) -> Result<PathBuf> {
    let root = workspace.local_folder(place)?;
    for folder in FOLDERS {
        copy_folder(&workspace.path(folder), &root.join(folder))?;
    }
    Ok(root)
}

/// Makes `to` hold what `from` holds, but for Terraform's working files on either side.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let entry = entry?;
        let is_gone = !from.join(entry.file_name()).exists();
        if is_gone && !is_working_file(&entry.file_name()) {
            remove(&entry.path())?;
        }
    }
    let entries = fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if is_working_file(&entry.file_name()) {
            continue;
        }
        if source.is_dir() {
            copy_folder(&source, &target)?;
        } else {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}

fn is_working_file(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with(".terraform")
}

fn remove(path: &Path) -> Result<()> {
    if path.is_dir() {
        fs::remove_dir_all(path)?;
    } else {
        fs::remove_file(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_holds_what_its_origin_holds_and_keeps_working_files() {
        let folder = std::env::temp_dir().join(format!("omnigen-copy-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        for place in [&from, &to, &to.join(".terraform"), &from.join(".terraform")] {
            fs::create_dir_all(place).expect("a scratch folder");
        }
        fs::write(from.join("main.tf"), "new").expect("written");
        fs::write(from.join(".terraform/ours"), "").expect("written");
        fs::write(to.join("old.tf"), "gone").expect("written");
        fs::write(to.join(".terraform/theirs"), "").expect("written");
        copy_folder(&from, &to).expect("copied");
        let exists = |name: &str| to.join(name).exists();
        assert!(exists("main.tf") && exists(".terraform/theirs"));
        assert!(!exists("old.tf") && !exists(".terraform/ours"));
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn a_folder_of_providers_is_the_only_place_they_come_from() {
        let settings = settings_with(Some(Path::new("/a/folder")), Path::new("/tmp"));
        let settings = settings.expect("settings");
        assert!(settings.contains("path = \"/a/folder\""), "{settings}");
        assert!(!settings.contains("direct"), "{settings}");
    }
}

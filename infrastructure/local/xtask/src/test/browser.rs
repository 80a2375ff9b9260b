//! Signing in by a real browser, Debian's headless Chromium.

use anyhow::{Result, ensure};

use super::Count;
use super::clients::counted;
use crate::cloud;
use crate::command::is_installed;
use crate::say;
use crate::setup::node;
use crate::workspace::Workspace;

const PROBES: &str = "tests/browser/sign_in.mjs";
const DRIVER: [&str; 1] = ["playwright-core@1.65.1"];
const CHROMIUM: &str = "chromium-headless-shell";

/// Runs the browser's probes over the local cloud.
pub(super) fn check(workspace: &Workspace) -> Count {
    let probes = say::step("Signing in by Chromium", || run(workspace));
    probes.unwrap_or_else(Count::failure)
}

fn run(workspace: &Workspace) -> Result<Count> {
    ensure!(
        is_installed(CHROMIUM),
        "{CHROMIUM} was not found: apt-get install --no-install-recommends {CHROMIUM}"
    );
    let folder = node::packages(workspace, "browser", &DRIVER)?;
    // It finds the driver from the folder that it is run in.
    counted(
        node::node_command(workspace, "node", &folder)?
            .arg(workspace.path(PROBES))
            .arg(format!("/usr/bin/{CHROMIUM}"))
            .arg(workspace.local(cloud::STACK_FILE)),
    )
}

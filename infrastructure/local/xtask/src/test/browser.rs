//! What a person does, in a real browser: Debian's headless Chromium.

use std::path::Path;

use anyhow::{Result, ensure};
use devcloud::Stack;

use super::Count;
use super::clients::counted;
use super::nextest::reported;
use crate::cloud;
use crate::command::is_installed;
use crate::setup::node;
use crate::workspace::Workspace;
use crate::{say, site};

const PROBES: &str = "tests/browser/sign_in.mjs";
const DRIVER: [&str; 1] = ["playwright-core@1.65.1"];
const CHROMIUM: &str = "chromium-headless-shell";

/// Where the journeys write their report.
const REPORT: &str = "site-journeys.xml";

/// Runs the probes and the site's journeys over the local cloud; FFmpeg draws what is uploaded.
pub(super) fn check(workspace: &Workspace, stack: &Stack, ffmpeg: &Path) -> Count {
    let mut count = Count::default();
    let probes = say::step("Signing in by Chromium", || probes(workspace));
    count.add(probes.unwrap_or_else(Count::failure));
    let journeys = say::step("Using the site by Chromium", || {
        journeys(workspace, stack, ffmpeg)
    });
    count.add(journeys.unwrap_or_else(Count::failure));
    count
}

fn chromium() -> Result<String> {
    ensure!(
        is_installed(CHROMIUM),
        "{CHROMIUM} was not found: apt-get install --no-install-recommends {CHROMIUM}"
    );
    Ok(format!("/usr/bin/{CHROMIUM}"))
}

/// The site's own tests, at the address that a person has.
fn journeys(workspace: &Workspace, stack: &Stack, ffmpeg: &Path) -> Result<Count> {
    let report = workspace.local(REPORT);
    let mut playwright = site::script(workspace, "e2e")?;
    playwright
        .args(["--reporter", "list,junit"])
        .env("PLAYWRIGHT_JUNIT_OUTPUT_FILE", &report)
        .env("CHROMIUM", chromium()?)
        .env("FFMPEG_PATH", ffmpeg)
        .env("OMNIGEN_SITE", stack.site()?)
        .env("OMNIGEN_STACK", workspace.local(cloud::STACK_FILE));
    reported(&mut playwright, &report)
}

fn probes(workspace: &Workspace) -> Result<Count> {
    let chromium = chromium()?;
    let folder = node::packages(workspace, "browser", &DRIVER)?;
    // It finds the driver from the folder that it is run in.
    counted(
        node::node_command(workspace, "node", &folder)?
            .arg(workspace.path(PROBES))
            .arg(chromium)
            .arg(workspace.local(cloud::STACK_FILE)),
    )
}

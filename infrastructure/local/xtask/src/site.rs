//! `cargo xtask site`: the web app built, developed, and served by the local cloud.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;
use devcloud::Stack;

use crate::cloud::emulator::{Services, python_command};
use crate::command::{capture, command, run as run_command};
use crate::setup::bootstraps::fingerprint;
use crate::setup::node;
use crate::workspace::{Workspace, files_below};
use crate::{cloud, http, say};

/// Where its sources are.
const FOLDER: &str = "infrastructure/site";
/// The proxy that a person reaches it by.
const FRONT: &str = "infrastructure/local/site/preview.config.mjs";
/// The page that names all others.
const FIRST_PAGE: &str = "index.html";
/// Where its packages are.
const PACKAGES: &str = "node_modules";
/// What lies among the sources and is none.
const MADE: [&str; 4] = [PACKAGES, "dist", "test-results", "screenshots"];

/// What is done with the site.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Options {
    /// Serve it from its sources, by the local cloud's API; each change is seen at once
    #[arg(long)]
    dev: bool,
}

/// Builds the site, or develops it.
pub(crate) fn run(workspace: &Workspace, options: Options) -> Result<()> {
    if options.dev {
        return develop(workspace);
    }
    say::result(&build(workspace)?.display().to_string());
    Ok(())
}

/// Puts the site into its bucket, and starts the address that a person reaches it by.
pub(crate) fn serve(workspace: &Workspace, stack: &Stack) -> Result<()> {
    let Some(url) = &stack.site_url else {
        return Services::of(workspace)?.site.stop().map(drop);
    };
    let built = build(workspace)?;
    publish(workspace, stack, &built)?;
    start_front(workspace, stack, url)
}

/// A script of the site's, by its package manager.
pub(crate) fn script(workspace: &Workspace, name: &str) -> Result<Command> {
    install(workspace)?;
    let mut bun = command(node::bun(workspace)?, &workspace.path(FOLDER));
    bun.args(["run", name]);
    Ok(bun)
}

/// The folder of the built site; it is built anew when its sources have changed.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.path(FOLDER);
    let built = folder.join("dist");
    let sources = state_of(&folder)?;
    let memory = workspace.local("site-built.txt");
    if !built.join(FIRST_PAGE).exists() {
        forget(&memory)?;
    }
    unless_remembered(&memory, &sources, || {
        let mut build = script(workspace, "build")?;
        say::step("Building the site", || capture(&mut build).map(drop))
    })?;
    Ok(built)
}

fn install(workspace: &Workspace) -> Result<()> {
    let folder = workspace.path(FOLDER);
    let wanted = fs::read_to_string(folder.join("bun.lock"))
        .with_context(|| format!("{FOLDER} has no bun.lock"))?;
    // Among the packages, with which it goes.
    unless_remembered(&folder.join(PACKAGES).join(".installed"), &wanted, || {
        let mut bun = command(node::bun(workspace)?, &folder);
        bun.args(["install", "--frozen-lockfile", "--ignore-scripts"]);
        say::step("Installing the site's packages", || {
            let installed = capture(&mut bun).map(drop);
            installed.context("the packages could not be installed; is the network there?")
        })
    })
}

fn publish(workspace: &Workspace, stack: &Stack, built: &Path) -> Result<()> {
    let bucket = stack.bucket("site")?;
    let wanted = format!("{bucket}\n{}", state_of(built)?);
    // Among the emulator's state, with which the bucket goes.
    unless_remembered(
        &workspace.local("state/site-published.txt"),
        &wanted,
        || {
            let mut publish = python_command(workspace, &stack.endpoint_url)?;
            publish
                .arg(workspace.path("infrastructure/local/cloud/publish.py"))
                .arg(built)
                .arg(bucket);
            say::step("Publishing the site", || capture(&mut publish).map(drop))
        },
    )
}

fn start_front(workspace: &Workspace, stack: &Stack, url: &str) -> Result<()> {
    let front = Services::of(workspace)?.site;
    let config = workspace.path(FRONT);
    let identity = format!("{}\n{}\n{url}", fingerprint(&config)?, stack.endpoint_url);
    if front.runs_as(&identity) && http::is_healthy(url) {
        return Ok(());
    }
    front.stop()?;
    let folder = workspace.path(FOLDER);
    let mut vite = node::node_command(workspace, "node", &folder)?;
    vite.arg("node_modules/vite/bin/vite.js")
        .args(["preview", "--config"])
        .arg(&config)
        .env("OMNIGEN_CLOUD", &stack.endpoint_url)
        .env("OMNIGEN_DISTRIBUTION", &stack.distribution_host)
        .env("OMNIGEN_SITE_PORT", port_of(url)?);
    say::step("Starting the site", || {
        front.start(&mut vite, &identity, || http::is_healthy(url))
    })
}

/// In place of the built site, at its address: people sign in there.
fn develop(workspace: &Workspace) -> Result<()> {
    let stack = cloud::stack(workspace)?;
    let url = stack.site_url.as_deref();
    let url = url.context("the local cloud is without the site: run `cargo xtask up`")?;
    Services::of(workspace)?.site.stop()?;
    say::note(&format!("The site from its sources: {url}"));
    say::note("Ctrl-C ends it; `cargo xtask up` serves the built one again.");
    let mut dev = script(workspace, "dev")?;
    dev.env("OMNIGEN_API", &stack.api_url)
        .env("OMNIGEN_SITE_PORT", port_of(url)?);
    run_command(&mut dev)
}

fn port_of(url: &str) -> Result<&str> {
    let (_, port) = url.rsplit_once(':').context("the site has no port")?;
    Ok(port)
}

/// Does `work` unless it was done for what is `wanted` before.
fn unless_remembered(memory: &Path, wanted: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    if fs::read_to_string(memory).is_ok_and(|done| done == wanted) {
        return Ok(());
    }
    work()?;
    fs::write(memory, wanted).with_context(|| format!("cannot write {}", memory.display()))
}

fn forget(memory: &Path) -> Result<()> {
    match fs::remove_file(memory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Text that changes when any file of a folder does.
fn state_of(folder: &Path) -> Result<String> {
    let files = files_below(folder, &MADE)?;
    let lines: Result<Vec<String>> = files.iter().map(|file| fingerprint(file)).collect();
    Ok(lines?.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_of_the_sources_does_not_change_their_state() {
        let folder = std::env::temp_dir().join(format!("omnigen-site-{}", std::process::id()));
        for sub in ["src", "dist", "node_modules/vite"] {
            fs::create_dir_all(folder.join(sub)).expect("a folder");
        }
        fs::write(folder.join("src/main.tsx"), "1").expect("a source");
        let before = state_of(&folder).expect("a state");
        fs::write(folder.join("dist/index.html"), "1").expect("a result");
        fs::write(folder.join("node_modules/vite/a.js"), "1").expect("a package");
        assert_eq!(state_of(&folder).expect("a state"), before);
        fs::write(folder.join("src/main.tsx"), "12").expect("a change");
        assert_ne!(state_of(&folder).expect("a state"), before);
        fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn what_is_remembered_is_not_done_again_until_it_is_forgotten() {
        let memory = std::env::temp_dir().join(format!("omnigen-memory-{}", std::process::id()));
        let mut done = 0;
        let mut ask = |wanted: &str| {
            let work = || {
                done += 1;
                Ok(())
            };
            unless_remembered(&memory, wanted, work).expect("it works");
            done
        };
        assert_eq!([ask("a"), ask("a"), ask("b")], [1, 1, 2]);
        forget(&memory).expect("it is forgotten");
        forget(&memory).expect("once is enough");
        assert_eq!(ask("b"), 3);
        forget(&memory).expect("it is forgotten");
    }

    #[test]
    fn the_port_is_the_addresss() {
        assert_eq!(port_of("http://127.0.0.1:4720").expect("a port"), "4720");
    }
}

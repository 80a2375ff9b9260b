//! The local cloud: the emulator with template.yaml deployed to it, and the look-alike of
//! the model provider.

pub(crate) mod deploy;
pub(crate) mod emulator;
mod environment;
mod ports;
mod process;
mod terraform;

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result};
use clap::Args;
use devcloud::{Addresses, Stack, users};

use self::deploy::{Deployed, Site, Tool};
use self::emulator::Services;
use self::ports::Ports;
use crate::http;
use crate::setup::bootstraps::{Profile, Programs, fingerprint};
use crate::setup::{bootstraps, ffmpeg, python};
use crate::workspace::Workspace;
use crate::{say, site};

/// Where `up` writes what a client needs to know.
pub(crate) const STACK_FILE: &str = "stack.json";

/// Which tool deployed what is in the local cloud.
const TOOL_FILE: &str = "tool.txt";

/// How the local cloud is started.
#[derive(Debug, Default, Args)]
pub(crate) struct Options {
    /// The port of the emulator; by default the last one, or any that is free
    #[arg(long)]
    port: Option<u16>,
    /// Run the functions as they are compiled for AWS
    #[arg(long)]
    pub(crate) release: bool,
    /// The API alone, without the site
    #[arg(long)]
    without_site: bool,
    /// Deploy infrastructure/terraform instead of template.yaml
    #[arg(long)]
    pub(crate) terraform: bool,
    /// Another value for a parameter of template.yaml
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) parameter: Vec<String>,
}

impl Options {
    /// For benchmarks: no limit on the requests of a user.
    pub(crate) fn measured() -> Self {
        Self {
            without_site: true,
            parameter: vec!["RateLimitPerMinute=10000000".to_owned()],
            ..Self::default()
        }
    }

    /// Everything as usual, but for the tool.
    pub(crate) fn by(terraform: bool) -> Self {
        Self {
            terraform,
            ..Self::default()
        }
    }

    fn tool(&self) -> Tool {
        if self.terraform {
            Tool::Terraform
        } else {
            Tool::Sam
        }
    }

    fn profile(&self) -> Profile {
        if self.release {
            Profile::Release
        } else {
            Profile::Dev
        }
    }

    /// infrastructure/terraform has the API alone.
    fn site(&self) -> Site {
        if self.without_site || self.terraform {
            Site::Off
        } else {
            Site::On
        }
    }
}

/// Makes the local cloud run, whatever state it is in.
pub(crate) fn up(workspace: &Workspace, options: &Options) -> Result<Stack> {
    let programs = bootstraps::build_cloud(workspace, options.profile())?;
    up_with(workspace, options, &programs)
}

/// The same with programs that are built.
pub(crate) fn up_with(
    workspace: &Workspace,
    options: &Options,
    programs: &Programs,
) -> Result<Stack> {
    let _lock = lock(workspace)?;
    python::environment(workspace, python::CLOUD)?;
    let ffmpeg = ffmpeg::install(workspace)?;
    let replicate = bootstraps::stage(workspace, programs)?;
    leave_to(workspace, options.tool())?;
    let addresses = start(workspace, options, &replicate, &ffmpeg)?;
    let deployed = deploy_healthily(workspace, &addresses, &ffmpeg, options)?;
    let stack = deployed.stack(&addresses)?;
    site::serve(workspace, &stack)?;
    http::wait(users::create(&stack))?;
    environment::write(workspace, &stack)?;
    stack.write(&workspace.local(STACK_FILE))?;
    say::note(&format!("The local cloud is up: {}", stack.api_url));
    if let Some(site) = &stack.site_url {
        let user = &stack.users[&users::Name::Demo];
        let (name, password) = (&user.username, &user.password);
        say::note(&format!("The site: {site} (sign in as {name}, {password})"));
    }
    Ok(stack)
}

/// The local cloud of the last `up`.
pub(crate) fn stack(workspace: &Workspace) -> Result<Stack> {
    Stack::read(&workspace.local(STACK_FILE))
}

/// Stops what `up` started.
pub(crate) fn down(workspace: &Workspace, wipe: bool) -> Result<()> {
    let _lock = lock(workspace)?;
    if Services::of(workspace)?.stop()? {
        say::note("The local cloud is down.");
    } else {
        say::note("The local cloud was not up.");
    }
    remove_file(workspace, STACK_FILE)?;
    if wipe {
        forget_everything(workspace)?;
        say::note("Its state is forgotten.");
    }
    Ok(())
}

/// A stack belongs to the tool that made it: the other one starts with an empty cloud.
fn leave_to(workspace: &Workspace, tool: Tool) -> Result<()> {
    let file = workspace.local(TOOL_FILE);
    let last = fs::read_to_string(&file).unwrap_or_else(|_| Tool::Sam.name().to_owned());
    if last != tool.name() {
        Services::of(workspace)?.stop()?;
        if workspace.local("state").exists() {
            say::note(&format!(
                "What is there was deployed by {last}: it starts anew, without its jobs."
            ));
        }
        forget_everything(workspace)?;
    }
    Ok(fs::write(file, tool.name())?)
}

/// Removes by Terraform what Terraform made in the local cloud that is up.
pub(crate) fn destroy(workspace: &Workspace) -> Result<()> {
    let stack = stack(workspace)?;
    let last = fs::read_to_string(workspace.local(TOOL_FILE)).unwrap_or_default();
    anyhow::ensure!(
        last == Tool::Terraform.name(),
        "what is there was not deployed by Terraform"
    );
    deploy::forget(workspace);
    say::step("Destroying what Terraform made", || {
        terraform::destroy(workspace, &stack.endpoint_url)
    })?;
    say::note("Nothing is left.");
    Ok(())
}

/// One `up` or `down` at a time.
fn lock(workspace: &Workspace) -> Result<File> {
    let path = workspace.local_folder("")?.join("lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    if file.try_lock().is_err() {
        say::note("Another command is starting or stopping the local cloud; waiting for it …");
        file.lock()?;
    }
    Ok(file)
}

/// Starts what does not run, runs without answering, or runs an older state of its program.
fn start(
    workspace: &Workspace,
    options: &Options,
    replicate: &Path,
    ffmpeg: &Path,
) -> Result<Addresses> {
    let services = Services::of(workspace)?;
    let launcher = deploy::state_of_launcher(workspace)?;
    let ports = match running_ports(workspace, &services, options, &launcher) {
        Some(ports) => ports,
        None => start_emulator(workspace, &services, options, &launcher)?,
    };
    let addresses = ports.addresses();
    let is_current = services.replicate.runs_as(&fingerprint(replicate)?);
    if !is_current || !http::is_healthy(&format!("{}/_control/health", addresses.replicate)) {
        services.replicate.stop()?;
        say::step("Starting the look-alike of Replicate", || {
            services.start_replicate(workspace, ports, replicate, ffmpeg)
        })?;
    }
    Ok(addresses)
}

fn running_ports(
    workspace: &Workspace,
    services: &Services,
    options: &Options,
    launcher: &str,
) -> Option<Ports> {
    let ports = Ports::remembered(workspace)?;
    let is_wanted = options.port.is_none_or(|port| port == ports.cloud);
    if !is_wanted || !services.emulator.runs_as(launcher) {
        return None;
    }
    let health = format!("{}/_ministack/health", ports.addresses().endpoint);
    http::is_healthy(&health).then_some(ports)
}

fn start_emulator(
    workspace: &Workspace,
    services: &Services,
    options: &Options,
    launcher: &str,
) -> Result<Ports> {
    // It saves its state when it is stopped. One that was killed left half a state behind.
    if services.emulator.has_died() {
        say::note("The local cloud was killed the last time: it starts anew, without its jobs.");
        services.replicate.stop()?;
        forget_everything(workspace)?;
    }
    Ports::check(workspace, options.port)?;
    services.stop()?;
    let ports = Ports::choose(workspace, options.port)?;
    say::step("Starting the local cloud", || {
        services.start_emulator(workspace, ports, launcher)
    })?;
    Ok(ports)
}

fn forget_everything(workspace: &Workspace) -> Result<()> {
    deploy::forget(workspace);
    for folder in ["state", "tmp", "run"] {
        let path = workspace.local(folder);
        if path.exists() {
            fs::remove_dir_all(&path)
                .with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    workspace.local_folder("run")?;
    remove_file(workspace, STACK_FILE)
}

fn remove_file(workspace: &Workspace, name: &str) -> Result<()> {
    let path = workspace.local(name);
    if path.exists() {
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

/// Deploys what has changed; everything, should what is there not answer.
fn deploy_healthily(
    workspace: &Workspace,
    addresses: &Addresses,
    ffmpeg: &Path,
    options: &Options,
) -> Result<Deployed> {
    let deploy = || {
        let (tool, site) = (options.tool(), options.site());
        deploy::deploy(workspace, addresses, ffmpeg, tool, site, &options.parameter)
    };
    let deployed = deploy()?;
    if is_answering(addresses) {
        return Ok(deployed);
    }
    deploy::forget(workspace);
    let deployed = deploy()?;
    if !is_answering(addresses) {
        deploy::forget(workspace);
        anyhow::bail!(
            "the local cloud runs, but {} does not answer 2xx; see {}",
            health_of(addresses),
            workspace.local("logs/emulator.log").display()
        );
    }
    Ok(deployed)
}

/// The whole way: the gateway, a function, its answer.
fn is_answering(addresses: &Addresses) -> bool {
    http::is_healthy(&health_of(addresses))
}

fn health_of(addresses: &Addresses) -> String {
    format!("{}/api/v1/health", addresses.api)
}

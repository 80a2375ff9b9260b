//! The emulator and the look-alike: how they are started, and what they get to see.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use devcloud::addresses::{ACCESS_KEY, REGION, REPLICATE_TOKEN, SECRET_KEY, WEBHOOK_SECRET};

use crate::cloud::ports::Ports;
use crate::cloud::process::Process;
use crate::http;
use crate::setup::bootstraps::fingerprint;
use crate::setup::{node, python};
use crate::workspace::Workspace;

/// Where programs are found that everybody has.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The background programs of the local cloud.
#[derive(Debug)]
pub(crate) struct Services {
    /// The emulator, with every function inside it.
    pub(crate) emulator: Process,
    /// The look-alike of the model provider.
    pub(crate) replicate: Process,
    /// The site, as a person reaches it.
    pub(crate) site: Process,
}

/// `enforced`: calls are held to IAM policies (`infrastructure/local/cloud`).
const POLICIES: &str = "OMNIGEN_POLICIES";

impl Services {
    /// Those of this workspace, running or not.
    pub(crate) fn of(workspace: &Workspace) -> Result<Self> {
        Ok(Self {
            emulator: Process::named(workspace, "emulator")?,
            replicate: Process::named(workspace, "replicate")?,
            site: Process::named(workspace, "site")?,
        })
    }

    /// Stops them all; tells whether any ran.
    pub(crate) fn stop(&self) -> Result<bool> {
        let stopped = [
            self.site.stop()?,
            self.replicate.stop()?,
            self.emulator.stop()?,
        ];
        Ok(stopped.contains(&true))
    }

    /// Starts the emulator, adapted by the launcher's files as they are now.
    pub(crate) fn start_emulator(
        &self,
        workspace: &Workspace,
        ports: Ports,
        identity: &str,
    ) -> Result<()> {
        let endpoint = ports.addresses().endpoint;
        let mut command = python_command(workspace, &endpoint)?;
        // It runs CloudFront's functions.
        let node = node::programs(workspace)?;
        if let Some(policies) = std::env::var_os(POLICIES) {
            command.env(POLICIES, policies);
        }
        command
            .env("PATH", format!("{}:{PATH}", node.display()))
            .arg(workspace.path("infrastructure/local/cloud"))
            .env("GATEWAY_PORT", ports.cloud.to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("IOT_MTLS_ENABLED", "0")
            .env("SFTP_ENABLED", "0")
            .env("S3_PERSIST", "1")
            .env("S3_DATA_DIR", workspace.local_folder("state/s3")?)
            .env("PERSIST_STATE", "1")
            .env("STATE_DIR", workspace.local_folder("state/services")?)
            .env("TMPDIR", workspace.local_folder("tmp")?)
            .env("LOG_LEVEL", "INFO");
        let health = format!("{endpoint}/_ministack/health");
        self.emulator
            .start(&mut command, identity, || http::is_healthy(&health))
    }

    /// Starts the look-alike.
    pub(crate) fn start_replicate(
        &self,
        workspace: &Workspace,
        ports: Ports,
        program: &Path,
        ffmpeg: &Path,
    ) -> Result<()> {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("TMPDIR", workspace.local_folder("tmp")?)
            .current_dir(workspace.local_folder("state")?)
            .args(["--port", &ports.replicate.to_string()])
            .arg("--ffmpeg")
            .arg(ffmpeg)
            .arg("--state")
            .arg(workspace.local_folder("state/replicate")?)
            .args(["--token", REPLICATE_TOKEN])
            .args(["--webhook-secret", WEBHOOK_SECRET]);
        let health = format!("{}/_control/health", ports.addresses().replicate);
        let identity = fingerprint(program)?;
        self.replicate
            .start(&mut command, &identity, || http::is_healthy(&health))
    }
}

/// A Python program that talks to the local cloud, and sees nothing of our own environment:
/// what the emulator sees, its functions see as well.
pub(crate) fn python_command(workspace: &Workspace, endpoint: &str) -> Result<Command> {
    let python = python::environment(workspace, python::CLOUD)?;
    let mut command = python::python_command(workspace, &python);
    command
        .env_clear()
        .env("PATH", PATH)
        .env("HOME", workspace.local_folder("tmp")?)
        .env("LANG", "C.UTF-8")
        .env("TZ", "UTC")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    as_root(&mut command, endpoint);
    Ok(command)
}

/// Makes a command talk to the local cloud, as its root user, and to no account.
pub(crate) fn as_root(command: &mut Command, endpoint: &str) {
    command
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_SESSION_TOKEN")
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_REGION", REGION)
        .env("AWS_DEFAULT_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .env("AWS_EC2_METADATA_DISABLED", "true");
}

//! The ports of the local cloud: the same ones every time, as long as they are free.

use std::fs;
use std::net::TcpListener;

use anyhow::{Context, Result, anyhow};
use devcloud::Addresses;
use serde::{Deserialize, Serialize};

use crate::workspace::Workspace;

/// On which ports of 127.0.0.1 the local cloud listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ports {
    /// The emulator's, gateway included.
    pub(crate) cloud: u16,
    /// The look-alike's.
    pub(crate) replicate: u16,
    /// That of `cargo xtask login`, while it waits.
    pub(crate) login: u16,
    /// The site's.
    pub(crate) site: u16,
}

impl Ports {
    /// The ports of the last time.
    pub(crate) fn remembered(workspace: &Workspace) -> Option<Self> {
        let text = fs::read_to_string(workspace.local("ports.json")).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Where things are on these ports.
    pub(crate) fn addresses(self) -> Addresses {
        Addresses::on(self.cloud, self.replicate, self.login, self.site)
    }

    /// Fails when the port that was asked for belongs to another program than ours.
    pub(crate) fn check(workspace: &Workspace, asked: Option<u16>) -> Result<()> {
        let ours = Self::remembered(workspace).map(|ports| ports.cloud);
        match asked {
            Some(port) if Some(port) != ours && !is_free(port) => Err(taken(port)),
            _ => Ok(()),
        }
    }

    /// The ports to start on: `asked`, else the last ones, else any that are free.
    pub(crate) fn choose(workspace: &Workspace, asked: Option<u16>) -> Result<Self> {
        let remembered = Self::remembered(workspace);
        let cloud = match asked {
            Some(port) if is_free(port) => port,
            Some(port) => return Err(taken(port)),
            None => keep_or_find(remembered.map(|ports| ports.cloud))?,
        };
        let ports = Self {
            cloud,
            replicate: keep_or_find(remembered.map(|ports| ports.replicate))?,
            login: keep_or_find(remembered.map(|ports| ports.login))?,
            site: keep_or_find(remembered.map(|ports| ports.site))?,
        };
        let file = workspace.local_folder("")?.join("ports.json");
        fs::write(file, serde_json::to_string(&ports)?)?;
        Ok(ports)
    }
}

fn taken(port: u16) -> anyhow::Error {
    anyhow!("port {port} is taken by another program: choose another, or none")
}

fn keep_or_find(remembered: Option<u16>) -> Result<u16> {
    match remembered.filter(|port| is_free(*port)) {
        Some(port) => Ok(port),
        None => find_free(),
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

fn find_free() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no port of 127.0.0.1 is free")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_not_kept() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = taken.local_addr().expect("its address").port();
        assert!(!is_free(port));
        assert_ne!(keep_or_find(Some(port)).expect("another"), port);
    }
}

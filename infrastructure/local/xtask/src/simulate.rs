//! `cargo xtask simulate`: films and uploads of so many people in a busiest hour, in virtual
//! time, against the limits of Lambda, of the provider and of our own; and which of them binds
//! first. `docs/scaling.md` quotes it.

mod capacity;
mod film_times;
mod load;
mod model;
mod quotas;
mod report;
mod retries;
#[cfg(test)]
mod tests;

use anyhow::Result;
use clap::Args;

use crate::workspace::Workspace;
use crate::{document, say};

const COMMAND: &str = "cargo xtask simulate";
const DOCUMENT: &str = "docs/scaling.md";
/// That of what the page quotes.
const SEED: u64 = 1;

/// With how many users, and by which random numbers.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// People a month; 100, 10,000 and 1,000,000 by default
    #[arg(long)]
    users: Vec<u32>,
    /// Another seed gives another hour
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// Write it into docs/scaling.md
    #[arg(long, conflicts_with_all = ["users", "seed"])]
    write: bool,
}

/// Prints the quotas and the waiting times.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let users = match options.users.as_slice() {
        [] => report::USERS.to_vec(),
        users => users.to_vec(),
    };
    let report = report::text(workspace, &users, options.seed)?;
    if options.write {
        return document::write(workspace, DOCUMENT, COMMAND, &report);
    }
    say::result(report.trim_end());
    Ok(())
}

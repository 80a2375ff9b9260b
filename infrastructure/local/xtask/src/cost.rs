//! `cargo xtask cost`: what things cost by the one price table, which `docs/costs.md` quotes;
//! with a job's id what that job did.

mod job;
mod models;
mod report;

use anyhow::Result;
use clap::Args;
use devcloud::users::Name;

use crate::workspace::Workspace;
use crate::{document, say};

pub(crate) use models::film_nano_usd;

const COMMAND: &str = "cargo xtask cost";
const DOCUMENT: &str = "docs/costs.md";

/// Of what.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A job's id; without one, what things cost by the price table
    job: Option<String>,
    /// Whose job it is
    #[arg(long, value_enum, default_value_t = Name::Demo, requires = "job")]
    user: Name,
    /// Write it into docs/costs.md
    #[arg(long, conflicts_with = "job")]
    write: bool,
}

/// Prints the bills of the price table, or that of a job.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if let Some(job) = &options.job {
        return job::run(workspace, job, options.user);
    }
    let report = report::text()?;
    if options.write {
        return document::write(workspace, DOCUMENT, COMMAND, &report);
    }
    say::result(report.trim_end());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_on_costs_quotes_the_command() {
        document::assert_quotes(DOCUMENT, COMMAND, &report::text().unwrap());
    }

    #[test]
    fn every_price_says_where_it_was_read() {
        let page = std::fs::read_to_string(Workspace::locate().path(DOCUMENT)).unwrap();
        for price in domain::prices::TABLE {
            let row = format!("| {} |", price.unit);
            assert!(
                page.contains(&row),
                "{DOCUMENT} has no row of {}",
                price.unit
            );
        }
    }
}

//! `cargo xtask`: everything about OmniGen that is done on one's own machine.
//!
//! Each command makes ready what it needs by itself, below `.local/`; none needs an
//! account, and none asks a question.

mod bench;
mod check;
mod cloud;
mod command;
mod cost;
mod demo;
mod deploy;
mod document;
mod fuzz;
mod http;
mod login;
mod say;
mod sbom;
mod setup;
mod simulate;
mod site;
mod smoke;
mod status;
mod test;
mod webhooks;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use devcloud::users;

use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "OmniGen on your own machine", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a film from a prompt, with the local cloud
    Demo(demo::Options),
    /// Everything that must be green
    Test(test::Options),
    /// Start the local cloud, or reuse it, and write .local/stack.json
    Up(cloud::Options),
    /// Stop the local cloud
    Down {
        /// Forget its state as well: jobs, films, users
        #[arg(long)]
        wipe: bool,
        /// First remove by Terraform what `up --terraform` made, to the last resource
        #[arg(long)]
        destroy: bool,
    },
    /// Build the web app, or develop it
    Site(site::Options),
    /// Sign in by the form in a browser; `token --login` prints the session's token
    Login,
    /// Print a token of a user of the local cloud
    Token {
        /// Whose
        #[arg(long, value_enum, default_value_t = users::Name::Demo)]
        user: users::Name,
        /// Of whom signed in by `cargo xtask login`
        #[arg(long, conflicts_with = "user")]
        login: bool,
        /// Which of the user's tokens
        #[arg(long, value_enum, default_value_t = users::TokenKind::Access)]
        kind: users::TokenKind,
    },
    /// Receive a user's webhooks on this machine and show them
    Webhooks(webhooks::Options),
    /// Write shared/contract/openapi.json anew, after a change of the contract
    Openapi,
    /// Try the API with requests made of its own document, against the local cloud
    Fuzz(fuzz::Options),
    /// Formats, lints, template and state machine checks, Terraform, supply chain
    Check {
        /// Only those with this in their names
        only: Option<String>,
    },
    /// What a fresh account would refuse, before one is touched
    Deploy(deploy::Options),
    /// Ask a deployed API whether it answers as it should
    Smoke(smoke::Options),
    /// The operator's first ten questions, of the local cloud or of a deployed stack
    Status(status::Options),
    /// What things cost by the price table; or what a job did, by its ledger
    Cost(cost::Options),
    /// Waiting times and limits under load, in virtual time
    Simulate(simulate::Options),
    /// The benchmarks, as ratios measured in one run
    Bench(bench::Options),
    /// Name what ships, beside the programs: target/lambda/sbom.cdx.json
    Sbom,
    /// Build the FFmpeg layer
    Layer {
        /// For which processors; by default for this machine's
        #[arg(long, value_enum)]
        architecture: Option<setup::ffmpeg::Architecture>,
        /// Where to; by default where template.yaml looks for it
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::failure(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let workspace = Workspace::locate();
    match command {
        Command::Demo(options) => demo::run(&workspace, &options),
        Command::Test(options) => test::run(&workspace, options),
        Command::Up(options) => cloud::up(&workspace, &options).map(drop),
        Command::Down { wipe, destroy } => {
            if destroy {
                cloud::destroy(&workspace)?;
            }
            cloud::down(&workspace, wipe)
        }
        Command::Site(options) => site::run(&workspace, options),
        Command::Login => login::run(&workspace),
        Command::Token {
            login: true, kind, ..
        } => login::token(&workspace, kind),
        Command::Token { user, kind, .. } => {
            let stack = cloud::stack(&workspace)?;
            say::result(&http::wait(users::token(&stack, user, kind))?);
            Ok(())
        }
        Command::Webhooks(options) => webhooks::run(&workspace, &options),
        Command::Openapi => {
            let file = workspace.path("shared/contract/openapi.json");
            Ok(std::fs::write(file, contract::text()?)?)
        }
        Command::Fuzz(options) => fuzz::run(&workspace, options),
        Command::Check { only } => check::run(&workspace, only.as_deref()).map(drop),
        Command::Deploy(options) => deploy::run(&workspace, &options),
        Command::Smoke(options) => smoke::run(&workspace, &options),
        Command::Status(options) => status::run(&workspace, &options),
        Command::Cost(options) => cost::run(&workspace, &options),
        Command::Simulate(options) => simulate::run(&workspace, &options),
        Command::Bench(options) => bench::run(&workspace, options),
        Command::Sbom => sbom::run(&workspace),
        Command::Layer { architecture, out } => {
            setup::ffmpeg::layer(&workspace, architecture, out.as_deref())
        }
    }
}

/// A film that was made, for the tests of what the commands show.
#[cfg(test)]
fn sample_job() -> contract::Job {
    let job = serde_json::json!({
        "jobId": "0198c0de-0000-7000-8000-000000000001",
        "status": "completed", "stage": "done", "progress": 100,
        "prompt": "A paper boat crosses a flooded city at dawn", "category": "music-video",
        "sceneCount": 3, "durationSeconds": 12, "aspectRatio": "16:9", "transition": "fade",
        "audio": "music", "soundtrack": "ready",
        "createdAt": "2026-11-28T12:00:00.000Z", "updatedAt": "2026-11-28T12:01:00.000Z",
    });
    serde_json::from_value(job).expect("a job")
}

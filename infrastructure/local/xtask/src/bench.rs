//! `cargo xtask bench`: ratios measured in one run, a JSON line each.

mod api;
mod cost;
mod encoding;
mod estimate;
mod example;
mod gallery;
mod http1;
mod load;
mod process;
mod relay;
mod routes;
mod runtime_api;
mod setup;
mod start;
mod target;
mod turns;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::say;
use crate::setup::ffmpeg;
use crate::workspace::Workspace;

/// What is measured.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Options {
    /// Which one; all of them by default
    #[arg(value_enum)]
    name: Option<Name>,
    /// How many films `estimate` makes
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    films: u32,
    /// Seconds of the source of `ladder` and `fanout`
    #[arg(long, value_parser = clap::value_parser!(u32).range(8..=600))]
    seconds: Option<u32>,
    /// How often `compose` measures both ways
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: Option<u32>,
}

/// The benchmarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    /// Processor time and memory of composing, against the plain filter chain
    Compose,
    /// Processor time of all outputs of an upload, against one FFmpeg for each and against bare x264
    Ladder,
    /// A transcode's parts by many workers, against one piece: processor time, quality, time
    Fanout,
    /// Requests per second, processor time, calls and memory, against a bare function that makes the same calls
    Api,
    /// The gallery's readers against such a function, and their DynamoDB calls from 100 to 100,000 videos
    Gallery,
    /// Time to the first answer and size, against a bare function
    Start,
    /// What is said of films before and while they are made, against what they took and cost
    Estimate,
}

/// Runs one benchmark, or all of them.
pub(crate) fn run(workspace: &Workspace, options: Options) -> Result<()> {
    let names = options
        .name
        .map_or_else(|| Name::value_variants().to_vec(), |name| vec![name]);
    for name in names {
        let figures = match name {
            Name::Compose => run_encoding(workspace, encoding::COMPOSE, options.rounds)?,
            Name::Ladder => run_encoding(workspace, encoding::LADDER, options.seconds)?,
            Name::Fanout => run_encoding(workspace, encoding::FANOUT, options.seconds)?,
            Name::Api => api::run(workspace)?,
            Name::Gallery => gallery::run(workspace)?,
            Name::Start => start::run(workspace)?,
            Name::Estimate => estimate::run(workspace, options.films)?,
        };
        say::result(&figures.to_string());
    }
    Ok(())
}

fn run_encoding(
    workspace: &Workspace,
    benchmark: encoding::Benchmark,
    how_much: Option<u32>,
) -> Result<Value> {
    let ffmpeg = ffmpeg::install(workspace)?;
    benchmark.run(&ffmpeg, &workspace.local_folder("bench")?, how_much)
}

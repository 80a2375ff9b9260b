//! Films made, refused and broken over the local cloud, as any client sees it.
//!
//! `cargo xtask test` starts the cloud and names it in `OMNIGEN_STACK`; without
//! it every test says that it is skipped. Each test signs up people of its own
//! and puts a word of its own into its prompts, so that all may run side by side.

mod abandoned;
mod administration;
mod cinema;
mod film;
mod forged;
mod gallery;
mod janitor;
mod killed;
mod limits;
mod lists;
mod misbehaviour;
mod refusals;
mod replays;
mod streams;
mod tokens;
mod transcodes;
mod uploads;
mod videoforge;
mod workshop;

use anyhow::Result;
use end_to_end::Stack;
use serde_json::{Value, json};
use store::{DynamoDb, JobsTable, UsageTable};

/// A short film about a word: one scene, six seconds, no music.
fn short_film(word: &str) -> Value {
    json!({
        "prompt": format!("{word} a lantern drifts over quiet water"),
        "category": "ad-creative",
        "scenes": 1,
        "durationSeconds": 6,
        "aspectRatio": "1:1",
        "audio": "none",
    })
}

/// The tables as the functions use them.
fn tables(stack: &Stack) -> Result<(JobsTable, UsageTable)> {
    let credentials =
        aws_sdk_dynamodb::config::Credentials::new("test", "test", None, None, "test");
    let settings = aws_sdk_dynamodb::Config::builder()
        .behavior_version_latest()
        .endpoint_url(&stack.endpoint_url)
        .region(aws_sdk_dynamodb::config::Region::new(stack.region.clone()))
        .credentials_provider(credentials)
        .build();
    let client = DynamoDb::from_conf(settings);
    Ok((
        JobsTable::new(client.clone(), stack.table("jobs")?),
        UsageTable::new(client, stack.table("usage")?),
    ))
}

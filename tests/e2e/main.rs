//! Films made, refused and broken over the local cloud, as any client sees it.
//!
//! `cargo xtask test` starts the cloud, names it in `OMNIGEN_STACK` and runs these tests,
//! which are ignored otherwise. Each test signs up users of its own and puts a word of its
//! own into its prompts, so that all may run side by side.

mod abandoned;
mod access;
mod administration;
mod books;
mod bounds;
mod cancel;
mod faults;
mod film;
mod forged;
mod gallery;
mod holding;
mod idempotency;
mod janitor;
mod killed;
mod limits;
mod lists;
mod live;
mod misbehaviour;
mod preview;
mod processes;
mod queries;
mod redo;
mod refusals;
mod replays;
mod resume;
mod review;
mod share;
mod sign_in;
mod site;
mod soak;
mod spending;
mod streams;
mod tables;
mod tokens;
mod transcode_fixture;
mod transcodes;
mod uploads;
mod video_file;
mod videoforge;
mod webhooks;

use anyhow::Result;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use devcloud::addresses::{ACCESS_KEY, SECRET_KEY};
use end_to_end::Stack;
use serde_json::{Value, json};
use store::{DynamoDb, JobsTable, UsageTable, WebhooksTable};

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

/// Two scenes and music.
fn two_scenes(word: &str) -> Value {
    json!({
        "prompt": format!("{word} a lantern drifts over quiet water"),
        "category": "ad-creative",
        "scenes": 2,
        "durationSeconds": 6,
        "aspectRatio": "1:1",
    })
}

/// The settings of AWS's SDK for the local cloud, as its root user.
fn sdk(stack: &Stack) -> SdkConfig {
    let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "devcloud");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&stack.endpoint_url)
        .region(Region::new(stack.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

/// The tables as the functions use them.
fn tables(stack: &Stack) -> Result<(JobsTable, UsageTable)> {
    let client = DynamoDb::new(&sdk(stack));
    Ok((
        JobsTable::new(client.clone(), stack.table("jobs")?),
        UsageTable::new(client, stack.table("usage")?),
    ))
}

fn webhooks_table(stack: &Stack) -> Result<WebhooksTable> {
    let client = DynamoDb::new(&sdk(stack));
    Ok(WebhooksTable::new(client, stack.table("webhooks")?))
}

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

use std::time::Duration;

use anyhow::{Context, Result};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use devcloud::addresses::{ACCESS_KEY, SECRET_KEY};
use domain::job::{Job, JobId};
use domain::preset::Preset;
use domain::time::Time;
use end_to_end::{Person, Stack};
use serde_json::{Value, json};
use store::{DynamoDb, JobsTable, UsageTable, WebhooksTable};
use uuid::Uuid;

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

/// A job as the API would have accepted it at that time, compressed as the local cloud's are.
fn accepted(person: &Person, film: &Value, created_at: Time) -> Result<Job> {
    let film = film.as_object().context("no object")?.clone();
    let wanted = contract::read::<contract::CreateJob>(film)?.checked()?;
    let (id, limit) = (JobId(Uuid::now_v7()), Duration::from_secs(600));
    Ok(Job {
        preset: Preset::Superfast,
        ..Job::accepted(id, &person.user_id, wanted, created_at, limit)
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

//! Each event in `events/` replayed to its function, as `cargo lambda invoke`
//! does it. No token and no job that they name exists, so most are refused; what
//! counts is that each is understood.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use end_to_end::{Stack, aws, stack};
use serde_json::{Value, json};

/// How often a step is asked again whose table did not answer in time, as under the tests
/// beside it.
const RETRIES: u32 = 3;

async fn replay(stack: &Stack, function: &str) -> Result<Value> {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let event = fs::read_to_string(events.join(format!("{function}.json")))?;
    let answer = aws::invoke(stack, function, &serde_json::from_str(&event)?).await;
    answer.with_context(|| function.to_owned())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn http_events_are_answered_by_the_contract() -> Result<()> {
    let stack = stack()?;
    for (function, status) in [
        ("health", 200),
        ("fallback", 405),
        ("me", 401),
        ("live-ticket", 401),
        ("jobs-create", 401),
        ("jobs-list", 401),
        ("jobs-get", 401),
        ("jobs-video", 401),
        ("jobs-preview", 401),
        ("jobs-cancel", 401),
        ("jobs-resume", 401),
        ("scenes-regenerate", 401),
        ("scenes-take", 401),
        ("soundtrack-regenerate", 401),
        ("soundtrack-take", 401),
        ("storyboard-get", 401),
        ("storyboard-update", 401),
        ("jobs-animatic", 401),
        ("share-oembed", 400),
        ("storyboard-approve", 401),
        ("replicate-webhook", 401),
        ("transcodes-create", 401),
        ("transcodes-list", 401),
        ("transcodes-get", 401),
        ("transcodes-cancel", 401),
        ("transcodes-assets", 401),
        ("transcodes-download", 401),
        ("admin-jobs", 401),
        ("admin-stats", 401),
        ("admin-restart-failed", 401),
        ("admin-cleanup-old", 401),
        ("admin-dead-letters", 401),
        ("admin-redrive", 401),
    ] {
        let answer = replay(&stack, function).await?;
        assert_eq!(answer["statusCode"], status, "{function}: {answer}");
        let body = answer["body"].as_str().context("no body")?;
        let body: Value = serde_json::from_str(body)?;
        ensure!(body.is_object(), "{function}: {body}");
    }
    Ok(())
}

/// A video that is not there: a page leads on to the site, a player says that it has nothing.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn events_of_pages_are_answered() -> Result<()> {
    let stack = stack()?;
    let page = replay(&stack, "share-page").await?;
    assert_eq!(page["statusCode"], 302, "{page}");
    let player = replay(&stack, "share-embed").await?;
    assert_eq!(player["statusCode"], 200, "{player}");
    let html = player["body"].as_str().context("no body")?;
    ensure!(html.starts_with("<!DOCTYPE html>"), "{html}");
    Ok(())
}

/// A step that knows no such job says so under a name of the state machine's.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn step_events_are_understood() -> Result<()> {
    let stack = stack()?;
    for (function, failure) in [
        ("planner", "JobClosed"),
        ("generator", "JobClosed"),
        ("soundtrack", "JobClosed"),
        ("scene-preparer", "JobClosed"),
        ("composer", "JobClosed"),
        ("job-finisher", "Internal"),
    ] {
        let mut answer = replay(&stack, function).await?;
        // As the state machine asks again.
        for _ in 0..RETRIES {
            if answer["errorType"] != "StoreUnavailable" {
                break;
            }
            answer = replay(&stack, function).await?;
        }
        assert_eq!(answer["errorType"], failure, "{function}: {answer}");
    }
    Ok(())
}

/// A message of a transcode that is gone is done.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn messages_are_understood() -> Result<()> {
    let stack = stack()?;
    for function in ["transcoder", "transcode-failed"] {
        let answer = replay(&stack, function).await?;
        assert_eq!(answer, json!({"batchItemFailures": []}), "{function}");
    }
    Ok(())
}

/// A ticket that was never issued is refused; a closed connection is forgotten, and a
/// change without a listener sends no hint.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn events_of_connections_and_changes_are_understood() -> Result<()> {
    let stack = stack()?;
    let refused = replay(&stack, "live-connect").await?;
    assert_eq!(refused, json!({"statusCode": 403}));
    let closed = replay(&stack, "live-disconnect").await?;
    assert_eq!(closed, json!({"statusCode": 200}));
    assert_eq!(replay(&stack, "live-push").await?, Value::Null);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn scheduled_events_are_done() -> Result<()> {
    let stack = stack()?;
    let mut reconciled = replay(&stack, "reconciler").await?;
    // Webhooks of other tests may be overdue just now.
    let webhooks = reconciled["webhooks"].take();
    ensure!(webhooks.is_u64(), "{webhooks}");
    let expected = json!({"jobs": 1, "failed": 0, "resent": 0, "webhooks": null});
    assert_eq!(reconciled, expected);
    let closed = replay(&stack, "quota-reset").await?;
    ensure!(
        closed["month"]
            .as_str()
            .is_some_and(|month| month.len() == 7),
        "{closed}"
    );
    ensure!(closed["users"].is_u64(), "{closed}");
    Ok(())
}

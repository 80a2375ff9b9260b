//! The composer dies in the middle of its work, three times over: at about 10,
//! 50 and 90 percent. The film still comes and no scene is paid for again.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use end_to_end::{Person, Provider, Stack, aws, stack, unique_word};
use serde_json::{Value, json};

use crate::processes::{command_line, kill, parent, processes};

/// A transition of this test only: it shows which FFmpeg works for its film.
const TRANSITION: &str = "hlwind";
const PATIENCE: Duration = Duration::from_secs(300);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
const TO_VANISH: Duration = Duration::from_secs(5);

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_film_outlives_its_composer() -> Result<()> {
    let stack = stack()?;
    let word = unique_word("killed");
    let person = Person::sign_up(&stack).await?;
    let film = json!({
        "prompt": format!("{word} a lantern drifts over quiet water"),
        "category": "music-video", "scenes": 3, "durationSeconds": 9,
        "transition": TRANSITION,
    });
    let id = person.create(&film).await?;
    let watching = tokio::spawn({
        let (person, id) = (person.clone(), id.clone());
        async move { person.watch(&id).await }
    });

    let mut killed = Vec::new();
    for percent in [10, 50, 90] {
        let composer = composer_past(&stack, &id, percent, &killed)
            .await
            .with_context(|| format!("at {percent} %"))?;
        kill(composer)?;
        gone(composer).await?;
        killed.push(composer);
    }

    let course = watching.await??;
    assert_eq!(course.status(), "completed", "{}", course.end());
    assert_eq!(Provider::new(&stack).creates(&word).await?.paid, 4);
    assert_eq!(person.usage().await?, (1, 0, 9));
    // Only a run that came to its end is booked: the others were really killed.
    assert_eq!(runs_booked(course.end()), 1, "{}", course.end()["ledger"]);
    for scene in course.end()["scenes"].as_array().context("no scenes")? {
        assert_eq!(scene["attempts"], 1, "{scene}");
    }
    Ok(())
}

fn runs_booked(job: &Value) -> usize {
    let lines = job["ledger"].as_array().into_iter().flatten();
    lines.filter(|line| line["item"] == "composer").count()
}

/// The process that composes this film, as soon as it has come so far.
async fn composer_past(stack: &Stack, id: &str, percent: u64, killed: &[i32]) -> Result<i32> {
    let started = Instant::now();
    let mut composer = None;
    while started.elapsed() < PATIENCE {
        if let Some(found) = composers()?.into_iter().find(|pid| !killed.contains(pid)) {
            composer = Some(found);
        }
        let row = aws::job_row(stack, id).await?;
        ensure!(row["status"]["S"] != "completed", "it was done before");
        ensure!(row["status"]["S"] != "failed", "{row}");
        if let (Some(composer), true) = (composer, compose_percent(&row) >= percent) {
            return Ok(composer);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    bail!("it does not come so far")
}

fn compose_percent(row: &Value) -> u64 {
    let digits = row["composePercent"]["N"].as_str().unwrap_or_default();
    digits.parse().unwrap_or(0)
}

/// The parents of every FFmpeg that draws our transition.
fn composers() -> Result<Vec<i32>> {
    let marker = format!("transition={TRANSITION}");
    let mut parents = Vec::new();
    for pid in processes()? {
        if command_line(pid).contains(&marker) {
            parents.extend(parent(pid));
        }
    }
    Ok(parents)
}

/// Nothing that the dead composer started is left: it all works in a folder
/// that is named after it.
async fn gone(composer: i32) -> Result<()> {
    let folder = format!("omnigen-{composer}-");
    let started = Instant::now();
    let mut left = Vec::new();
    while started.elapsed() < TO_VANISH {
        left = processes()?
            .into_iter()
            .map(command_line)
            .filter(|line| line.contains(&folder))
            .collect();
        if left.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    bail!("orphans: {left:?}")
}

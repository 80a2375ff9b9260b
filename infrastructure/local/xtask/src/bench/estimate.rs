//! `bench estimate`: what is said of films before and while they are made, against what they
//! took and cost.

mod truth;

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use contract::{Job, TimeLeft};
use devcloud::{Api, Stack};
use domain::job::Status;
use domain::prices::{CostKind, LedgerEntry};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use self::truth::{Film, Span};
use crate::http::wait;
use crate::workspace::Workspace;
use crate::{cloud, say};

/// Films that are made side by side: fewer than one user may have.
const AT_ONCE: usize = 2;

/// Makes so many films, the smallest there are, and holds each against its quote.
pub(crate) fn run(workspace: &Workspace, films: u32) -> Result<Value> {
    let stack = cloud::up(workspace, &cloud::Options::default())?;
    let made = say::step(&format!("Making {films} films"), || {
        let films = stream::iter(0..films).map(|number| make(&stack, number));
        wait(films.buffer_unordered(AT_ONCE).try_collect::<Vec<_>>())
    })?;
    Ok(truth::figures(&made))
}

/// Makes one in the name of a user of its own, whose month it fits; none when it failed.
async fn make(stack: &Stack, number: u32) -> Result<Option<Film>> {
    let api = Api::of_new_user(stack).await?;
    let wanted = wanted(number);
    let quote = api.quote(&wanted).await?;
    let id = api.create_job(&wanted).await?.job_id.to_string();
    let began = Instant::now();
    let mut left = None;
    let job = api.watch_job(&id, |job| {
        let said = job.time_left.and_then(span);
        left = left.or(said.map(|said| (said, began.elapsed())));
    });
    let job = job.await?;
    if job.status != Status::Completed {
        let reason = job.error.map(|error| error.code);
        say::note(&format!("  film {}: {reason:?}", number + 1));
        return Ok(None);
    }
    let took = took(&job).context("a film that ended without a time")?;
    let film = Film {
        quoted: span(quote.time).map(|said| said.of(took)),
        left: left.map(|(said, elapsed)| said.of(took.saturating_sub(elapsed))),
        predicted_nano_usd: quote.cost.nano_usd,
        real_nano_usd: paid(job.ledger.as_deref().unwrap_or_default()),
    };
    say::note(&format!("  film {}: {film}", number + 1));
    Ok(Some(film))
}

/// As few scenes and seconds as there may be, with music.
fn wanted(number: u32) -> Value {
    let category = match number % 2 {
        0 => "music-video",
        _ => "ad-creative",
    };
    json!({
        "prompt": format!("Lighthouse {number} blinks in the fog"),
        "category": category,
        "scenes": 1,
        "durationSeconds": 6,
        "aspectRatio": "1:1",
    })
}

/// A time that was told, unless too little was known.
fn span(time: TimeLeft) -> Option<Span> {
    let (p50, p90) = time.p50_seconds.zip(time.p90_seconds)?;
    Some(Span { p50, p90 })
}

/// From its acceptance to its end.
fn took(job: &Job) -> Option<Duration> {
    Some(job.completed_at?.since(job.created_at))
}

/// What its models cost. What is not known counts as predicted.
fn paid(ledger: &[LedgerEntry]) -> u64 {
    let lines = ledger.iter().filter(|line| line.kind == CostKind::Model);
    let costs = lines.map(|line| line.actual_nano_usd.unwrap_or(line.predicted_nano_usd));
    costs.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_known_by_both_its_figures_or_not_at_all() {
        let time = |p50_seconds, p90_seconds| TimeLeft {
            p50_seconds,
            p90_seconds,
            slow: false,
        };
        assert!(span(time(Some(5), Some(9))).is_some());
        assert!(span(time(None, None)).is_none());
    }

    #[test]
    fn a_film_took_from_its_acceptance_to_its_end() {
        let at = |seconds: i64| domain::time::Time::from_millisecond(seconds * 1000);
        let job = Job {
            created_at: at(10),
            started_at: Some(at(12)),
            completed_at: Some(at(40)),
            ..crate::sample_job()
        };
        assert_eq!(took(&job), Some(Duration::from_secs(30)));
        assert_eq!(took(&crate::sample_job()), None);
    }

    #[test]
    fn the_models_are_what_a_quote_is_held_against() {
        let line = |kind, actual_nano_usd| LedgerEntry {
            step: "scene-001#1".to_owned(),
            kind,
            item: "m".to_owned(),
            predicted_nano_usd: 100,
            actual_nano_usd,
            seconds: None,
        };
        let ledger = [
            line(CostKind::Model, Some(70)),
            line(CostKind::Model, None),
            line(CostKind::Compute, Some(5)),
        ];
        assert_eq!(paid(&ledger), 170);
    }
}

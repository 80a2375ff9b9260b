//! Watching something that changes until it has ended.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use serde_json::Value;

use crate::{Listener, Person};

/// Longer than any job or transcode of the local cloud takes, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(420);
/// Two requests in three seconds at most: below the limit of a hundred a minute.
const POLL_INTERVAL: Duration = Duration::from_millis(700);
/// A hint can be lost: so long is nothing asked without one.
const A_WHILE: Duration = Duration::from_secs(10);

/// Asks for a job or a transcode until its status is final; `show` sees each state.
/// Progress that falls is an error.
///
/// # Errors
/// What `ask` fails with, progress that falls, or no end within `patience`.
pub async fn watch<F>(
    ask: impl FnMut() -> F,
    patience: Duration,
    show: impl FnMut(&Value),
) -> Result<Value>
where
    F: Future<Output = Result<Value>>,
{
    watch_until(is_final, ask, patience, a_moment, show).await
}

/// What is waited for between one question and the next, where nothing tells.
pub(crate) async fn a_moment() {
    tokio::time::sleep(POLL_INTERVAL).await;
}

/// Hints of what changes (D45), as long as they can be had.
pub(crate) struct Hints(Option<Listener>);

impl Hints {
    /// What is pushed to a person.
    pub(crate) async fn of(person: &Person) -> Self {
        Self(Listener::of(person).await.ok())
    }

    /// Waits for a moment, then until something was said or a while has passed; for no more
    /// than the moment once nothing can be heard.
    pub(crate) async fn next(&mut self) {
        a_moment().await;
        if let Some(listener) = &mut self.0
            && listener.hint(A_WHILE).await.is_err()
        {
            self.0 = None;
        }
    }
}

/// The same until a state is one that `is_last` knows; `pause` waits before the next question.
///
/// # Errors
/// As [`watch`].
pub(crate) async fn watch_until<F>(
    is_last: impl Fn(&Value) -> bool,
    mut ask: impl FnMut() -> F,
    patience: Duration,
    mut pause: impl AsyncFnMut(),
    mut show: impl FnMut(&Value),
) -> Result<Value>
where
    F: Future<Output = Result<Value>>,
{
    let started = Instant::now();
    let mut progress = None;
    loop {
        let state = ask().await?;
        let now = state["progress"].as_u64();
        ensure!(
            now >= progress,
            "the progress fell from {progress:?}: {state}"
        );
        progress = now;
        show(&state);
        if is_last(&state) {
            return Ok(state);
        }
        if started.elapsed() > patience {
            bail!("no end within {} s: {state}", patience.as_secs());
        }
        pause().await;
    }
}

/// Jobs write their status in lower case, transcodes in upper case.
pub(crate) fn is_final(state: &Value) -> bool {
    let status = state["status"].as_str().unwrap_or_default();
    ["completed", "failed", "cancelled"]
        .iter()
        .any(|end| status.eq_ignore_ascii_case(end))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    async fn watched(states: &[Value]) -> Result<Value> {
        let mut states = states.iter().cloned();
        watch(
            || std::future::ready(Ok(states.next().unwrap_or_default())),
            Duration::ZERO,
            |_| {},
        )
        .await
    }

    #[tokio::test]
    async fn a_final_status_ends_the_watch() {
        let end = watched(&[json!({"status": "COMPLETED", "progress": 100})]).await;
        assert_eq!(end.expect("it ended")["progress"], 100);
    }

    #[tokio::test]
    async fn a_state_that_does_not_end_is_an_error() {
        let error = watched(&[json!({"status": "processing", "progress": 1})]).await;
        assert!(error.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn who_hears_nothing_asks_as_often_as_is_allowed() {
        let began = tokio::time::Instant::now();
        Hints(None).next().await;
        assert_eq!(began.elapsed(), POLL_INTERVAL);
    }

    #[tokio::test]
    async fn progress_that_falls_is_an_error() {
        let mut states = [9, 8].into_iter();
        let seen = watch(
            || std::future::ready(Ok(json!({"status": "x", "progress": states.next()}))),
            Duration::from_secs(60),
            |_| {},
        );
        let error = seen.await.expect_err("it fell").to_string();
        assert!(error.contains("fell"), "{error}");
    }
}

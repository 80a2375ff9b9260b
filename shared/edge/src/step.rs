//! Steps of the state machine and scheduled functions: an event in, a typed
//! failure out, under the names the state machine retries by.

use std::time::{Duration, Instant};

use config::metrics::Metrics;
use domain::failure::{Failure, StepError};
use domain::time::Time;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a step may know of the invocation it runs in.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The invocation's name.
    pub request_id: String,
    /// The time by which the work must be done, with room left to report.
    pub deadline: Instant,
    /// Megabytes of memory the function has.
    pub memory_mb: u32,
    /// When it began.
    pub started: Instant,
}

/// Time kept back to clean up and report a failure.
const RESERVE: Duration = Duration::from_secs(8);
/// The time to assume when the runtime does not tell a believable deadline, as
/// `cargo lambda watch` does not.
const UNKNOWN_DEADLINE: Duration = Duration::from_secs(840);

/// Runs a step: `handler` gets each event and its invocation.
///
/// # Errors
///
/// The runtime stopped.
pub async fn run<Input, Output, Handler, Answer>(
    name: &'static str,
    handler: Handler,
) -> Result<(), lambda_runtime::Error>
where
    Input: DeserializeOwned + Send + 'static,
    Output: Serialize + Send + 'static,
    Handler: Fn(Input, Invocation) -> Answer,
    Answer: Future<Output = Result<Output, StepError>>,
{
    let metrics = Metrics::start();
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Input>| async move {
        let invocation = invocation(&event.context, config::clock::now());
        let started = invocation.started;
        // Boxed, since the compiler computes the size of futures within futures only
        // so deep.
        let result = Box::pin(handler(event.payload, invocation)).await;
        report(name, started, metrics.cold_start(), &result);
        metrics.flush();
        result.map_err(|error| diagnostic(&error))
    }))
    .await
}

pub(crate) fn invocation(context: &lambda_runtime::Context, now: Time) -> Invocation {
    let started = Instant::now();
    Invocation {
        request_id: context.request_id.clone(),
        deadline: started + time_left(context.deadline, now),
        memory_mb: u32::try_from(context.env_config.memory).unwrap_or(0),
        started,
    }
}

/// How long the work may take. A deadline in the past is no deadline: some
/// runtimes do not know theirs; nothing sensible lies below a second either.
fn time_left(deadline_ms: u64, now: Time) -> Duration {
    let now_ms = u64::try_from(now.as_millisecond()).unwrap_or(0);
    let left = Duration::from_millis(deadline_ms.saturating_sub(now_ms));
    if left.is_zero() {
        return UNKNOWN_DEADLINE;
    }
    left.saturating_sub(RESERVE).max(left / 2)
}

fn report<T>(
    name: &'static str,
    started: Instant,
    cold_start: Option<bool>,
    result: &Result<T, StepError>,
) {
    let milliseconds = started.elapsed().as_millis() as u64;
    match result {
        Ok(_) => {
            tracing::info!(
                step = name,
                milliseconds,
                coldStart = cold_start,
                "step done"
            );
        }
        Err(error) if error.failure == Failure::TurnNotCome => {
            tracing::info!(
                step = name,
                milliseconds,
                coldStart = cold_start,
                "step waits for its turn"
            );
        }
        Err(error) => {
            if error.failure.is_operators_matter() {
                metrics::counter!("ErrorCount", "ErrorType" => error.failure.name()).increment(1);
            }
            let cause = chain(error);
            tracing::error!(
                step = name,
                milliseconds,
                coldStart = cold_start,
                failure = error.failure.name(),
                cause,
                "step failed"
            );
        }
    }
}

/// The error's name for the state machine, and a cause that says no more than the name.
fn diagnostic(error: &StepError) -> Diagnostic {
    Diagnostic {
        error_type: error.failure.name().to_owned(),
        error_message: error.to_string(),
    }
}

/// An error and all its causes, for the log.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::captured::Log;
    use domain::failure::Failure;
    use serde_json::Value;

    #[test]
    fn a_deadline_that_cannot_be_true_is_unknown() {
        let now = Time::from_millisecond(1_763_640_000_000);
        assert_eq!(time_left(600_000, now), UNKNOWN_DEADLINE);
        assert_eq!(time_left(0, now), UNKNOWN_DEADLINE);
        assert_eq!(time_left(1_763_640_000_000, now), UNKNOWN_DEADLINE);
        assert_eq!(time_left(1_763_640_900_000, now), Duration::from_secs(892));
        assert_eq!(
            time_left(1_763_640_005_000, now),
            Duration::from_millis(2500)
        );
        assert!(time_left(1_763_640_000_001, now) <= Duration::from_millis(1));
    }

    #[test]
    fn a_cold_start_is_told_however_the_step_ends() {
        let ends = [
            ("step done", Ok(())),
            ("step waits for its turn", Err(Failure::TurnNotCome)),
            ("step failed", Err(Failure::Internal)),
        ];
        for (message, end) in ends {
            let (log, _capturing) = Log::capture();
            let (metrics, result) = (Metrics::start(), end.map_err(StepError::from));
            for _ in 0..2 {
                report("test", Instant::now(), metrics.cold_start(), &result);
            }
            let expected = [Value::Bool(true), Value::Null];
            assert_eq!(log.cold_starts(message), expected, "{message}");
        }
    }

    #[test]
    fn the_state_machine_sees_the_failures_name() {
        let cause = std::io::Error::other("connection reset");
        let diagnostic = diagnostic(&StepError::new(Failure::ProviderUnavailable, cause));
        assert_eq!(diagnostic.error_type, "ProviderUnavailable");
    }
}

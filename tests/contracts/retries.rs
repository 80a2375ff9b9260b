//! The product of all layers that try one outside call again: a service that is down
//! must not be asked ever more often.

use anyhow::{Context, Result};
use domain::failure::Failure;
use serde_json::Value;

use crate::workflow::tasks;
use crate::{queue, sources};

/// The most tries of one call, all layers together.
const MOST: u64 = 16;

/// Tries of one call within one invocation.
fn within(error: &str) -> u64 {
    // Every call was answered: another create is under way, which is waited for.
    if error == Failure::AttemptInFlight.name() {
        return 1;
    }
    let provider = [Failure::ProviderThrottled, Failure::ProviderUnavailable];
    if provider.iter().any(|failure| failure.name() == error) {
        return replicate::client::TRIES as u64;
    }
    u64::from(config::aws::TRIES)
}

/// Errors that no call brought: before a function runs nothing was called yet, and what waits
/// for its turn was answered so.
fn is_of_no_call(error: &str) -> bool {
    error.starts_with("Lambda.") || error == Failure::TurnNotCome.name()
}

#[test]
fn a_step_of_the_state_machine_calls_no_service_more_often() -> Result<()> {
    let machine = sources::json("statemachine/generate-video.asl.json")?;
    let mut rules = 0;
    for task in tasks(&machine) {
        for rule in task.state["Retry"].as_array().context("no retries")? {
            let again = rule["MaxAttempts"].as_u64().context("no limit")?;
            let errors = rule["ErrorEquals"].as_array().context("no errors")?;
            for error in errors.iter().filter_map(Value::as_str) {
                if is_of_no_call(error) {
                    continue;
                }
                let tries = (again + 1) * within(error);
                assert!(tries <= MOST, "{}: {error} {tries} times", task.name);
                rules += 1;
            }
        }
    }
    assert!(rules > 10);
    Ok(())
}

#[test]
fn a_message_calls_no_service_more_often() -> Result<()> {
    let tries = queue::TRIES * u64::from(config::aws::TRIES);
    assert!(tries <= MOST, "{tries}");
    Ok(())
}

/// What an event or the clock starts, Lambda itself tries twice more unless told otherwise.
/// What its sender tries again was not delivered, so that nothing was called.
#[test]
fn what_an_event_starts_calls_no_service_more_often() -> Result<()> {
    let mut started = 0;
    for (function, properties) in sources::template_functions()? {
        let events = properties["Events"].as_object().into_iter().flatten();
        let is_event = |kind: &Value| kind == "ScheduleV2" || kind == "EventBridgeRule";
        if !events.clone().any(|(_, event)| is_event(&event["Type"])) {
            continue;
        }
        let again = &properties["EventInvokeConfig"]["MaximumRetryAttempts"];
        let tries = (again.as_u64().unwrap_or(2) + 1) * u64::from(config::aws::TRIES);
        assert!(tries <= MOST, "{function}: {tries}");
        started += 1;
    }
    assert!(started > 0);
    Ok(())
}

//! The state machine's promises: limits, typed retries, a way to the finisher.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result};
use domain::failure::Failure;
use domain::job::{Job, JobId};
use domain::request::CreateJob;
use domain::time::Time;
use serde_json::Value;

use crate::sources;

/// A task of the state machine.
pub(crate) struct Task<'a> {
    pub(crate) name: String,
    pub(crate) state: &'a Value,
    /// Whether a state around it catches every error.
    is_caught_outside: bool,
}

/// Every task, those inside a Map or a Parallel too.
pub(crate) fn tasks(machine: &Value) -> Vec<Task<'_>> {
    let mut tasks = Vec::new();
    collect(machine, false, &mut tasks);
    tasks
}

fn collect<'a>(machine: &'a Value, is_caught: bool, tasks: &mut Vec<Task<'a>>) {
    let states = machine["States"].as_object();
    for (name, state) in states.into_iter().flatten() {
        if state["Type"] == "Task" {
            tasks.push(Task {
                name: name.clone(),
                state,
                is_caught_outside: is_caught,
            });
        }
        let is_caught = is_caught || catches_all(state);
        collect(&state["ItemProcessor"], is_caught, tasks);
        for branch in state["Branches"].as_array().into_iter().flatten() {
            collect(branch, is_caught, tasks);
        }
    }
}

fn catches_all(state: &Value) -> bool {
    state["Catch"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|catch| {
            let errors = catch["ErrorEquals"].as_array();
            errors.is_some_and(|errors| errors.iter().any(|error| error == "States.ALL"))
        })
}

fn machine() -> Result<Value> {
    sources::json("statemachine/generate-video.asl.json")
}

#[test]
fn every_task_has_a_literal_time_limit() -> Result<()> {
    for task in tasks(&machine()?) {
        assert!(task.state["TimeoutSeconds"].is_u64(), "{}", task.name);
    }
    Ok(())
}

#[test]
fn every_task_retries_with_jitter_where_it_retries() -> Result<()> {
    for task in tasks(&machine()?) {
        let retries = task.state["Retry"].as_array();
        let retries = retries.with_context(|| format!("{} never retries", task.name))?;
        for retry in retries.iter().filter(|retry| retry["MaxAttempts"] != 0) {
            let jitter = &retry["JitterStrategy"];
            // A create that may be on its way is asked after at known times.
            let expected = if retry["ErrorEquals"] == serde_json::json!(["AttemptInFlight"]) {
                "NONE"
            } else {
                "FULL"
            };
            assert_eq!(jitter, expected, "{}: {retry}", task.name);
        }
        let last = retries.last().context("an empty Retry")?;
        assert_eq!(last["ErrorEquals"][0], "States.ALL", "{}", task.name);
    }
    Ok(())
}

/// All but the finisher itself, which the reconciler stands behind.
#[test]
fn every_task_leads_to_the_finisher_when_it_fails() -> Result<()> {
    for task in tasks(&machine()?) {
        let is_finisher = task.state["Arguments"]["FunctionName"] == "${JobFinisherArn}";
        assert!(
            is_finisher || task.is_caught_outside || catches_all(task.state),
            "{}",
            task.name
        );
    }
    Ok(())
}

/// `States.ALL` does not mean these, and a state that names them is never asked: it
/// would look like a way to the finisher and be none. The reconciler ends such a job,
/// told by the execution's end and every minute.
#[test]
fn what_no_state_can_catch_is_left_to_the_reconciler() -> Result<()> {
    let text = sources::text("statemachine/generate-video.asl.json")?;
    for error in ["States.DataLimitExceeded", "States.Runtime"] {
        assert!(!text.contains(error), "{error}");
    }
    let template = sources::template()?;
    let events = &template["Resources"]["ReconcilerFunction"]["Properties"]["Events"];
    assert_eq!(
        events["EveryMinute"]["Properties"]["ScheduleExpression"],
        "rate(1 minute)"
    );
    let ended = &events["ExecutionEnded"]["Properties"]["Pattern"]["detail"]["status"];
    assert_eq!(
        ended,
        &serde_json::json!(["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"])
    );
    Ok(())
}

#[test]
fn error_names_are_those_the_functions_use() -> Result<()> {
    let known: BTreeSet<&str> = Failure::ALL.into_iter().map(Failure::name).collect();
    let mut named = 0;
    for name in error_names(&machine()?) {
        let ours = !["States.", "Lambda.", "Sandbox.", "Runtime."]
            .iter()
            .any(|service| name.starts_with(service));
        if !ours {
            continue;
        }
        assert!(known.contains(name.as_str()), "{name}");
        named += 1;
    }
    assert!(named > 0);
    Ok(())
}

/// What is refused for its content, or paid for in vain, is never asked again.
#[test]
fn what_cannot_be_helped_is_not_retried() -> Result<()> {
    for task in tasks(&machine()?) {
        let waits = task.state["Resource"]
            .as_str()
            .is_some_and(|resource| resource.ends_with("waitForTaskToken"));
        if !waits {
            continue;
        }
        let first = &task.state["Retry"][0];
        let never: Vec<&str> = first["ErrorEquals"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for failure in [
            Failure::ContentRefused,
            Failure::InvalidInput,
            Failure::SpendingStopped,
        ] {
            assert!(never.contains(&failure.name()), "{}", task.name);
        }
        assert_eq!(first["MaxAttempts"], 0, "{}", task.name);
    }
    Ok(())
}

/// Money was spent by then: a busy account is waited for, two minutes on average
/// over the jitter and more.
#[test]
fn a_busy_account_is_waited_for_at_least_two_minutes() -> Result<()> {
    for task in tasks(&machine()?) {
        let rules = task.state["Retry"].as_array().context("no retries")?;
        let rule = rules
            .iter()
            .find(|rule| is_for(rule, "Lambda.TooManyRequestsException"));
        let rule = rule.with_context(|| format!("{}: no rule", task.name))?;
        for error in [
            "Lambda.ServiceException",
            "Lambda.AWSLambdaException",
            "Lambda.SdkClientException",
        ] {
            assert!(is_for(rule, error), "{}: {error}", task.name);
        }
        let number = |field: &str| rule[field].as_f64().context(field.to_owned());
        let (mut delay, mut longest) = (number("IntervalSeconds")?, 0.0);
        for _ in 0..number("MaxAttempts")? as u32 {
            longest += delay;
            delay = (delay * number("BackoffRate")?).min(number("MaxDelaySeconds")?);
        }
        // Full jitter halves it on average.
        assert!(longest / 2.0 >= 120.0, "{}: {longest}", task.name);
    }
    Ok(())
}

/// What fails the same way again is tried once more at most: each try of these costs.
#[test]
fn a_failure_of_the_media_itself_is_tried_once_more_at_most() -> Result<()> {
    for task in tasks(&machine()?) {
        if !["Compose", "Prepare Scene"].contains(&task.name.as_str()) {
            continue;
        }
        let rules = task.state["Retry"].as_array().context("no retries")?;
        for error in [
            "MediaFailed",
            "OutputCheckFailed",
            "States.Timeout",
            "Runtime.OutOfMemory",
        ] {
            let rule = rules.iter().find(|rule| is_for(rule, error));
            let tries = rule.and_then(|rule| rule["MaxAttempts"].as_u64());
            assert!(
                tries.is_some_and(|tries| tries <= 1),
                "{}: {error}",
                task.name
            );
        }
    }
    Ok(())
}

/// A film is planned by the rules when its storyboard has waited too long: its step still comes
/// then, with half of its tries left on average over the jitter.
#[test]
fn a_storyboard_gives_its_turn_up_before_its_step_gives_up() -> Result<()> {
    let machine = machine()?;
    let tasks = tasks(&machine);
    let plan = tasks.iter().find(|task| task.name == "Plan");
    let rules = plan.and_then(|task| task.state["Retry"].as_array());
    let mut rules = rules.context("no retries")?.iter();
    let rule = rules.find(|rule| is_for(rule, Failure::TurnNotCome.name()));
    let rule = rule.context("it never waits")?;
    let number = |field: &str| rule[field].as_u64().context(field.to_owned());
    assert_eq!(number("BackoffRate")?, 1);
    let waits = number("MaxAttempts")? * number("IntervalSeconds")? / 2;

    let template = sources::template()?;
    let limit = &template["Parameters"]["JobTimeLimitSeconds"]["MaxValue"];
    let limit = Duration::from_secs(limit.as_u64().context("no limit")?);
    let id: JobId = "01a223d0-4d58-77be-a26c-a4ee50b2eb92".parse()?;
    let accepted = Time::from_millisecond(0);
    let job = Job::accepted(id, "user", CreateJob::sample(), accepted, limit);
    assert!(!job.may_wait_for_plan(accepted.after(Duration::from_secs(waits / 2))));
    Ok(())
}

fn is_for(rule: &Value, error: &str) -> bool {
    let names = rule["ErrorEquals"].as_array().into_iter().flatten();
    names.filter_map(Value::as_str).any(|name| name == error)
}

fn error_names(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value.as_array() {
                Some(errors) if name == "ErrorEquals" => errors
                    .iter()
                    .filter_map(|error| error.as_str().map(str::to_owned))
                    .collect(),
                _ => error_names(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(error_names).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_placeholder_has_its_substitution() -> Result<()> {
    let text = sources::text("statemachine/generate-video.asl.json")?;
    let placeholders: BTreeSet<String> = text
        .split("${")
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name.to_owned()))
        .collect();
    let template = sources::template()?;
    let substitutions: BTreeSet<String> =
        template["Resources"]["Workflow"]["Properties"]["DefinitionSubstitutions"]
            .as_object()
            .context("no substitutions")?
            .keys()
            .cloned()
            .collect();
    assert_eq!(placeholders, substitutions);
    Ok(())
}

/// A task may take as long as its function, or the function's end is not seen.
#[test]
fn no_task_gives_up_before_its_function() -> Result<()> {
    let functions = sources::template_functions()?;
    let machine = machine()?;
    for task in tasks(&machine) {
        let name = task.state["Arguments"]["FunctionName"].as_str();
        let name = name.context("no function")?;
        let name = name.trim_start_matches("${").trim_end_matches("Arn}");
        let function = kebab(name);
        let properties = functions
            .get(&function)
            .with_context(|| format!("no function {function}"))?;
        let Some(limit) = properties["Timeout"].as_u64() else {
            continue;
        };
        let patience = task.state["TimeoutSeconds"].as_u64().unwrap_or(0);
        assert!(patience >= limit, "{}: {patience} < {limit}", task.name);
    }
    Ok(())
}

/// What fetches an output ends before its function does, so that it says so (fault S13).
#[test]
fn outputs_are_fetched_within_their_functions_time() -> Result<()> {
    let functions = sources::template_functions()?;
    let budgets = [
        ("replicate-webhook", films::OUTPUT_BUDGET),
        ("generator", films::OUTPUT_BUDGET),
        ("soundtrack", films::OUTPUT_BUDGET),
        ("reconciler", films::RECONCILER_BUDGET),
    ];
    for (function, budget) in budgets {
        let properties = functions.get(function).context(function)?;
        let limit = properties["Timeout"].as_u64().context("no time-out")?;
        assert!(budget.as_secs() + 20 <= limit, "{function}: {limit}");
    }
    Ok(())
}

/// `ScenePreparer` as `scene-preparer`.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

//! One replayable event for each function, of the shape the function gets.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};
use contract::CreateJob;
use domain::job::JobId;
use serde_json::Value;

use crate::sources;

#[test]
fn each_function_has_an_event_and_each_event_a_function() -> Result<()> {
    let mut events = BTreeSet::new();
    for entry in fs::read_dir(sources::root().join("events"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let name = name.strip_suffix(".json").context("not a JSON file")?;
        sources::json(&format!("events/{name}.json"))?;
        events.insert(name.to_owned());
    }
    assert_eq!(events, sources::functions()?);
    Ok(())
}

#[test]
fn http_events_ask_for_routes_of_their_function() -> Result<()> {
    let routes = sources::template_routes()?;
    let functions: BTreeSet<&String> = routes.values().collect();
    for function in functions {
        let event = event(function)?;
        check_gateway_event(&event).with_context(|| function.clone())?;
        // A function of several routes has a sample of one of them.
        let sampled = routes.iter().find(|((method, path), served_by)| {
            *served_by == function && event["routeKey"] == format!("{method} {path}")
        });
        let ((method, path), _) = sampled.with_context(|| format!("{function}: no such route"))?;
        assert_eq!(event["requestContext"]["http"]["method"], *method);
        let asked = event["rawPath"].as_str().context("no rawPath")?;
        assert!(matches(path, asked), "{function}: {asked}");
    }
    Ok(())
}

#[test]
fn the_fallbacks_event_asks_for_a_route_that_is_none() -> Result<()> {
    let function = sources::default_function()?.context("no default route")?;
    let event = event(&function)?;
    check_gateway_event(&event)?;
    assert_eq!(event["routeKey"], "$default");
    let (method, path) = (
        event["requestContext"]["http"]["method"].as_str(),
        event["rawPath"].as_str().context("no rawPath")?,
    );
    let is_served = sources::template_routes()?
        .keys()
        .any(|(verb, route)| Some(verb.as_str()) == method && matches(route, path));
    assert!(!is_served);
    Ok(())
}

#[test]
fn the_creation_that_is_replayed_is_valid() -> Result<()> {
    let event = event("jobs-create")?;
    let body: Value = serde_json::from_str(event["body"].as_str().context("no body")?)?;
    let body = body.as_object().context("no object")?;
    contract::read::<CreateJob>(body.clone())?.checked()?;
    Ok(())
}

/// The state machine's payloads, field by field.
#[test]
fn step_events_have_the_fields_of_the_state_machines_payloads() -> Result<()> {
    let machine = sources::json("statemachine/generate-video.asl.json")?;
    let template = sources::template()?;
    let substitutions = &template["Resources"]["Workflow"]["Properties"]["DefinitionSubstitutions"];
    let mut seen = 0;
    for task in crate::workflow::tasks(&machine) {
        let arguments = &task.state["Arguments"];
        let name = arguments["FunctionName"].as_str().context("no function")?;
        let name = name.trim_start_matches("${").trim_end_matches('}');
        let resource = substitutions[name]["Fn::GetAtt"]
            .as_str()
            .and_then(|text| text.split('.').next())
            .with_context(|| format!("{name} is no function of the template"))?;
        let properties = &template["Resources"][resource]["Properties"];
        let function = sources::function_name(properties).context("no function name")?;
        let event = event(function)?;
        ensure!(
            event["jobId"]
                .as_str()
                .is_some_and(|id| id.parse::<JobId>().is_ok()),
            "{function}: no job id"
        );
        for field in arguments["Payload"]
            .as_object()
            .context("no payload")?
            .keys()
        {
            // "Finish Job" passes no error, "Finish Failed Job" does.
            assert!(event.get(field).is_some(), "{function}: no {field}");
        }
        seen += 1;
    }
    assert!(seen >= 7, "only {seen} tasks were found");
    Ok(())
}

fn event(function: &str) -> Result<Value> {
    sources::json(&format!("events/{function}.json"))
}

/// What the payload 2.0 of an HTTP API always has.
fn check_gateway_event(event: &Value) -> Result<()> {
    ensure!(event["version"] == "2.0", "not version 2.0");
    ensure!(event["headers"].is_object(), "no headers");
    ensure!(event["rawQueryString"].is_string(), "no rawQueryString");
    ensure!(event["isBase64Encoded"].is_boolean(), "no isBase64Encoded");
    let context = &event["requestContext"];
    ensure!(context["http"]["sourceIp"].is_string(), "no source IP");
    ensure!(context["routeKey"] == event["routeKey"], "two route keys");
    ensure!(
        context["http"]["path"] == event["rawPath"],
        "two paths in one event"
    );
    Ok(())
}

fn matches(route: &str, path: &str) -> bool {
    let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    route.len() == path.len()
        && route
            .iter()
            .zip(&path)
            .all(|(pattern, segment)| pattern == segment || pattern.starts_with('{'))
}

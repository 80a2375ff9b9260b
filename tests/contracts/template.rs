//! Rules for every function of the template.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::sources;

/// Lambda's longest.
const MAX_TIMEOUT: u64 = 900;

#[test]
fn code_is_where_the_build_puts_it() -> Result<()> {
    for (function, properties) in sources::template_functions()? {
        let expected = format!("target/lambda/{function}/");
        assert_eq!(properties["CodeUri"], expected, "{function}");
    }
    Ok(())
}

#[test]
fn timeouts_are_possible() -> Result<()> {
    let template = sources::template()?;
    let default = &template["Globals"]["Function"]["Timeout"];
    for (function, properties) in sources::template_functions()? {
        let timeout = properties.get("Timeout").unwrap_or(default);
        let timeout = timeout.as_u64().with_context(|| function.clone())?;
        assert!((1..=MAX_TIMEOUT).contains(&timeout), "{function}: {timeout}");
    }
    Ok(())
}

/// Who runs FFmpeg has it in a layer, and the path to it.
#[test]
fn the_layer_and_its_path_go_together() -> Result<()> {
    for (function, properties) in sources::template_functions()? {
        let has_layer = properties.get("Layers").is_some();
        let variables = &properties["Environment"]["Variables"];
        let has_scratch = properties.get("EphemeralStorage").is_some();
        assert_eq!(has_layer, has_scratch, "{function}");
        if has_layer {
            assert!(variables.get("FFMPEG_PATH").is_some(), "{function}");
        }
    }
    Ok(())
}

#[test]
fn nobody_may_do_everything() -> Result<()> {
    for (function, properties) in sources::template_functions()? {
        for statement in statements(&properties) {
            let actions = actions(statement);
            assert!(!actions.is_empty(), "{function}: {statement}");
            for action in actions {
                assert!(!action.contains('*'), "{function}: {action}");
                assert!(action.contains(':'), "{function}: {action}");
            }
            assert_ne!(statement["Resource"], "*", "{function}");
        }
    }
    Ok(())
}

/// Variables that hold a table or bucket come with the right to use it.
#[test]
fn what_a_function_is_told_of_it_may_use() -> Result<()> {
    for (function, properties) in sources::template_functions()? {
        let services: Vec<String> = statements(&properties)
            .flat_map(actions)
            .filter_map(|action| action.split(':').next().map(str::to_owned))
            .collect();
        let variables = &properties["Environment"]["Variables"];
        let needs = |variable: &str, service: &str| {
            let is_told = variables.get(variable).is_some();
            let may = services.iter().any(|name| name == service);
            assert!(!is_told || may, "{function} has {variable} but no {service}");
        };
        needs("RATE_LIMIT_PER_MIN", "dynamodb");
        needs("ASSETS_BUCKET", "s3");
    }
    Ok(())
}

/// No request scans a table.
#[test]
fn nobody_scans() -> Result<()> {
    for (function, properties) in sources::template_functions()? {
        let scans = statements(&properties)
            .flat_map(actions)
            .any(|action| action == "dynamodb:Scan");
        assert!(!scans, "{function}");
    }
    Ok(())
}

fn statements(properties: &Value) -> impl Iterator<Item = &Value> {
    properties["Policies"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|policy| policy["Statement"].as_array().into_iter().flatten())
}

fn actions(statement: &Value) -> Vec<String> {
    match &statement["Action"] {
        Value::String(action) => vec![action.clone()],
        Value::Array(actions) => actions
            .iter()
            .filter_map(|action| action.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

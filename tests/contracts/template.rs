//! Rules for every function of the template.

use anyhow::{Context, Result};

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
        assert!(
            (1..=MAX_TIMEOUT).contains(&timeout),
            "{function}: {timeout}"
        );
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
        for statement in sources::statements(&properties) {
            let actions = sources::actions(statement);
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

/// Who may use something is told its name; who limits requests may count them.
#[test]
fn rights_and_names_go_together() -> Result<()> {
    for (function, properties) in sources::template_functions()? {
        let actions: Vec<String> = sources::statements(&properties)
            .flat_map(sources::actions)
            .collect();
        let may = |prefix: &str| actions.iter().any(|action| action.starts_with(prefix));
        let variables = &properties["Environment"]["Variables"];
        let is_told = |variable: &str| variables.get(variable).is_some();
        for (right, variables) in [
            ("s3:", &["ASSETS_BUCKET"][..]),
            (
                "secretsmanager:",
                &["REPLICATE_SECRET_ID", "MEDIA_KEY_SECRET"],
            ),
            ("states:", &["STEP_FUNCTIONS_ARN"]),
        ] {
            let is_told = variables.iter().any(|variable| is_told(variable));
            assert!(!may(right) || is_told, "{function}: {variables:?}");
        }
        if is_told("RATE_LIMIT_PER_MIN") {
            assert!(may("dynamodb:UpdateItem"), "{function} cannot count");
            assert!(is_told("COGNITO_CLIENT_ID"), "{function} knows no client");
        }
    }
    Ok(())
}

/// A stack has room for two thirds of the functions with a version, an alias and a deployment of
/// their own: those that a broken version would let change something. `fallback` takes the rest.
#[test]
fn what_changes_something_is_deployed_gradually() -> Result<()> {
    let routes = sources::template_routes()?;
    let writes = |function: &String| {
        let mut methods = routes
            .iter()
            .filter(|(_, served_by)| *served_by == function);
        methods.any(|((method, _), _)| method != "GET" && method != "HEAD")
    };
    let rest = sources::default_function()?;
    let alarm = serde_json::json!(
        {"Fn::If": ["IsGradual", [{"Ref": "DeploymentErrorsAlarm"}], []]}
    );
    for (function, properties) in sources::template_functions()? {
        let is_expected = writes(&function) || Some(&function) == rest.as_ref();
        assert_eq!(
            properties["AutoPublishAlias"] == "live",
            is_expected,
            "{function}"
        );
        let preference = &properties["DeploymentPreference"];
        assert_eq!(preference["Alarms"] == alarm, is_expected, "{function}");
        // A parameter's new value comes by nothing else.
        for description in ["Description", "VersionDescription"] {
            let is_told = properties[description]["Ref"] == "Settings";
            assert_eq!(is_told, is_expected, "{function}");
        }
    }
    Ok(())
}

/// No request scans a table: only what a schedule alone starts may.
#[test]
fn only_housekeeping_scans() -> Result<()> {
    for (function, properties) in sources::template_functions()? {
        let mut actions = sources::statements(&properties).flat_map(sources::actions);
        if !actions.any(|action| action == "dynamodb:Scan") {
            continue;
        }
        assert_eq!(function, "storage-janitor");
        let events = properties["Events"].as_object().context("no events")?;
        for event in events.values() {
            assert_eq!(event["Type"], "ScheduleV2", "{function}");
        }
    }
    let machine = sources::text("statemachine/generate-video.asl.json")?;
    assert!(!machine.to_lowercase().contains("janitor"));
    Ok(())
}

//! What a fresh account, or a second stack in one, would refuse.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::sources;

/// Megabytes that a new account's functions may have at most.
const NEW_ACCOUNTS_MEMORY: u64 = 3008;
/// The properties that give a resource its physical name.
const NAMES: [&str; 10] = [
    "FunctionName",
    "TableName",
    "QueueName",
    "BucketName",
    "LayerName",
    "LogGroupName",
    "UserPoolName",
    "ClientName",
    "Domain",
    "Name",
];

/// Two stacks fit one account: every physical name begins with the prefix (D48).
#[test]
fn every_physical_name_carries_the_prefix() -> Result<()> {
    let template = sources::template()?;
    let mut named = 0;
    for (id, resource) in resources(&template)? {
        // It names the function that it lets be called.
        if resource["Type"] == "AWS::Lambda::Permission" {
            continue;
        }
        let properties = &resource["Properties"];
        let events = properties["Events"].as_object();
        let events = events.into_iter().flat_map(serde_json::Map::values);
        let schedules = events.filter(|event| event["Type"] == "ScheduleV2");
        let places = std::iter::once(properties).chain(schedules.map(|event| &event["Properties"]));
        for place in places {
            for name in NAMES.iter().filter_map(|name| place.get(*name)) {
                let text = name["Fn::Sub"].as_str().unwrap_or_default();
                let is_prefixed = text.contains("${NamePrefix}") || name["Ref"] == "NamePrefix";
                assert!(is_prefixed, "{id}: {name}");
                named += 1;
            }
        }
    }
    assert!(named > 50, "only {named} names were found");
    Ok(())
}

#[test]
fn no_function_asks_for_more_memory_than_a_new_account_gives() -> Result<()> {
    let template = sources::template()?;
    for (function, properties) in sources::template_functions()? {
        let memory = &properties["MemorySize"];
        let megabytes = match memory["Ref"].as_str() {
            Some(parameter) => template["Parameters"][parameter]["Default"].as_u64(),
            None => memory.as_u64().or(Some(0)),
        };
        let megabytes = megabytes.with_context(|| function.clone())?;
        assert!(megabytes <= NEW_ACCOUNTS_MEMORY, "{function}: {megabytes}");
    }
    Ok(())
}

/// A first deploy that is rolled back leaves nothing that the next one meets.
#[test]
fn what_is_retained_is_not_retained_of_a_failed_creation() -> Result<()> {
    let template = sources::template()?;
    let mut retained = 0;
    for (id, resource) in resources(&template)? {
        let Some(policy) = resource["DeletionPolicy"].as_str() else {
            continue;
        };
        assert_eq!(policy, "RetainExceptOnCreate", "{id}");
        retained += 1;
    }
    assert!(retained > 0);
    Ok(())
}

/// SAM's own import warnings are no reason to fail a deploy; the checks are offline.
#[test]
fn warnings_do_not_fail_a_deploy() -> Result<()> {
    let template = sources::template()?;
    let properties = &template["Resources"]["Api"]["Properties"];
    assert_eq!(properties["FailOnWarnings"], false);
    Ok(())
}

/// Other groups share one resource policy, whose size is limited.
#[test]
fn the_state_machines_log_group_is_a_vended_one() -> Result<()> {
    let template = sources::template()?;
    let name = &template["Resources"]["WorkflowLogGroup"]["Properties"]["LogGroupName"]["Fn::Sub"];
    let name = name.as_str().context("no name")?;
    assert!(name.starts_with("/aws/vendedlogs/"), "{name}");
    Ok(())
}

/// A browser preflights `Range`, and reads where in the file it is.
#[test]
fn browsers_may_ask_the_bucket_for_ranges() -> Result<()> {
    let template = sources::template()?;
    let cors = &template["Resources"]["AssetsBucket"]["Properties"]["CorsConfiguration"];
    let rule = &cors["CorsRules"][0];
    let lists = |list: &str, value: &str| {
        let values = rule[list].as_array().into_iter().flatten();
        values.filter_map(Value::as_str).any(|found| found == value)
    };
    assert!(lists("AllowedHeaders", "range"));
    for header in ["etag", "content-range", "content-length", "accept-ranges"] {
        assert!(lists("ExposedHeaders", header), "{header}");
    }
    Ok(())
}

/// A new account runs ten functions at once: films and transcodes leave two for the API.
#[test]
fn ten_functions_at_once_are_enough() -> Result<()> {
    let template = sources::template()?;
    let parameter = |name: &str| template["Parameters"][name]["Default"].as_u64();
    let scenes = parameter("SceneConcurrency").context("no SceneConcurrency")?;
    let transcodes = parameter("TranscoderConcurrency").context("no TranscoderConcurrency")?;
    assert!(scenes + transcodes <= 8, "{scenes} and {transcodes}");

    let machine = sources::text("statemachine/generate-video.asl.json")?;
    let maps = machine.matches("\"Type\": \"Map\"").count();
    let bounded = machine
        .matches("\"MaxConcurrency\": \"{% ${SceneConcurrency} %}\"")
        .count();
    assert_eq!((maps, bounded), (1, 1));
    let events = &template["Resources"]["TranscoderFunction"]["Properties"]["Events"];
    let most = &events["Message"]["Properties"]["ScalingConfig"]["MaximumConcurrency"];
    assert_eq!(most["Ref"], "TranscoderConcurrency");
    Ok(())
}

/// Each attribute that an index holds makes a write of it be paid for again.
#[test]
fn indexes_hold_keys_and_what_does_not_change_with_progress() -> Result<()> {
    let template = sources::template()?;
    let mut indexes = 0;
    for (id, resource) in resources(&template)? {
        let found = resource["Properties"]["GlobalSecondaryIndexes"].as_array();
        for index in found.into_iter().flatten() {
            let projection = &index["Projection"];
            assert_ne!(projection["ProjectionType"], "ALL", "{id}: {index}");
            let attributes = projection["NonKeyAttributes"].to_string();
            assert!(!attributes.contains("progress"), "{id}: {index}");
            indexes += 1;
        }
    }
    assert!(indexes >= 7, "only {indexes} indexes were found");
    Ok(())
}

/// A longer limit would do nothing: the machine ends every job by its own.
#[test]
fn no_job_may_be_given_more_time_than_the_state_machine_has() -> Result<()> {
    let template = sources::template()?;
    let limit = &template["Parameters"]["JobTimeLimitSeconds"];
    let machine: Value =
        serde_json::from_str(&sources::text("statemachine/generate-video.asl.json")?)?;
    assert_eq!(limit["MaxValue"], machine["TimeoutSeconds"]);
    Ok(())
}

fn resources(template: &Value) -> Result<&serde_json::Map<String, Value>> {
    template["Resources"].as_object().context("no resources")
}

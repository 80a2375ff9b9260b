//! What a fresh account, or a second stack in one, would refuse.

use std::collections::BTreeMap;

use account::{Finding, Template, findings};
use anyhow::{Context, Result};
use rstest::rstest;
use serde_json::Value;

use crate::sources;

/// The values that a fresh account would refuse, of what the template says with `given`, or
/// with a piece of it changed.
fn refused(given: &[(&str, &str)], from: &str, to: &str) -> Result<Vec<Finding>> {
    let given = given
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let text = sources::text("template.yaml")?;
    assert!(text.contains(from), "the template has no {from}");
    let template = Template::parse(&text.replacen(from, to, 1), &given.collect())?;
    let found = findings(&template).into_iter();
    Ok(found
        .filter(|finding| !finding.refused.is_empty())
        .collect())
}

#[test]
fn a_fresh_account_refuses_nothing_of_the_defaults() -> Result<()> {
    assert_eq!(refused(&[], "", "")?, []);
    let template = Template::parse(&sources::text("template.yaml")?, &BTreeMap::new())?;
    let names = findings(&template)
        .into_iter()
        .find(|finding| finding.rule == "names");
    let names: usize = names.context("no rule")?.found.parse()?;
    assert!(names > 50, "only {names} names were found");
    Ok(())
}

#[rstest]
#[case("parameters", "SelfSignUp", "perhaps")]
#[case("parameters", "TranscoderConcurrency", "1")]
#[case("parameters", "JobTimeLimitSeconds", "3601")]
#[case("parameters", "QuotaPerMonth", "many")]
#[case("memory", "ComposerMemory", "3538")]
#[case("functions at once", "SceneConcurrency", "6")]
#[case("reserved concurrency", "TranscoderReserved", "3")]
#[case("sign-in domain", "NamePrefix", "awsome")]
#[case(
    "length of names",
    "NamePrefix",
    "a-prefix-of-thirty-seven-letters-here"
)]
#[case("variables of a function", "WebhookPrivateOrigins", &"o".repeat(4096))]
fn it_refuses_a_parameter(
    #[case] rule: &str,
    #[case] name: &str,
    #[case] value: &str,
) -> Result<()> {
    let found = refused(&[(name, value)], "", "")?;
    let rules: Vec<&str> = found.iter().map(|finding| finding.rule).collect();
    assert!(rules.contains(&rule), "{rules:?}");
    Ok(())
}

#[rstest]
#[case("names", "TableName: !Sub ${NamePrefix}-jobs", "TableName: jobs")]
#[case(
    "what is kept",
    "DeletionPolicy: RetainExceptOnCreate",
    "DeletionPolicy: Retain"
)]
#[case("time limits", "Timeout: 900", "Timeout: 901")]
#[case(
    "scratch space",
    "EphemeralStorage: { Size: 1024 }",
    "EphemeralStorage: { Size: 10241 }"
)]
fn it_refuses_a_resource(#[case] rule: &str, #[case] from: &str, #[case] to: &str) -> Result<()> {
    let found = refused(&[], from, to)?;
    let rules: Vec<&str> = found.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, [rule]);
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

/// The parameters that the rule of functions at once adds up are those that bound them.
#[test]
fn scenes_and_transcodes_are_bounded_by_their_parameters() -> Result<()> {
    let template = sources::template()?;
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

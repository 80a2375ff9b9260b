//! What the price table reckons with is what template.yaml declares.

use anyhow::{Context, Result};
use domain::prices::{self, Installation};
use serde_json::Value;

use crate::sources;

/// The resources of a type.
fn of_type<'a>(template: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    let resources = template["Resources"].as_object().into_iter().flatten();
    let found = resources.filter(move |(_, resource)| resource["Type"] == kind);
    found.map(|(_, resource)| resource)
}

/// The types of all functions' triggers.
fn triggers(kind: &str) -> Result<u32> {
    let mut count = 0;
    for properties in sources::template_functions()?.values() {
        let events = properties["Events"].as_object().into_iter().flatten();
        count += events.filter(|(_, event)| event["Type"] == kind).count();
    }
    Ok(u32::try_from(count)?)
}

#[test]
fn what_stands_in_a_stack_is_what_the_idle_month_counts() -> Result<()> {
    let template = sources::template()?;
    let count = |kind| u32::try_from(of_type(&template, kind).count());
    let ours = Installation::OURS;
    assert_eq!(ours.secrets, count("AWS::SecretsManager::Secret")?);
    let alarms = of_type(&template, "AWS::CloudWatch::Alarm");
    let alarms = alarms
        .filter(|alarm| alarm["Condition"] == "HasAlarms")
        .count();
    assert_eq!(ours.alarms, u32::try_from(alarms)?);
    // One that a stack has which is deployed gradually, and the metric that it is on.
    assert_eq!(count("AWS::CloudWatch::Alarm")?, ours.alarms + 1);
    assert_eq!(count("AWS::Logs::MetricFilter")?, 1);
    assert_eq!(ours.polled_queues, triggers("SQS")?);
    // The reconciler's is the one beside them.
    assert_eq!(ours.schedules + 1, triggers("ScheduleV2")?);
    assert_eq!(ours.metrics as usize, crate::metrics::count());
    // Keys of one's own would be a dollar each.
    assert_eq!(count("AWS::KMS::Key")?, 0);
    Ok(())
}

#[test]
fn an_upload_is_made_in_the_parts_that_are_billed() -> Result<()> {
    let template = sources::template()?;
    let seconds = &template["Parameters"]["TranscodeSegmentSeconds"]["Default"];
    assert_eq!(seconds.as_f64(), Some(prices::TRANSCODE_SEGMENT_SECONDS));
    Ok(())
}

#[test]
fn functions_have_the_memory_and_the_disk_that_are_billed() -> Result<()> {
    let template = sources::template()?;
    let functions = sources::template_functions()?;
    let of = |function: &str, property: &str| -> Result<Value> {
        let properties = functions
            .get(function)
            .with_context(|| function.to_owned())?;
        let globals = &template["Globals"]["Function"];
        Ok(properties
            .get(property)
            .unwrap_or(&globals[property])
            .clone())
    };
    let memory = |function: &str| -> Result<u64> {
        let value = of(function, "MemorySize")?;
        let parameter = value["Ref"].as_str();
        let value = parameter.map_or(&value, |name| &template["Parameters"][name]["Default"]);
        value.as_u64().with_context(|| function.to_owned())
    };
    let disk = |function: &str| -> Result<u64> {
        let value = of(function, "EphemeralStorage")?;
        Ok(value["Size"]
            .as_u64()
            .unwrap_or(u64::from(prices::FREE_DISK_MB)))
    };
    let (small, medium, large) = (prices::SMALL_MB, prices::MEDIUM_MB, prices::LARGE_MB);
    for (name, megabytes, scratch) in [
        ("jobs-get", small, prices::FREE_DISK_MB),
        ("planner", small, prices::FREE_DISK_MB),
        ("job-finisher", small, prices::FREE_DISK_MB),
        ("generator", medium, prices::COPIER_DISK_MB),
        ("soundtrack", medium, prices::COPIER_DISK_MB),
        (
            "replicate-webhook",
            prices::WEBHOOK_MB,
            prices::COPIER_DISK_MB,
        ),
        ("upload-confirm", prices::CONFIRM_MB, prices::COPIER_DISK_MB),
        ("reconciler", medium, prices::RECONCILER_DISK_MB),
        ("storage-janitor", medium, prices::FREE_DISK_MB),
        ("scene-preparer", large, prices::PREPARER_DISK_MB),
        ("composer", large, prices::COMPOSER_DISK_MB),
        ("transcoder", large, prices::TRANSCODER_DISK_MB),
    ] {
        assert_eq!(memory(name)?, u64::from(megabytes), "{name}");
        assert_eq!(disk(name)?, u64::from(scratch), "{name}");
    }
    Ok(())
}

//! The metrics that the functions write, the dashboard and the alarms on them: few enough to be
//! paid for, none without its code, none that is not shown, no alarm without what to do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result, ensure};
use contract::ErrorCode;
use domain::failure::Failure;
use domain::storage::Kind;
use serde_json::Value;

use crate::sources;

const NAMESPACE: &str = "OmniGen";
/// Each value of a dimension is a metric of its own, 0.30 USD a month.
const MOST: usize = 40;
/// Where alarms are explained.
const RUNBOOK: &str = "docs/operations.md";

/// A metric: its dimension, if it has one, and the values of that.
type Metric = (Option<&'static str>, Vec<&'static str>);

fn metrics() -> BTreeMap<&'static str, Metric> {
    let failures = Failure::ALL.into_iter();
    let failures = failures.filter(|failure| failure.is_operators_matter());
    let codes = ErrorCode::ALL.iter();
    let codes = codes.filter(|code| code.status() >= 500 || **code == ErrorCode::SpendingLimit);
    let errors = (failures.map(Failure::name))
        .chain(codes.map(|code| code.as_str()))
        .chain(["MessageFailed", "ContactFailed"]);
    let plain = || (None, vec![""]);
    BTreeMap::from([
        (
            "RequestCount",
            (Some("StatusClass"), vec!["2xx", "3xx", "4xx", "5xx"]),
        ),
        ("RequestDuration", plain()),
        ("ErrorCount", (Some("ErrorType"), errors.collect())),
        (
            "JobsEnded",
            (Some("Status"), vec!["completed", "failed", "cancelled"]),
        ),
        (
            "TranscodesEnded",
            (Some("Status"), vec!["COMPLETED", "FAILED", "CANCELLED"]),
        ),
        ("ActiveJobs", plain()),
        ("ColdStarts", plain()),
        ("FfmpegSeconds", plain()),
        ("SlowSteps", plain()),
        ("WebhooksGivenUp", plain()),
        ("ObjectsRemoved", plain()),
        ("RecordsWithoutObjects", plain()),
        (
            "StorageBytes",
            (Some("Kind"), Kind::ALL.map(Kind::as_str).to_vec()),
        ),
    ])
}

/// How many there are, each value of a dimension for itself.
pub(crate) fn count() -> usize {
    metrics().values().map(|(_, values)| values.len()).sum()
}

#[test]
fn there_are_few_metrics() {
    let count = count();
    assert!(count <= MOST, "{count} metrics");
}

/// Both ways: a metric that the code writes and the table does not know would not be counted.
#[test]
fn the_code_writes_these_metrics_and_no_others() -> Result<()> {
    let mut written = BTreeSet::new();
    for folder in ["shared", "functions"] {
        for file in sources::rust_files(&sources::root().join(folder))? {
            written.extend(written_metrics(&fs::read_to_string(file)?));
        }
    }
    let known = metrics();
    let known = known
        .iter()
        .map(|(name, (dimension, _))| ((*name).to_owned(), dimension.map(str::to_owned)));
    assert_eq!(written, known.collect());
    Ok(())
}

/// The name and the dimension of each `metrics::…!("Name", "Dimension" => …)`.
fn written_metrics(text: &str) -> Vec<(String, Option<String>)> {
    let macros = ["counter", "gauge", "histogram"];
    let calls = macros.into_iter().flat_map(|kind| {
        let call = format!("metrics::{kind}!(");
        let parts: Vec<&str> = text.split(&call).skip(1).collect();
        parts
    });
    calls
        .filter_map(|call| {
            let arguments = call.split(").").next()?;
            let mut quoted = arguments.split('"').skip(1).step_by(2);
            let name = quoted.next()?.to_owned();
            let dimension = quoted.next().filter(|_| arguments.contains("=>"));
            Some((name, dimension.map(str::to_owned)))
        })
        .collect()
}

/// Each alarm by its name in the stack.
fn alarms() -> Result<BTreeMap<String, Value>> {
    let template = sources::template()?;
    let resources = template["Resources"].as_object().context("no resources")?;
    let alarms = resources
        .values()
        .filter(|it| it["Type"] == "AWS::CloudWatch::Alarm");
    let named = alarms.map(|alarm| {
        let properties = &alarm["Properties"];
        let name = properties["AlarmName"]["Fn::Sub"].as_str();
        let name = name.and_then(|name| name.strip_prefix("${NamePrefix}-"));
        let name = name.context("an alarm without the prefix in its name")?;
        Ok((name.to_owned(), properties.clone()))
    });
    named.collect()
}

#[test]
fn an_alarm_is_on_a_metric_that_there_is() -> Result<()> {
    let (metrics, functions) = (metrics(), sources::template_functions()?);
    let mut own = 0;
    for (name, alarm) in alarms()? {
        let dimensions = alarm["Dimensions"].as_array().cloned().unwrap_or_default();
        for dimension in &dimensions {
            let value = &dimension["Value"];
            let named = value["Fn::Sub"]
                .as_str()
                .and_then(|it| it.strip_prefix("${NamePrefix}-"));
            if dimension["Name"] == "FunctionName" {
                let function = named.context("a function without the prefix")?;
                ensure!(
                    functions.contains_key(function),
                    "{name}: no function {function}"
                );
            }
        }
        if alarm["Namespace"] != NAMESPACE {
            continue;
        }
        own += 1;
        let metric = alarm["MetricName"].as_str().context("no metric")?;
        let (dimension, values) = metrics
            .get(metric)
            .with_context(|| format!("{name}: {metric}"))?;
        let found = dimensions
            .first()
            .map(|found| (found["Name"].as_str(), found["Value"].as_str()));
        let expected = dimension.map(|dimension| (Some(dimension), found.and_then(|it| it.1)));
        assert_eq!(found, expected, "{name}");
        let value = found.and_then(|(_, value)| value).unwrap_or_default();
        ensure!(values.contains(&value), "{name}: no {metric} of {value}");
    }
    ensure!(
        own > 5,
        "only {own} alarms on metrics of our own were found"
    );
    Ok(())
}

/// The person who is woken finds the alarm by its name.
#[test]
fn an_alarm_is_explained_and_tells_somebody() -> Result<()> {
    let (alarms, runbook) = (alarms()?, sources::text(RUNBOOK)?);
    let told = serde_json::json!([{"Ref": "AlarmTopic"}]);
    for (name, alarm) in &alarms {
        ensure!(
            runbook.contains(&format!("| `{name}` |")),
            "{RUNBOOK} has no {name}"
        );
        // CodeDeploy asks for it: `template::what_changes_something_is_deployed_gradually`.
        if name == "deployment-errors" {
            continue;
        }
        assert_eq!(
            (&alarm["AlarmActions"], &alarm["OKActions"]),
            (&told, &told),
            "{name}"
        );
    }
    let rows = runbook
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    for (name, _) in rows {
        ensure!(
            alarms.contains_key(name),
            "{RUNBOOK} explains {name}, which never rings"
        );
    }
    Ok(())
}

/// Both ways: nothing is shown that nothing writes, and nothing is written that is not shown.
#[test]
fn the_dashboard_shows_what_the_code_writes() -> Result<()> {
    let template = sources::template()?;
    let body = &template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"];
    let body: Value = serde_json::from_str(body.as_str().context("no dashboard")?)?;
    let widgets = body["widgets"].as_array().context("no widgets")?;
    let rows = widgets
        .iter()
        .filter_map(|widget| widget["properties"]["metrics"].as_array())
        .flatten();
    let shown: BTreeSet<Series> = rows.filter_map(shown_series).flatten().collect();
    assert_eq!(shown, written_series());
    Ok(())
}

/// A metric, and the dimension and the value that it is shown by.
type Series = (String, String, String);

fn written_series() -> BTreeSet<Series> {
    let metrics = metrics().into_iter();
    metrics
        .flat_map(|(name, (dimension, values))| series(name, dimension.unwrap_or_default(), values))
        .collect()
}

fn series(name: &str, dimension: &str, values: Vec<&str>) -> Vec<Series> {
    let one = |value: &str| (name.to_owned(), dimension.to_owned(), value.to_owned());
    values.into_iter().map(one).collect()
}

/// The series of our own in one row of a widget: spelled out, or all that a search finds.
fn shown_series(row: &Value) -> Option<Vec<Series>> {
    let text = |index: usize| row[index].as_str().unwrap_or_default();
    if let Some(search) = row[0]["expression"].as_str() {
        let (_, rest) = search.split_once("{OmniGen,")?;
        let (dimension, rest) = rest.split_once('}')?;
        let name = rest.split_once("MetricName=\"")?.1.split('"').next()?;
        let values = metrics().remove(name).map(|(_, values)| values);
        return Some(series(name, dimension, values.unwrap_or_default()));
    }
    let is_own = text(0) == NAMESPACE;
    is_own.then(|| series(text(1), text(2), vec![text(3)]))
}

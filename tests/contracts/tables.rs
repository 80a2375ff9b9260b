//! The tables in memory (`store::testing`) have the keys and indexes of template.yaml.

use anyhow::{Context, Result};
use serde_json::Value;
use store::testing::schema::{Projection, SCHEMAS, Schema};

use crate::sources;

#[test]
fn the_tables_in_memory_have_the_templates_keys_and_indexes() -> Result<()> {
    let template = sources::template()?;
    let resources = template["Resources"].as_object().context("no resources")?;
    let tables = resources
        .values()
        .filter(|resource| resource["Type"] == "AWS::DynamoDB::Table")
        .map(|resource| &resource["Properties"]);
    let mut declared: Vec<String> = tables.map(declared).collect::<Result<_>>()?;
    let mut in_memory: Vec<String> = SCHEMAS.iter().map(in_memory).collect();
    declared.sort_unstable();
    in_memory.sort_unstable();
    assert_eq!(in_memory, declared);
    Ok(())
}

fn in_memory(schema: &Schema) -> String {
    let indexes = schema.indexes.iter().map(|index| {
        let shown = match index.projection {
            Projection::All => "ALL".to_owned(),
            Projection::KeysOnly => "KEYS_ONLY".to_owned(),
            Projection::Include(attributes) => format!("INCLUDE {attributes:?}"),
        };
        format!("{} {} {} {shown}", index.name, index.partition, index.sort)
    });
    let indexes: Vec<String> = indexes.collect();
    let Schema {
        table,
        partition,
        sort,
        ..
    } = schema;
    format!("{table} {partition} {sort} {indexes:?}")
}

fn declared(table: &Value) -> Result<String> {
    let name = table["TableName"]["Fn::Sub"].as_str();
    let name = name.context("a table has no name")?;
    let name = name.rsplit('-').next().unwrap_or_default();
    let indexes = table["GlobalSecondaryIndexes"].as_array();
    let indexes = indexes.into_iter().flatten().map(|index| {
        let projection = &index["Projection"];
        let kind = projection["ProjectionType"].as_str().unwrap_or_default();
        let shown = match projection.get("NonKeyAttributes") {
            Some(attributes) => format!("{kind} {:?}", texts(attributes)),
            None => kind.to_owned(),
        };
        let name = index["IndexName"].as_str().unwrap_or_default();
        format!("{name} {} {shown}", keys(index))
    });
    let indexes: Vec<String> = indexes.collect();
    Ok(format!("{name} {} {indexes:?}", keys(table)))
}

fn keys(of: &Value) -> String {
    let keys = of["KeySchema"].as_array().into_iter().flatten();
    let names: Vec<&str> = keys
        .filter_map(|key| key["AttributeName"].as_str())
        .collect();
    names.join(" ")
}

fn texts(list: &Value) -> Vec<&str> {
    let texts = list.as_array().into_iter().flatten();
    texts.filter_map(Value::as_str).collect()
}

//! `a = :x`, alone or with a condition of the sort key.

use aws_sdk_dynamodb::operation::query::QueryInput;
use aws_sdk_dynamodb::types::AttributeValue;

use super::expression::is_less;
use super::schema::{Index, Schema};
use super::validation::{self, Invalid, ensure};
use super::{Item, Place, place};

/// What a query asks of the keys.
pub(super) struct KeyCondition {
    partition: (String, AttributeValue),
    sort: Option<(String, String, Vec<AttributeValue>)>,
    index: Option<String>,
}

impl KeyCondition {
    /// That of a query.
    pub(super) fn of(input: &QueryInput) -> Result<Self, Invalid> {
        let name = |text: &str| {
            let names = input.expression_attribute_names();
            let name = names.and_then(|names| names.get(text));
            name.map_or_else(|| text.to_owned(), Clone::clone)
        };
        let value = |text: &str| input.expression_attribute_values().unwrap()[text].clone();
        let text = input.key_condition_expression().unwrap();
        let (first, rest) = text.split_once(" AND ").unwrap_or((text, ""));
        let (partition, wanted) = first.split_once(" = ").unwrap();
        let words: Vec<&str> = rest
            .split([' ', '(', ')', ','])
            .filter(|word| !word.is_empty())
            .collect();
        let sort = match words[..] {
            [] => None,
            ["begins_with", sort, start] => Some((sort, "begins_with", vec![start])),
            [sort, "BETWEEN", from, "AND", to] => Some((sort, "BETWEEN", vec![from, to])),
            [sort, comparison, wanted] => Some((sort, comparison, vec![wanted])),
            _ => panic!("a key condition of another shape: {text}"),
        };
        let sort = sort.map(|(sort, comparison, values)| {
            let values: Vec<_> = values.into_iter().map(value).collect();
            (name(sort), comparison.to_owned(), values)
        });
        let condition = Self {
            partition: (name(partition), value(wanted)),
            sort,
            index: input.index_name().map(str::to_owned),
        };
        condition.validate(input)?;
        Ok(condition)
    }

    fn validate(&self, input: &QueryInput) -> Result<(), Invalid> {
        validation::partition_key(&self.partition.1)?;
        if let Some((_, comparison, values)) = &self.sort {
            let is_empty = |value: &AttributeValue| value.as_s().is_ok_and(String::is_empty);
            ensure(!values.iter().any(is_empty))?;
            ensure(comparison != "BETWEEN" || !is_less(&values[1], &values[0]))?;
        }
        ensure(self.index.is_none() || input.consistent_read() != Some(true))
    }

    /// Whether the row is one of those asked for. An index holds the rows that have its keys.
    pub(super) fn holds(&self, row: &Item) -> bool {
        let (schema, index) = self.read(row);
        if self.index.is_some() && index.is_none() {
            return false;
        }
        let (partition, wanted) = &self.partition;
        let keys = schema.keys(index);
        if row.get(partition) != Some(wanted) || keys.iter().any(|key| !row.contains_key(*key)) {
            return false;
        }
        let Some((sort, comparison, values)) = &self.sort else {
            return true;
        };
        let value = &row[sort];
        let text = |value: &AttributeValue| value.as_s().unwrap().clone();
        match comparison.as_str() {
            "begins_with" => text(value).starts_with(&text(&values[0])),
            "BETWEEN" => !is_less(value, &values[0]) && !is_less(&values[1], value),
            "=" => value == &values[0],
            "<" => is_less(value, &values[0]),
            "<=" => !is_less(&values[0], value),
            ">" => is_less(&values[0], value),
            ">=" => !is_less(value, &values[0]),
            other => panic!("an unknown comparison: {other}"),
        }
    }

    /// By its sort key; then in any order that is always the same.
    pub(super) fn order_of(&self, row: &Item) -> (String, Place) {
        let (schema, index) = self.read(row);
        let sort = index.map_or(schema.sort, |index| index.sort);
        (row[sort].as_s().unwrap().clone(), place(Some(""), row))
    }

    /// The key that a page ends with.
    pub(super) fn key_of(&self, row: &Item) -> Item {
        let (schema, index) = self.read(row);
        let keys = schema.keys(index).into_iter();
        keys.map(|key| (key.to_owned(), row[key].clone())).collect()
    }

    /// What the query may show of a row.
    pub(super) fn seen(&self, row: &Item) -> Item {
        let (schema, index) = self.read(row);
        schema.seen(index, row)
    }

    /// The table of a row, and the index of it that is read.
    fn read(&self, row: &Item) -> (&'static Schema, Option<&'static Index>) {
        let schema = Schema::of(row);
        let index = self.index.as_deref();
        (schema, index.and_then(|name| schema.index(name)))
    }
}

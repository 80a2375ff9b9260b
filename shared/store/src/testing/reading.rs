//! Queries, batches, and the writes of one row without an update expression.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemOutput;
use aws_sdk_dynamodb::operation::delete_item::{DeleteItemError, DeleteItemOutput};
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use aws_smithy_mocks::{MockResponse, Rule, mock};

use super::expression::{Expression, is_less};
use super::{Becomes, Item, SORT_KEYS, Tables, Write, named, place};

impl Tables {
    pub(super) fn queries(&self) -> Rule {
        let tables = self.clone();
        mock!(Client::query).then_compute_output(move |input| tables.query(input))
    }

    pub(super) fn batches_of_reads(&self) -> Rule {
        let tables = self.clone();
        mock!(Client::batch_get_item).then_compute_output(move |input| {
            let rows = tables.rows();
            let mut found = HashMap::new();
            for (table, request) in input.request_items().into_iter().flatten() {
                assert!(request.keys().len() <= 100, "too many keys");
                let places = request.keys().iter().map(|key| place(Some(table), key));
                let different: HashSet<_> = places.collect();
                assert_eq!(different.len(), request.keys().len(), "a key twice");
                let keys = request.keys().iter();
                let items = keys.filter_map(|key| rows.get(&place(Some(table), key)).cloned());
                found.insert(table.clone(), items.collect());
            }
            BatchGetItemOutput::builder()
                .set_responses(Some(found))
                .build()
        })
    }

    pub(super) fn batches_of_deletes(&self) -> Rule {
        let tables = self.clone();
        mock!(Client::batch_write_item).then_compute_output(move |input| {
            let mut rows = tables.rows();
            for (table, requests) in input.request_items().into_iter().flatten() {
                assert!(requests.len() <= 25, "too many requests");
                for request in requests {
                    rows.remove(&place(Some(table), request.delete_request().unwrap().key()));
                }
            }
            BatchWriteItemOutput::builder().build()
        })
    }

    pub(super) fn puts(&self) -> Rule {
        let tables = self.clone();
        mock!(Client::put_item).then_compute_response(move |input| {
            let row = input.item().unwrap().clone();
            let write = Write {
                place: place(input.table_name(), &row),
                key: Item::new(),
                expression: Expression::new(
                    None,
                    input.condition_expression(),
                    input.expression_attribute_names(),
                    input.expression_attribute_values(),
                ),
                becomes: Becomes::Row(row),
            };
            let mut rows = tables.rows();
            if !write.is_allowed(&rows) {
                return MockResponse::Error(PutItemError::ConditionalCheckFailedException(
                    refusal(),
                ));
            }
            write.apply(&mut rows);
            MockResponse::Output(PutItemOutput::builder().build())
        })
    }

    pub(super) fn deletes(&self) -> Rule {
        let tables = self.clone();
        mock!(Client::delete_item).then_compute_response(move |input| {
            let key = input.key().unwrap().clone();
            let write = Write {
                place: place(input.table_name(), &key),
                key,
                expression: Expression::new(
                    None,
                    input.condition_expression(),
                    input.expression_attribute_names(),
                    input.expression_attribute_values(),
                ),
                becomes: Becomes::Nothing,
            };
            let mut rows = tables.rows();
            if !write.is_allowed(&rows) {
                return MockResponse::Error(DeleteItemError::ConditionalCheckFailedException(
                    refusal(),
                ));
            }
            let row = write.apply(&mut rows);
            let output = DeleteItemOutput::builder().set_attributes(Some(row));
            MockResponse::Output(output.build())
        })
    }

    /// The rows that a key condition names, in the order of its sort key. A page
    /// ends where the limit says, as it does in a large table.
    fn query(&self, input: &QueryInput) -> QueryOutput {
        let condition = KeyCondition::of(input);
        let tables = self.rows();
        let in_table = tables
            .iter()
            .filter(|(place, _)| Some(place.0.as_str()) == input.table_name());
        let mut rows: Vec<&Item> = in_table
            .map(|(_, row)| row)
            .filter(|row| condition.holds(row))
            .collect();
        rows.sort_by_key(|row| condition.place_of(row));
        if input.scan_index_forward() == Some(false) {
            rows.reverse();
        }
        if let Some(start) = input.exclusive_start_key() {
            let behind = |row: &&Item| {
                start
                    .iter()
                    .all(|(name, value)| row.get(name) == Some(value))
            };
            let at = rows.iter().position(behind);
            rows.drain(..at.map_or(0, |at| at + 1));
        }
        let limit = input
            .limit()
            .map_or(rows.len(), |limit| usize::try_from(limit).unwrap());
        let more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows
            .last()
            .filter(|_| more)
            .map(|row| condition.key_of(row));
        let filter = Expression::filter(
            input.filter_expression(),
            input.expression_attribute_names(),
            input.expression_attribute_values(),
        );
        let items: Vec<Item> = rows
            .into_iter()
            .filter(|row| filter.holds(row))
            .cloned()
            .collect();
        let count = i32::try_from(items.len()).unwrap();
        let items = (input.select() != Some(&Select::Count)).then_some(items);
        QueryOutput::builder()
            .set_items(items)
            .count(count)
            .set_last_evaluated_key(last)
            .build()
    }
}

fn refusal() -> ConditionalCheckFailedException {
    ConditionalCheckFailedException::builder()
        .meta(named("ConditionalCheckFailedException"))
        .build()
}

/// As DynamoDB refuses what a key condition names: an empty value, and a range that
/// ends before it begins.
fn check_key_values(values: &[AttributeValue]) {
    for value in values {
        let is_empty = value.as_s().is_ok_and(String::is_empty);
        assert!(!is_empty, "an empty value of a key");
    }
    if let [from, to] = values {
        assert!(!is_less(to, from), "a range in the wrong order");
    }
}

/// `a = :x`, alone or with a condition of the sort key.
struct KeyCondition {
    partition: (String, AttributeValue),
    sort: Option<(String, String, Vec<AttributeValue>)>,
    /// What the rows are sorted by where the condition does not name it.
    index: Option<String>,
}

impl KeyCondition {
    fn of(input: &QueryInput) -> Self {
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
            let values: Vec<AttributeValue> = values.into_iter().map(value).collect();
            (name(sort), comparison.to_owned(), values)
        });
        if let Some((_, _, values)) = &sort {
            check_key_values(values);
        }
        Self {
            partition: (name(partition), value(wanted)),
            sort,
            index: input.index_name().map(str::to_owned),
        }
    }

    fn holds(&self, row: &Item) -> bool {
        let (partition, wanted) = &self.partition;
        // An index holds the rows that have its keys.
        if row.get(partition) != Some(wanted) || row.get(self.sort_name(row)).is_none() {
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

    fn sort_name<'a>(&'a self, row: &Item) -> &'a str {
        let of_table = SORT_KEYS.into_iter().find(|name| row.contains_key(*name));
        match (&self.sort, self.index.as_deref()) {
            (Some((name, ..)), _) => name,
            (None, Some("byFeed" | "byOwner")) => "position",
            (None, Some("byUser" | "byStatus" | "openJobs")) => "createdAt",
            (None, Some("byRow")) => "userId",
            (None, _) => of_table.unwrap_or("sk"),
        }
    }

    /// By its sort key; then in any order that is always the same.
    fn place_of(&self, row: &Item) -> (String, String) {
        let text = |name: &str| row[name].as_s().unwrap().clone();
        let place = place(Some(""), row);
        (text(self.sort_name(row)), format!("{place:?}"))
    }

    /// The key that a page ends with.
    fn key_of(&self, row: &Item) -> Item {
        let names = super::PARTITION_KEYS.into_iter().chain(SORT_KEYS);
        let names = names.chain([self.partition.0.as_str(), self.sort_name(row)]);
        names
            .filter_map(|name| Some((name.to_owned(), row.get(name)?.clone())))
            .collect()
    }
}

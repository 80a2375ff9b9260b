//! Rows by their keys, and queries.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::batch_get_item::{
    BatchGetItemError, BatchGetItemInput, BatchGetItemOutput,
};
use aws_sdk_dynamodb::operation::get_item::{GetItemError, GetItemInput, GetItemOutput};
use aws_sdk_dynamodb::operation::query::{QueryError, QueryInput, QueryOutput};
use aws_sdk_dynamodb::types::Select;
use aws_smithy_mocks::{MockResponse, Rule, mock};

use super::expression::{Expression, uses_its_placeholders};
use super::key_condition::KeyCondition;
use super::validation::{self, Invalid, ensure};
use super::{Item, Tables, place};

/// How many rows one batch may ask for.
const MOST_ROWS: usize = 100;

impl Tables {
    pub(super) fn gets(&self) -> Rule {
        let tables = self.clone();
        mock!(Client::get_item).then_compute_response(move |input| match tables.get(input) {
            Ok(output) => MockResponse::Output(output),
            Err(invalid) => MockResponse::Error(GetItemError::generic(invalid.into())),
        })
    }

    fn get(&self, input: &GetItemInput) -> Result<GetItemOutput, Invalid> {
        let key = input.key().unwrap();
        validation::keys(key)?;
        let row = self.rows().get(&place(input.table_name(), key)).cloned();
        self.count_read(&row, input.consistent_read());
        let row = row.map(|row| projected(row, input.projection_expression()));
        Ok(GetItemOutput::builder().set_item(row).build())
    }

    pub(super) fn batches_of_reads(&self) -> Rule {
        let tables = self.clone();
        mock!(Client::batch_get_item).then_compute_response(move |input| {
            match tables.get_all(input) {
                Ok(output) => MockResponse::Output(output),
                Err(invalid) => MockResponse::Error(BatchGetItemError::generic(invalid.into())),
            }
        })
    }

    fn get_all(&self, input: &BatchGetItemInput) -> Result<BatchGetItemOutput, Invalid> {
        let rows = self.rows();
        let mut asked = HashSet::new();
        let mut found = HashMap::new();
        for (table, request) in input.request_items().into_iter().flatten() {
            let mut items = Vec::new();
            for key in request.keys() {
                validation::keys(key)?;
                let place = place(Some(table), key);
                let row = rows.get(&place).cloned();
                self.count_read(&row, request.consistent_read());
                items.extend(row);
                ensure(asked.insert(place))?;
            }
            found.insert(table.clone(), items);
        }
        ensure(asked.len() <= MOST_ROWS)?;
        self.rows_read.fetch_add(asked.len(), Ordering::Relaxed);
        let output = BatchGetItemOutput::builder();
        Ok(output.set_responses(Some(found)).build())
    }

    pub(super) fn queries(&self) -> Rule {
        let tables = self.clone();
        mock!(Client::query).then_compute_response(move |input| match tables.query(input) {
            Ok(output) => MockResponse::Output(output),
            Err(invalid) => MockResponse::Error(QueryError::generic(invalid.into())),
        })
    }

    /// The rows that a key condition names, in the order of its sort key. A page
    /// ends where the limit says, as it does in a large table.
    fn query(&self, input: &QueryInput) -> Result<QueryOutput, Invalid> {
        let (names, values) = (
            input.expression_attribute_names(),
            input.expression_attribute_values(),
        );
        let texts = [
            input.key_condition_expression(),
            input.filter_expression(),
            input.projection_expression(),
        ];
        uses_its_placeholders(&texts, names, values)?;
        let condition = KeyCondition::of(input)?;
        let filter = Expression::filter(input.filter_expression(), names, values);
        let tables = self.rows();
        let mut rows: Vec<&Item> = tables
            .iter()
            .filter(|(place, _)| Some(place.0.as_str()) == input.table_name())
            .map(|(_, row)| row)
            .filter(|row| condition.holds(row))
            .collect();
        rows.sort_by_cached_key(|row| condition.order_of(row));
        let is_forward = input.scan_index_forward() != Some(false);
        if !is_forward {
            rows.reverse();
        }
        if let Some(start) = input.exclusive_start_key() {
            let start = condition.order_of(start);
            rows.retain(|row| match is_forward {
                true => condition.order_of(row) > start,
                false => condition.order_of(row) < start,
            });
        }
        let limit = input.limit().map(|limit| usize::try_from(limit).unwrap());
        let is_cut = limit.is_some_and(|limit| rows.len() >= limit);
        rows.truncate(limit.unwrap_or(usize::MAX));
        self.rows_read.fetch_add(rows.len(), Ordering::Relaxed);
        let last = rows.last().filter(|_| is_cut);
        let last = last.map(|row| condition.key_of(row));
        let read: Vec<Item> = rows.into_iter().map(|row| condition.seen(row)).collect();
        self.count_read(&read, input.consistent_read());
        let found: Vec<Item> = read
            .into_iter()
            .filter(|row| filter.holds(row))
            .map(|row| projected(row, input.projection_expression()))
            .collect();
        let count = i32::try_from(found.len()).unwrap();
        let items = (input.select() != Some(&Select::Count)).then_some(found);
        Ok(QueryOutput::builder()
            .set_items(items)
            .count(count)
            .set_last_evaluated_key(last)
            .build())
    }
}

/// The attributes that an expression lists, or all of them.
fn projected(mut row: Item, expression: Option<&str>) -> Item {
    if let Some(expression) = expression {
        assert!(!expression.contains('#'), "not answered in memory");
        let wanted: HashSet<&str> = expression.split(", ").collect();
        row.retain(|name, _| wanted.contains(name.as_str()));
    }
    row
}

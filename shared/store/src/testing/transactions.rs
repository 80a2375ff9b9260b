//! Writes of several rows, all of which are made or none; and removals, each for itself.

use std::collections::HashSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::batch_write_item::{
    BatchWriteItemError, BatchWriteItemInput, BatchWriteItemOutput,
};
use aws_sdk_dynamodb::operation::transact_write_items::{
    TransactWriteItemsError, TransactWriteItemsInput, TransactWriteItemsOutput,
};
use aws_sdk_dynamodb::types::error::TransactionCanceledException;
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};
use aws_smithy_mocks::{MockResponse, Rule, mock};

use super::expression::Expression;
use super::validation::{self, Invalid, ensure};
use super::writing::Write;
use super::{Tables, named, place};

/// How many writes one transaction may have.
const MOST_WRITES: usize = 100;
/// How many rows one batch may remove.
const MOST_REMOVALS: usize = 25;

/// Why a transaction is not made.
enum Refusal {
    Invalid,
    Canceled(Vec<CancellationReason>),
}

impl From<Invalid> for Refusal {
    fn from(_: Invalid) -> Self {
        Self::Invalid
    }
}

impl Tables {
    pub(super) fn transactions(&self) -> Rule {
        let tables = self.clone();
        mock!(Client::transact_write_items).then_compute_response(move |input| {
            match tables.transact(input) {
                Ok(()) => MockResponse::Output(TransactWriteItemsOutput::builder().build()),
                Err(Refusal::Invalid) => {
                    MockResponse::Error(TransactWriteItemsError::generic(Invalid.into()))
                }
                Err(Refusal::Canceled(reasons)) => {
                    let canceled = TransactionCanceledException::builder()
                        .set_cancellation_reasons(Some(reasons))
                        .meta(named("TransactionCanceledException"))
                        .build();
                    MockResponse::Error(TransactWriteItemsError::TransactionCanceledException(
                        canceled,
                    ))
                }
            }
        })
    }

    fn transact(&self, input: &TransactWriteItemsInput) -> Result<(), Refusal> {
        let items = input.transact_items();
        ensure((1..=MOST_WRITES).contains(&items.len()))?;
        let writes: Vec<Write> = items.iter().map(write).collect::<Result<_, _>>()?;
        let places: HashSet<_> = writes.iter().map(|write| &write.place).collect();
        ensure(places.len() == writes.len())?;
        let mut rows = self.rows();
        if writes.iter().any(|write| !write.is_allowed(&rows)) {
            let reasons = writes.iter().map(|write| match write.is_allowed(&rows) {
                true => CancellationReason::builder().code("None").build(),
                false => CancellationReason::builder()
                    .code("ConditionalCheckFailed")
                    .set_item(write.on_failure(&rows))
                    .build(),
            });
            return Err(Refusal::Canceled(reasons.collect()));
        }
        let results: Vec<_> = writes
            .iter()
            .map(|write| write.result(&rows))
            .collect::<Result<_, _>>()?;
        for (write, row) in writes.into_iter().zip(results) {
            let old = match row.clone() {
                Some(row) => rows.insert(write.place, row),
                None => rows.remove(&write.place),
            };
            self.count_write(old.as_ref(), row.as_ref(), 2.0);
        }
        Ok(())
    }

    pub(super) fn batches_of_deletes(&self) -> Rule {
        let tables = self.clone();
        mock!(Client::batch_write_item).then_compute_response(move |input| {
            match tables.remove_all(input) {
                Ok(()) => MockResponse::Output(BatchWriteItemOutput::builder().build()),
                Err(invalid) => MockResponse::Error(BatchWriteItemError::generic(invalid.into())),
            }
        })
    }

    fn remove_all(&self, input: &BatchWriteItemInput) -> Result<(), Invalid> {
        let mut places = Vec::new();
        for (table, requests) in input.request_items().into_iter().flatten() {
            for request in requests {
                let key = request.delete_request().unwrap().key();
                validation::keys(key)?;
                places.push(place(Some(table), key));
            }
        }
        ensure(places.len() <= MOST_REMOVALS)?;
        ensure(places.iter().collect::<HashSet<_>>().len() == places.len())?;
        let mut rows = self.rows();
        for place in &places {
            let old = rows.remove(place);
            self.count_write(old.as_ref(), None, 1.0);
        }
        Ok(())
    }
}

fn write(item: &TransactWriteItem) -> Result<Write, Invalid> {
    if let Some(update) = item.update() {
        let expression = Expression::new(
            Some(update.update_expression()),
            update.condition_expression(),
            update.expression_attribute_names(),
            update.expression_attribute_values(),
        )?;
        let returned = update.return_values_on_condition_check_failure();
        return Write::change(
            Some(update.table_name()),
            update.key(),
            expression,
            returned,
        );
    }
    if let Some(delete) = item.delete() {
        let expression = Expression::new(
            None,
            delete.condition_expression(),
            delete.expression_attribute_names(),
            delete.expression_attribute_values(),
        )?;
        let returned = delete.return_values_on_condition_check_failure();
        return Write::removal(
            Some(delete.table_name()),
            delete.key(),
            expression,
            returned,
        );
    }
    let put = item.put().unwrap();
    let expression = Expression::new(
        None,
        put.condition_expression(),
        put.expression_attribute_names(),
        put.expression_attribute_values(),
    )?;
    let returned = put.return_values_on_condition_check_failure();
    Write::put(Some(put.table_name()), put.item(), expression, returned)
}

//! Writes of one row.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ErrorMetadata;
use aws_sdk_dynamodb::operation::delete_item::{
    DeleteItemError, DeleteItemInput, DeleteItemOutput,
};
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::operation::update_item::{
    UpdateItemError, UpdateItemInput, UpdateItemOutput,
};
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure};
use aws_smithy_mocks::{MockResponse, Rule, mock};

use super::expression::Expression;
use super::validation::{self, Invalid};
use super::{Item, Place, Tables, named, place};

type Rows = HashMap<Place, Item>;

/// One write of a row.
pub(super) struct Write {
    pub(super) place: Place,
    key: Item,
    expression: Expression,
    becomes: Becomes,
    returned: Option<OnFailure>,
}

/// What a write does to its row.
enum Becomes {
    /// It changes it by its expression.
    Changed,
    /// It puts another in its place.
    Row(Item),
    /// It takes it away.
    Nothing,
}

/// Why a write is not made.
enum Refusal {
    Invalid,
    Condition(Option<Item>),
}

impl From<Invalid> for Refusal {
    fn from(_: Invalid) -> Self {
        Self::Invalid
    }
}

impl Write {
    /// A change of the row with this key.
    pub(super) fn change(
        table: Option<&str>,
        key: &Item,
        expression: Expression,
        returned: Option<&OnFailure>,
    ) -> Result<Self, Invalid> {
        Self::new(table, key, expression, Becomes::Changed, returned)
    }

    /// Another row in the place of that with the same key.
    pub(super) fn put(
        table: Option<&str>,
        row: &Item,
        expression: Expression,
        returned: Option<&OnFailure>,
    ) -> Result<Self, Invalid> {
        Self::new(table, row, expression, Becomes::Row(row.clone()), returned)
    }

    /// The removal of the row with this key.
    pub(super) fn removal(
        table: Option<&str>,
        key: &Item,
        expression: Expression,
        returned: Option<&OnFailure>,
    ) -> Result<Self, Invalid> {
        Self::new(table, key, expression, Becomes::Nothing, returned)
    }

    fn new(
        table: Option<&str>,
        key: &Item,
        expression: Expression,
        becomes: Becomes,
        returned: Option<&OnFailure>,
    ) -> Result<Self, Invalid> {
        validation::keys(key)?;
        Ok(Self {
            place: place(table, key),
            key: key.clone(),
            expression,
            becomes,
            returned: returned.cloned(),
        })
    }

    pub(super) fn is_allowed(&self, rows: &Rows) -> bool {
        let nothing = Item::new();
        let row = rows.get(&self.place).unwrap_or(&nothing);
        self.expression.holds(row)
    }

    /// What the caller asked to be told of the row when the condition does not hold.
    pub(super) fn on_failure(&self, rows: &Rows) -> Option<Item> {
        let is_wanted = self.returned == Some(OnFailure::AllOld);
        is_wanted.then(|| rows.get(&self.place).cloned()).flatten()
    }

    /// The row as it becomes; none if it goes.
    pub(super) fn result(&self, rows: &Rows) -> Result<Option<Item>, Invalid> {
        let row = match &self.becomes {
            Becomes::Row(row) => row.clone(),
            Becomes::Nothing => return Ok(None),
            Becomes::Changed => {
                let stored = rows.get(&self.place).unwrap_or(&self.key);
                let mut row = stored.clone();
                self.expression.apply(&mut row)?;
                row
            }
        };
        validation::keys(&row)?;
        Ok(Some(row))
    }

    /// Writes; the row as it was and as it has become.
    fn apply(self, rows: &mut Rows) -> Result<(Option<Item>, Option<Item>), Refusal> {
        if !self.is_allowed(rows) {
            return Err(Refusal::Condition(self.on_failure(rows)));
        }
        let row = self.result(rows)?;
        let old = match row.clone() {
            Some(row) => rows.insert(self.place, row),
            None => rows.remove(&self.place),
        };
        Ok((old, row))
    }
}

/// A write's answer; each operation has an error type of its own.
fn answer<Output, Error>(
    written: Result<Output, Refusal>,
    invalid: fn(ErrorMetadata) -> Error,
    condition: fn(ConditionalCheckFailedException) -> Error,
) -> MockResponse<Output, Error> {
    match written {
        Ok(output) => MockResponse::Output(output),
        Err(Refusal::Invalid) => MockResponse::Error(invalid(Invalid.into())),
        Err(Refusal::Condition(row)) => MockResponse::Error(condition(condition_failed(row))),
    }
}

fn condition_failed(row: Option<Item>) -> ConditionalCheckFailedException {
    ConditionalCheckFailedException::builder()
        .set_item(row)
        .meta(named("ConditionalCheckFailedException"))
        .build()
}

impl Tables {
    pub(super) fn updates(&self) -> Rule {
        let tables = self.clone();
        mock!(Client::update_item).then_compute_response(move |input| {
            let written = tables.update(input);
            answer(
                written,
                UpdateItemError::generic,
                UpdateItemError::ConditionalCheckFailedException,
            )
        })
    }

    fn update(&self, input: &UpdateItemInput) -> Result<UpdateItemOutput, Refusal> {
        let expression = Expression::new(
            input.update_expression(),
            input.condition_expression(),
            input.expression_attribute_names(),
            input.expression_attribute_values(),
        )?;
        let write = Write::change(
            input.table_name(),
            input.key().unwrap(),
            expression,
            input.return_values_on_condition_check_failure(),
        )?;
        let (old, new) = write.apply(&mut self.rows())?;
        self.count_write(old.as_ref(), new.as_ref(), 1.0);
        let told = match input.return_values() {
            Some(ReturnValue::AllNew) => new,
            Some(ReturnValue::AllOld) => old,
            Some(ReturnValue::None) | None => None,
            Some(other) => panic!("not answered in memory: {other:?}"),
        };
        Ok(UpdateItemOutput::builder().set_attributes(told).build())
    }

    pub(super) fn puts(&self) -> Rule {
        let tables = self.clone();
        mock!(Client::put_item).then_compute_response(move |input| {
            let written = tables
                .put_item(input)
                .map(|()| PutItemOutput::builder().build());
            answer(
                written,
                PutItemError::generic,
                PutItemError::ConditionalCheckFailedException,
            )
        })
    }

    fn put_item(&self, input: &PutItemInput) -> Result<(), Refusal> {
        let expression = Expression::new(
            None,
            input.condition_expression(),
            input.expression_attribute_names(),
            input.expression_attribute_values(),
        )?;
        let write = Write::put(
            input.table_name(),
            input.item().unwrap(),
            expression,
            input.return_values_on_condition_check_failure(),
        )?;
        let (old, new) = write.apply(&mut self.rows())?;
        self.count_write(old.as_ref(), new.as_ref(), 1.0);
        Ok(())
    }

    pub(super) fn deletes(&self) -> Rule {
        let tables = self.clone();
        mock!(Client::delete_item).then_compute_response(move |input| {
            let written = tables.delete(input);
            answer(
                written,
                DeleteItemError::generic,
                DeleteItemError::ConditionalCheckFailedException,
            )
        })
    }

    fn delete(&self, input: &DeleteItemInput) -> Result<DeleteItemOutput, Refusal> {
        let expression = Expression::new(
            None,
            input.condition_expression(),
            input.expression_attribute_names(),
            input.expression_attribute_values(),
        )?;
        let write = Write::removal(
            input.table_name(),
            input.key().unwrap(),
            expression,
            input.return_values_on_condition_check_failure(),
        )?;
        let (old, _) = write.apply(&mut self.rows())?;
        self.count_write(old.as_ref(), None, 1.0);
        let is_wanted = input.return_values() == Some(&ReturnValue::AllOld);
        let told = old.filter(|_| is_wanted);
        Ok(DeleteItemOutput::builder().set_attributes(told).build())
    }
}

//! An update expression, put together without losing sight of its names.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use serde::Serialize;

use crate::error::StoreError;
use crate::rows::Row;

/// A conditional change of one row. Attribute names are always placeholders,
/// because many good names are reserved words.
#[derive(Debug, Default)]
pub(crate) struct Change {
    sets: Vec<String>,
    removes: Vec<String>,
    adds: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Change {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn name(&mut self, attribute: &str) -> String {
        let placeholder = format!("#{attribute}");
        self.names.insert(placeholder.clone(), attribute.to_owned());
        placeholder
    }

    fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// `attribute = value`.
    pub(crate) fn set(
        mut self,
        attribute: &str,
        value: &impl Serialize,
    ) -> Result<Self, StoreError> {
        let value = to_attribute(value)?;
        let (name, value) = (self.name(attribute), self.value(value));
        self.sets.push(format!("{name} = {value}"));
        Ok(self)
    }

    /// `attribute = value` if there is a value.
    pub(crate) fn set_some(
        self,
        attribute: &str,
        value: Option<&impl Serialize>,
    ) -> Result<Self, StoreError> {
        match value {
            Some(value) => self.set(attribute, value),
            None => Ok(self),
        }
    }

    /// `attribute = value` if there is a value, and no attribute otherwise.
    pub(crate) fn set_or_remove(
        self,
        attribute: &str,
        value: Option<&impl Serialize>,
    ) -> Result<Self, StoreError> {
        match value {
            Some(value) => self.set(attribute, value),
            None => Ok(self.remove(attribute)),
        }
    }

    /// `attribute = value`, unless it has one already.
    pub(crate) fn set_once(
        mut self,
        attribute: &str,
        value: &impl Serialize,
    ) -> Result<Self, StoreError> {
        let value = to_attribute(value)?;
        let (name, value) = (self.name(attribute), self.value(value));
        self.sets
            .push(format!("{name} = if_not_exists({name}, {value})"));
        Ok(self)
    }

    /// Takes the attribute away.
    pub(crate) fn remove(mut self, attribute: &str) -> Self {
        let name = self.name(attribute);
        self.removes.push(name);
        self
    }

    /// Adds to a counter; a missing one counts from zero.
    pub(crate) fn add(mut self, attribute: &str, amount: i64) -> Self {
        let value = AttributeValue::N(amount.to_string());
        let (name, value) = (self.name(attribute), self.value(value));
        self.adds.push(format!("{name} {value}"));
        self
    }

    /// Only if the attribute compares so with the value.
    pub(crate) fn when(
        mut self,
        attribute: &str,
        comparison: &str,
        value: &impl Serialize,
    ) -> Result<Self, StoreError> {
        let value = to_attribute(value)?;
        let (name, value) = (self.name(attribute), self.value(value));
        self.conditions.push(format!("{name} {comparison} {value}"));
        Ok(self)
    }

    /// Only if the attribute is absent.
    pub(crate) fn when_absent(mut self, attribute: &str) -> Self {
        let name = self.name(attribute);
        self.conditions
            .push(format!("attribute_not_exists({name})"));
        self
    }

    /// Only if the attribute is absent or compares so with the value.
    pub(crate) fn when_absent_or(
        mut self,
        attribute: &str,
        comparison: &str,
        value: &impl Serialize,
    ) -> Result<Self, StoreError> {
        let value = to_attribute(value)?;
        let (name, value) = (self.name(attribute), self.value(value));
        self.conditions.push(format!(
            "(attribute_not_exists({name}) OR {name} {comparison} {value})"
        ));
        Ok(self)
    }

    /// Only if one of two attributes, or both, compare so with their values.
    pub(crate) fn when_either(
        mut self,
        one: (&str, &str, &impl Serialize),
        other: (&str, &str, &impl Serialize),
    ) -> Result<Self, StoreError> {
        let (one_value, other_value) = (to_attribute(one.2)?, to_attribute(other.2)?);
        let (name, value) = (self.name(one.0), self.value(one_value));
        let one = format!("{name} {} {value}", one.1);
        let (name, value) = (self.name(other.0), self.value(other_value));
        self.conditions
            .push(format!("({one} OR {name} {} {value})", other.1));
        Ok(self)
    }

    /// Only if the attribute has one of these values.
    pub(crate) fn when_in(mut self, attribute: &str, values: &[&str]) -> Self {
        let name = self.name(attribute);
        let values: Vec<String> = values
            .iter()
            .map(|value| self.value(AttributeValue::S((*value).to_owned())))
            .collect();
        self.conditions
            .push(format!("{name} IN ({})", values.join(", ")));
        self
    }

    /// The update expression.
    fn update(&self) -> String {
        [
            ("SET", &self.sets),
            ("REMOVE", &self.removes),
            ("ADD", &self.adds),
        ]
        .into_iter()
        .filter(|(_, parts)| !parts.is_empty())
        .map(|(verb, parts)| format!("{verb} {}", parts.join(", ")))
        .collect::<Vec<_>>()
        .join(" ")
    }

    /// The condition expression, if there is a condition.
    fn condition(&self) -> Option<String> {
        (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "))
    }

    /// The change as a call of its own.
    pub(crate) fn request(
        &self,
        client: &Client,
        table: &str,
        key: Row,
    ) -> UpdateItemFluentBuilder {
        client
            .update_item()
            .table_name(table)
            .set_key(Some(key))
            .update_expression(self.update())
            .set_condition_expression(self.condition())
            .set_expression_attribute_names(Some(self.names()))
            .set_expression_attribute_values(self.values())
    }

    /// The change as a part of a transaction.
    pub(crate) fn write(&self, table: &str, key: Row) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(table)
            .set_key(Some(key))
            .update_expression(self.update())
            .set_condition_expression(self.condition())
            .set_expression_attribute_names(Some(self.names()))
            .set_expression_attribute_values(self.values())
            .build()
            .map_err(|error| StoreError::unsendable("change", error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// The row's removal under the change's conditions, as a part of a transaction.
    pub(crate) fn delete(&self, table: &str, key: Row) -> Result<TransactWriteItem, StoreError> {
        let names = (!self.names.is_empty()).then(|| self.names());
        let delete = Delete::builder()
            .table_name(table)
            .set_key(Some(key))
            .set_condition_expression(self.condition())
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(self.values())
            .build()
            .map_err(|error| StoreError::unsendable("delete", error))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    fn names(&self) -> HashMap<String, String> {
        self.names.clone()
    }

    fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}

/// A whole row as a part of a transaction, under a condition if there is one.
pub(crate) fn put(
    table: &str,
    key: Row,
    content: &impl Serialize,
    condition: Option<&str>,
) -> Result<TransactWriteItem, StoreError> {
    let mut item = to_item(content)?;
    item.extend(key);
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .set_condition_expression(condition.map(str::to_owned))
        .build()
        .map_err(|error| StoreError::unsendable("put row", error))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// A value as DynamoDB writes it.
pub(crate) fn to_attribute(value: &impl Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value)
        .map_err(|error| StoreError::unsendable("serialise", error))
}

/// A row as DynamoDB writes it.
pub(crate) fn to_item(row: &impl Serialize) -> Result<Row, StoreError> {
    serde_dynamo::to_item(row).map_err(|error| StoreError::unsendable("serialise", error))
}

/// A row read back.
pub(crate) fn from_item<T: serde::de::DeserializeOwned>(
    operation: &'static str,
    item: Row,
) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|error| StoreError::unreadable(operation, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_an_update_expression() {
        let change = Change::new()
            .set("status", &"failed")
            .unwrap()
            .remove("open")
            .add("used", 1)
            .when_in("status", &["pending", "processing"]);
        assert_eq!(
            change.update(),
            "SET #status = :v0 REMOVE #open ADD #used :v1"
        );
        assert_eq!(change.condition().unwrap(), "#status IN (:v2, :v3)");
        assert_eq!(change.names()["#open"], "open");
    }

    #[test]
    fn without_values_there_is_no_value_map() {
        let change = Change::new().remove("open");
        assert_eq!(change.values(), None);
        assert_eq!(change.condition(), None);
    }
}

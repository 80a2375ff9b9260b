//! The part of DynamoDB's expression language that [`crate::change`] writes.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;

use super::Item;
use super::schema::Schema;
use super::validation::{Invalid, ensure};

/// An update and its condition, with their names and values.
pub(super) struct Expression {
    update: String,
    condition: String,
    names: HashMap<String, String>,
    values: Item,
}

impl Expression {
    /// Refuses placeholders that are not used, and those that are not given.
    pub(super) fn new(
        update: Option<&str>,
        condition: Option<&str>,
        names: Option<&HashMap<String, String>>,
        values: Option<&Item>,
    ) -> Result<Self, Invalid> {
        let texts = [update, condition];
        let expression = Self {
            update: update.unwrap_or_default().to_owned(),
            condition: condition.unwrap_or_default().to_owned(),
            names: names.cloned().unwrap_or_default(),
            values: values.cloned().unwrap_or_default(),
        };
        uses_its_placeholders(&texts, names, values)?;
        Ok(expression)
    }

    /// A query's filter. Its names and values may be the key condition's too.
    pub(super) fn filter(
        condition: Option<&str>,
        names: Option<&HashMap<String, String>>,
        values: Option<&Item>,
    ) -> Self {
        Self {
            update: String::new(),
            condition: condition.unwrap_or_default().to_owned(),
            names: names.cloned().unwrap_or_default(),
            values: values.cloned().unwrap_or_default(),
        }
    }

    /// Whether the condition holds for the row as it stands.
    pub(super) fn holds(&self, row: &Item) -> bool {
        if self.condition.is_empty() {
            return true;
        }
        self.condition
            .split(" AND ")
            .all(|part| match part.strip_prefix('(') {
                Some(either) => either
                    .trim_end_matches(')')
                    .split(" OR ")
                    .any(|part| self.test(part, row)),
                None => self.test(part, row),
            })
    }

    fn test(&self, text: &str, row: &Item) -> bool {
        if let Some(name) = text.strip_prefix("attribute_not_exists(") {
            return !row.contains_key(self.name(name.trim_end_matches(')')));
        }
        if let Some(name) = text.strip_prefix("attribute_exists(") {
            return row.contains_key(self.name(name.trim_end_matches(')')));
        }
        if let Some((name, list)) = text.split_once(" IN (") {
            let value = row.get(self.name(name));
            let mut wanted = list.trim_end_matches(')').split(", ");
            return wanted.any(|wanted| value == Some(&self.values[wanted]));
        }
        let words: Vec<&str> = text.split(' ').collect();
        let [name, comparison, wanted] = words[..] else {
            panic!("a condition of another shape: {text}");
        };
        let wanted = &self.values[wanted];
        let Some(value) = row.get(self.name(name)) else {
            return comparison == "<>";
        };
        match comparison {
            "=" => value == wanted,
            "<>" => value != wanted,
            "<" => is_less(value, wanted),
            "<=" => value == wanted || is_less(value, wanted),
            ">" => is_less(wanted, value),
            ">=" => value == wanted || is_less(wanted, value),
            _ => panic!("an unknown comparison: {text}"),
        }
    }

    /// Changes the row. No attribute may be changed twice, and no key at all.
    pub(super) fn apply(&self, row: &mut Item) -> Result<(), Invalid> {
        let keys = Schema::of(row).keys(None);
        let mut changed = HashSet::new();
        for (verb, clause) in clauses(&self.update) {
            let attribute = self.change(&verb, &clause, row)?;
            ensure(!keys.contains(&attribute.as_str()))?;
            assert!(changed.insert(attribute), "changed twice: {clause}");
        }
        Ok(())
    }

    /// Answers which attribute it changed.
    fn change(&self, verb: &str, clause: &str, row: &mut Item) -> Result<String, Invalid> {
        let (name, rest) = clause.split_once(' ').unwrap_or((clause, ""));
        let attribute = self.name(name).to_owned();
        match (verb, rest.strip_prefix("= if_not_exists(")) {
            ("SET", Some(rest)) => {
                let (_, value) = rest.trim_end_matches(')').split_once(", ").unwrap();
                let value = self.values[value].clone();
                row.entry(attribute.clone()).or_insert(value);
            }
            ("SET", None) => {
                let value = self.values[rest.trim_start_matches("= ")].clone();
                row.insert(attribute.clone(), value);
            }
            ("REMOVE", _) => {
                row.remove(&attribute);
            }
            ("ADD", _) => {
                let sum = match row.get(&attribute) {
                    Some(value) => number(value).ok_or(Invalid)?,
                    None => 0,
                };
                let sum = sum + number(&self.values[rest]).ok_or(Invalid)?;
                row.insert(attribute.clone(), AttributeValue::N(sum.to_string()));
            }
            _ => panic!("an unknown verb: {verb} {clause}"),
        }
        Ok(attribute)
    }

    fn name<'a>(&'a self, text: &'a str) -> &'a str {
        self.names.get(text).map_or(text, String::as_str)
    }
}

/// The changes of an update, each with its verb.
fn clauses(update: &str) -> Vec<(String, String)> {
    let mut update = update.to_owned();
    for verb in ["SET #", "REMOVE #", "ADD #"] {
        update = update.replace(verb, &format!("\n{verb}"));
    }
    let lines = update.lines().filter(|line| !line.is_empty());
    lines
        .flat_map(|line| {
            let (verb, list) = line.trim().split_once(" #").unwrap();
            let clause = |clause: &str| (verb.to_owned(), format!("#{clause}"));
            list.split(", #").map(clause).collect::<Vec<_>>()
        })
        .collect()
}

/// Refuses names and values that no text uses, and placeholders that are not among them.
pub(super) fn uses_its_placeholders(
    texts: &[Option<&str>],
    names: Option<&HashMap<String, String>>,
    values: Option<&Item>,
) -> Result<(), Invalid> {
    let used: HashSet<&str> = texts
        .iter()
        .flatten()
        .flat_map(|text| text.split([' ', ',', '(', ')']))
        .filter(|word| word.starts_with(['#', ':']))
        .collect();
    let names = names.into_iter().flatten().map(|(name, _)| name);
    let values = values.into_iter().flatten().map(|(name, _)| name);
    let given: HashSet<&str> = names.chain(values).map(String::as_str).collect();
    ensure(used == given)
}

/// Numbers and texts can be compared, each with its own kind; else neither is less.
pub(super) fn is_less(one: &AttributeValue, other: &AttributeValue) -> bool {
    match (one, other) {
        (AttributeValue::S(one), AttributeValue::S(other)) => one < other,
        (AttributeValue::N(_), AttributeValue::N(_)) => number(one) < number(other),
        _ => false,
    }
}

/// DynamoDB has 38 digits.
fn number(value: &AttributeValue) -> Option<i128> {
    value.as_n().ok()?.parse().ok()
}

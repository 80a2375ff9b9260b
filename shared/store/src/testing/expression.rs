//! The part of DynamoDB's expression language that [`crate::change`] writes.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;

use super::Item;

/// An update and its condition, with their names and values.
pub(super) struct Expression {
    update: String,
    condition: String,
    names: HashMap<String, String>,
    values: Item,
}

impl Expression {
    /// Refuses what DynamoDB refuses: placeholders that are not used.
    pub(super) fn new(
        update: Option<&str>,
        condition: Option<&str>,
        names: Option<&HashMap<String, String>>,
        values: Option<&Item>,
    ) -> Self {
        let expression = Self {
            update: update.unwrap_or_default().to_owned(),
            condition: condition.unwrap_or_default().to_owned(),
            names: names.cloned().unwrap_or_default(),
            values: values.cloned().unwrap_or_default(),
        };
        let text = format!("{} {}", expression.update, expression.condition);
        let words: HashSet<&str> = text
            .split([' ', ',', '(', ')'])
            .filter(|word| word.starts_with(['#', ':']))
            .collect();
        let known = expression.names.keys().chain(expression.values.keys());
        let known: HashSet<&str> = known.map(String::as_str).collect();
        assert_eq!(words, known, "placeholders of {text}");
        expression
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
        let Some(value) = row.get(self.name(name)) else {
            return false;
        };
        let wanted = &self.values[wanted];
        match comparison {
            "=" => value == wanted,
            "<>" => value != wanted,
            "<" => is_less(value, wanted),
            "<=" => value == wanted || is_less(value, wanted),
            _ => panic!("an unknown comparison: {text}"),
        }
    }

    /// Changes the row. No attribute may be changed twice.
    pub(super) fn apply(&self, row: &mut Item) {
        let mut changed = HashSet::new();
        for (verb, clause) in clauses(&self.update) {
            let attribute = self.change(&verb, &clause, row);
            assert!(changed.insert(attribute), "changed twice: {clause}");
        }
    }

    /// Answers which attribute it changed.
    fn change(&self, verb: &str, clause: &str, row: &mut Item) -> String {
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
                let sum = row.get(&attribute).map_or(0, number) + number(&self.values[rest]);
                row.insert(attribute.clone(), AttributeValue::N(sum.to_string()));
            }
            _ => panic!("an unknown verb: {verb} {clause}"),
        }
        attribute
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

/// Numbers and texts can be compared, each with its own kind.
pub(super) fn is_less(one: &AttributeValue, other: &AttributeValue) -> bool {
    match (one, other) {
        (AttributeValue::S(one), AttributeValue::S(other)) => one < other,
        _ => number(one) < number(other),
    }
}

fn number(value: &AttributeValue) -> i64 {
    value.as_n().unwrap().parse().unwrap()
}

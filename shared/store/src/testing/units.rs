//! Request units, as DynamoDB counts them: what reads and writes are billed by.

use aws_sdk_dynamodb::types::AttributeValue;

use super::schema::{Index, Schema};
use super::{Item, Tables};

/// Bytes of a unit that is written, and of one that is read.
const WRITTEN: f64 = 1024.0;
const READ: f64 = 4096.0;

/// Units that were used.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Units {
    /// A kilobyte of a row, or of what an index holds of it; twice that in a transaction.
    pub written: f64,
    /// Four kilobytes of rows; half of it when they may be a moment old.
    pub read: f64,
}

impl Tables {
    /// The units used since this was last asked, refused writes not among them.
    pub fn units(&self) -> Units {
        std::mem::take(&mut self.units.lock().unwrap())
    }

    /// Counts a write that made `new` of `old`; in a transaction it counts twice.
    pub(super) fn count_write(&self, old: Option<&Item>, new: Option<&Item>, times: f64) {
        self.units.lock().unwrap().written += times * of_write(old, new);
    }

    /// Counts a read of rows together.
    pub(super) fn count_read<'a>(
        &self,
        rows: impl IntoIterator<Item = &'a Item>,
        is_consistent: Option<bool>,
    ) {
        let bytes: usize = rows.into_iter().map(bytes).sum();
        let share = if is_consistent == Some(true) {
            1.0
        } else {
            0.5
        };
        self.units.lock().unwrap().read += share * (bytes as f64 / READ).ceil().max(1.0);
    }
}

/// The row's, and each index's that it changes.
fn of_write(old: Option<&Item>, new: Option<&Item>) -> f64 {
    let Some(row) = new.or(old) else {
        return 1.0;
    };
    let schema = Schema::of(row);
    let of_indexes = schema
        .indexes
        .iter()
        .map(|index| of_index(schema, index, old, new));
    size(old).max(size(new)).max(1.0) + of_indexes.sum::<f64>()
}

fn size(row: Option<&Item>) -> f64 {
    row.map_or(0.0, |row| (bytes(row) as f64 / WRITTEN).ceil())
}

/// Another key is a removal and a new entry.
fn of_index(schema: &Schema, index: &Index, old: Option<&Item>, new: Option<&Item>) -> f64 {
    let seen = |row: Option<&Item>| {
        let row =
            row.filter(|row| row.contains_key(index.partition) && row.contains_key(index.sort));
        row.map(|row| schema.seen(Some(index), row))
    };
    let (old, new) = (seen(old), seen(new));
    if old == new {
        return 0.0;
    }
    let key = |row: &Option<Item>| {
        let keys = schema.keys(Some(index));
        let row = row.as_ref()?;
        Some(
            keys.into_iter()
                .map(|name| row.get(name).cloned())
                .collect::<Vec<_>>(),
        )
    };
    let (before, after) = (size(old.as_ref()), size(new.as_ref()));
    if key(&old) == key(&new) {
        return before.max(after);
    }
    before + after
}

/// Names and values.
fn bytes(row: &Item) -> usize {
    row.iter()
        .map(|(name, value)| name.len() + value_bytes(value))
        .sum()
}

fn value_bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number.len().div_ceil(2) + 1,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(values) => {
            3 + values
                .iter()
                .map(|value| 1 + value_bytes(value))
                .sum::<usize>()
        }
        AttributeValue::M(values) => {
            let pairs = values.iter();
            3 + pairs
                .map(|(name, value)| 1 + name.len() + value_bytes(value))
                .sum::<usize>()
        }
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(attributes: &[(&str, &str)]) -> Item {
        let pairs = attributes.iter();
        pairs
            .map(|(name, text)| ((*name).to_owned(), AttributeValue::S((*text).to_owned())))
            .collect()
    }

    #[test]
    fn a_write_is_its_kilobytes() {
        let small = row(&[("jobId", "1"), ("sk", "scene")]);
        let large = row(&[("jobId", "1"), ("sk", "scene"), ("text", &"x".repeat(2500))]);
        assert_eq!(of_write(None, Some(&small)), 1.0);
        assert_eq!(of_write(Some(&small), Some(&large)), 3.0);
        assert_eq!(of_write(Some(&large), None), 3.0);
    }

    #[test]
    fn an_index_is_written_when_what_it_holds_changes() {
        let keys = [
            ("jobId", "1"),
            ("sk", "job"),
            ("userId", "u"),
            ("createdAt", "t"),
        ];
        let job = row(&keys);
        let changed = row(&[&keys[..], &[("status", "done")]].concat());
        let moved = row(&[&keys[..3], &[("createdAt", "later")]].concat());
        // The row and its index; the row alone; the row, an entry removed and one put.
        assert_eq!(of_write(None, Some(&job)), 2.0);
        assert_eq!(of_write(Some(&job), Some(&changed)), 1.0);
        assert_eq!(of_write(Some(&job), Some(&moved)), 3.0);
    }

    #[test]
    fn a_read_that_may_be_old_costs_half() {
        let (tables, row) = (Tables::default(), row(&[("text", &"x".repeat(5000))]));
        tables.count_read([&row], Some(true));
        tables.count_read([&row], None);
        tables.count_read([], None);
        assert_eq!(tables.units().read, 2.0 + 1.0 + 0.5);
        assert_eq!(tables.units(), Units::default());
    }
}

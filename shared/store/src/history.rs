//! How long things took, as rows of the table `omnigen-stats`: one for each kind and month,
//! with a counter for each bucket of durations.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use config::Bootstrap;
use domain::history::{Histogram, Kind, bucket_of};
use domain::quota::{Month, month_before};
use domain::time::Time;

use crate::change::Change;
use crate::error::StoreError;
use crate::rows::{Row, rows_of};
use crate::transaction;

/// Access to the history.
#[derive(Debug, Clone)]
pub struct History {
    client: Client,
    table: String,
}

impl History {
    /// The table that `STATS_TABLE` names.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let table = bootstrap.environment().required("STATS_TABLE");
        Self::new(Client::new(bootstrap.sdk()), table)
    }

    /// A table behind a client.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    /// Counts how long some of one kind took.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn count(
        &self,
        kind: &Kind,
        durations: &[Duration],
        now: Time,
    ) -> Result<(), StoreError> {
        let mut counts = BTreeMap::<u16, i64>::new();
        for duration in durations {
            *counts.entry(bucket_of(*duration)).or_default() += 1;
        }
        let mut change = Change::new();
        for (bucket, count) in counts {
            change = change.add(&attribute(bucket), count);
        }
        let key = key(kind, &Month::of(now));
        let request = change.request(&self.client, &self.table, key);
        transaction::apply("count durations", request).await
    }

    /// How long each kind took in this month and the one before it, in one call.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn durations(
        &self,
        kinds: HashSet<Kind>,
        now: Time,
    ) -> Result<HashMap<Kind, Histogram>, StoreError> {
        let months = [Month::of(now), month_before(now)];
        let keys = kinds.iter();
        let keys = keys.flat_map(|kind| months.iter().map(move |month| key(kind, month)));
        let rows = rows_of("read durations", &self.client, &self.table, keys.collect()).await?;
        let histograms = kinds.into_iter().map(|kind| {
            let name = AttributeValue::S(name(&kind));
            let its = rows.iter().filter(|row| row.get("name") == Some(&name));
            (kind, Histogram::of(its.flat_map(counts)))
        });
        Ok(histograms.collect())
    }
}

/// The counters of a row.
fn counts(row: &Row) -> impl Iterator<Item = (u16, u64)> + '_ {
    row.iter().filter_map(|(attribute, value)| {
        let bucket = attribute.strip_prefix('b')?.parse().ok()?;
        let count = value.as_n().ok()?.parse().ok()?;
        Some((bucket, count))
    })
}

fn attribute(bucket: u16) -> String {
    format!("b{bucket}")
}

fn name(kind: &Kind) -> String {
    format!("history/{}", kind.name())
}

fn key(kind: &Kind, month: &Month) -> Row {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    Row::from([
        ("name".to_owned(), text(&name(kind))),
        ("shard".to_owned(), text(month.as_str())),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Tables, now};

    #[tokio::test]
    async fn what_was_counted_this_month_and_the_last_is_known() {
        let tables = Tables::default();
        let history = History::new(tables.client(), "stats");
        let kind = |model: &str| Kind::Prediction {
            model: model.to_owned(),
        };
        let day = Duration::from_secs(86_400);
        let minute = [Duration::from_secs(60); 5];
        history.count(&kind("a"), &minute, now()).await.unwrap();
        let next_month = now().after(day * 30);
        history
            .count(&kind("a"), &minute, next_month)
            .await
            .unwrap();
        history
            .count(&kind("b"), &minute, next_month)
            .await
            .unwrap();

        let kinds = || HashSet::from([kind("b"), kind("a"), kind("c")]);
        let known = history.durations(kinds(), next_month).await.unwrap();
        let p50 = |model: &str| {
            let estimate = known[&kind(model)].remaining(Duration::ZERO);
            estimate.map(|estimate| estimate.p50_seconds)
        };
        assert!(p50("a").is_some_and(|seconds| (60..=66).contains(&seconds)));
        assert_eq!((p50("b"), p50("c")), (None, None));
        let later = history.durations(kinds(), now().after(day * 90)).await;
        assert_eq!(later.unwrap()[&kind("a")], Histogram::default());
    }
}

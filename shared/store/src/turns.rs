//! Whose turn it is to ask the provider, as one row of the table `omnigen-stats`.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use config::Bootstrap;
use domain::time::Time;
use domain::turns::{Budget, Turn, Turns};
use serde::Deserialize;

use crate::change::Change;
use crate::error::StoreError;
use crate::rows::{Row, row_of};
use crate::transaction;

/// How often the row is read again when a concurrent writer was faster.
const TRIES: u32 = 6;

/// The row.
#[derive(Debug, Default, Deserialize)]
struct Stored {
    version: u64,
    turns: Turns,
}

/// Access to the list of what waits for the provider.
#[derive(Debug, Clone)]
pub struct TurnsTable {
    client: Client,
    table: String,
}

impl TurnsTable {
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

    /// Asks whether `unit`, which `user` wants, may go (see [`Turns::ask`]). Where everybody
    /// asks at once, some are told to come again.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn ask(
        &self,
        user: &str,
        unit: &str,
        budget: Budget,
        now: Time,
    ) -> Result<Turn, StoreError> {
        for _ in 0..TRIES {
            let Stored { version, turns } = self.read().await?;
            let mut changed = turns.clone();
            let turn = changed.ask(user, unit, budget, now);
            if changed == turns {
                return Ok(turn);
            }
            match self.write(version, &changed).await {
                Err(error) if error.is_conflict() => {}
                written => return written.map(|()| turn),
            }
        }
        Ok(Turn::Later { ahead: 0 })
    }

    /// Everything that waits, as it is now.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn list(&self) -> Result<Turns, StoreError> {
        Ok(self.read().await?.turns)
    }

    async fn read(&self) -> Result<Stored, StoreError> {
        let stored: Option<Stored> = row_of("read turns", &self.client, &self.table, key()).await?;
        Ok(stored.unwrap_or_default())
    }

    async fn write(&self, version: u64, turns: &Turns) -> Result<(), StoreError> {
        let change = Change::new()
            .set("turns", turns)?
            .set("version", &(version + 1))?
            .when_absent_or("version", "=", &version)?;
        let request = change.request(&self.client, &self.table, key());
        transaction::apply("write turns", request).await
    }
}

fn key() -> Row {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    Row::from([
        ("name".to_owned(), text("turns")),
        ("shard".to_owned(), text("provider")),
    ])
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;
    use crate::testing::{Tables, now};

    const SIX_A_MINUTE: Budget = Budget { per_minute: 6 };

    #[tokio::test]
    async fn what_waits_is_remembered_and_goes_by_turns() {
        let tables = Tables::default();
        let turns = TurnsTable::new(tables.client(), "stats");
        let ask = async |user: &str, unit: &str, seconds: u64| {
            let now = now().after(std::time::Duration::from_secs(seconds));
            turns.ask(user, unit, SIX_A_MINUTE, now).await.unwrap()
        };
        assert_eq!(ask("many", "a", 0).await, Turn::Now);
        assert_eq!(ask("many", "b", 0).await, Turn::Later { ahead: 0 });
        assert_eq!(ask("many", "c", 0).await, Turn::Later { ahead: 1 });
        let listed = turns.list().await.unwrap().places("c", now());
        assert_eq!(listed, [("c".to_owned(), 1)]);
        assert_eq!(ask("one", "d", 1).await, Turn::Later { ahead: 1 });
        assert_eq!(ask("one", "d", 10).await, Turn::Later { ahead: 1 });
        assert_eq!(ask("many", "b", 10).await, Turn::Now);
        assert_eq!(ask("many", "c", 20).await, Turn::Later { ahead: 1 });
        assert_eq!(ask("one", "d", 20).await, Turn::Now);
        assert_eq!(ask("many", "c", 30).await, Turn::Now);
    }

    #[tokio::test]
    async fn however_many_ask_at_once_no_more_go_than_may() {
        let tables = Tables::default();
        let asked = (0..20).map(|unit| {
            let turns = TurnsTable::new(tables.client(), "stats");
            async move {
                let unit = unit.to_string();
                turns.ask("user", &unit, SIX_A_MINUTE, now()).await.unwrap()
            }
        });
        let answers = join_all(asked).await;
        let gone = answers.iter().filter(|turn| **turn == Turn::Now).count();
        assert_eq!(gone, 1);
    }

    #[tokio::test]
    async fn a_table_out_of_reach_is_said_to_be() {
        let tables = Tables::default();
        tables.outage().begin_after(0);
        let turns = TurnsTable::new(tables.client(), "stats");
        let asked = turns.ask("user", "unit", SIX_A_MINUTE, now()).await;
        assert!(asked.is_err());
    }
}

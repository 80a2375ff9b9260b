//! The counters that move in the same transaction as what they count: of everybody
//! together (D35), and of the user whose it is (fault S3).

use config::Bootstrap;

use crate::{DynamoDb, StatsTable, UsageTable};

/// Access to the counters.
#[derive(Debug, Clone)]
pub struct Counters {
    /// Of everybody together.
    pub stats: StatsTable,
    /// Of each user.
    pub usage: UsageTable,
}

impl Counters {
    /// The tables that `STATS_TABLE` and `USAGE_TABLE` name.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            stats: StatsTable::connect(bootstrap),
            usage: UsageTable::connect(bootstrap),
        }
    }

    /// Tables behind a client.
    pub fn new(client: &DynamoDb, stats: impl Into<String>, usage: impl Into<String>) -> Self {
        Self {
            stats: StatsTable::new(client.clone(), stats),
            usage: UsageTable::new(client.clone(), usage),
        }
    }
}

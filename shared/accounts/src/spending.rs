//! The installation's spending as administrators see it (D49).

use config::Bootstrap;
use contract::Spending;
use domain::prices::usd;
use domain::spending::{Day, Settings, until_next_day};
use domain::time::{Clock, Time};
use edge::http::ApiError;
use store::{SpendingTable, StoreError};

/// What an installation may spend in a day where its administrators set nothing.
#[derive(Debug, Clone)]
pub struct Installation {
    /// Where it is counted.
    pub table: SpendingTable,
    /// Billionths of a US dollar.
    pub default_limit: u64,
    /// Tells the day.
    pub clock: Clock,
}

impl Installation {
    /// As the environment says.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            table: SpendingTable::connect(bootstrap),
            default_limit: bootstrap.environment().daily_spending_limit(),
            clock: bootstrap.clock(),
        }
    }

    /// The limit that counts.
    pub fn limit(&self, settings: &Settings) -> u64 {
        settings.limit_nano_usd.unwrap_or(self.default_limit)
    }

    /// The limit that counts, while anything may be bought.
    ///
    /// # Errors
    ///
    /// An administrator has stopped all buying, or the table failed.
    pub async fn limit_unless_stopped(&self) -> Result<u64, ApiError> {
        let settings = self.table.spending_settings().await?;
        if settings.is_stopped {
            return Err(ApiError::SpendingStopped);
        }
        Ok(self.limit(&settings))
    }

    /// The day that `now` lies in.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn day(&self, now: Time) -> Result<Spending, StoreError> {
        let settings = self.table.spending_settings().await?;
        let day = Day::of(now);
        let sums = self.table.spending_sums(&day).await?;
        let limit = self.limit(&settings);
        Ok(Spending {
            day: day.as_str().to_owned(),
            daily_limit_usd: usd(limit),
            spent_usd: usd(sums.spent),
            reserved_usd: usd(sums.taken.saturating_sub(sums.spent)),
            remaining_usd: usd(limit.saturating_sub(sums.taken)),
            stopped: settings.is_stopped,
            resets_in: until_next_day(now).as_secs(),
        })
    }
}

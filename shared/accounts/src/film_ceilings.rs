//! What a film takes of its owner's month and of the installation's day, and may take.

use config::Bootstrap;
use domain::quota::next_month;
use domain::spending::until_next_day;
use domain::time::Time;
use edge::http::ApiError;
use store::{Ceilings, ReserveError};

use crate::spending::Installation;

/// Ceilings of films.
#[derive(Debug, Clone)]
pub struct FilmCeilings {
    /// Films of a user's month (R84).
    pub quota: u32,
    /// Films of a user's that may be made at once.
    pub running: u32,
    /// Films of a user's month that may fail after money was spent on them.
    pub paid_failures: u32,
    /// Its day's limit, and the kill switch (D49).
    pub installation: Installation,
}

impl FilmCeilings {
    /// As the environment says.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            quota: bootstrap.environment().quota(),
            running: bootstrap.environment().running_films(),
            paid_failures: bootstrap.environment().paid_failures(),
            installation: Installation::connect(bootstrap),
        }
    }

    /// Those that count now.
    ///
    /// # Errors
    ///
    /// An administrator has stopped all buying, or the table failed.
    pub async fn now(&self) -> Result<Ceilings, ApiError> {
        Ok(Ceilings {
            quota: self.quota,
            running: self.running,
            paid_failures: self.paid_failures,
            daily_nano_usd: self.installation.limit_unless_stopped().await?,
        })
    }
}

/// What a client is told of a film that found no place.
pub fn film_refused(error: ReserveError, now: Time) -> ApiError {
    let until_next_month = next_month(now).since(now).as_secs() + 1;
    match error {
        ReserveError::QuotaExceeded => ApiError::QuotaExceeded {
            retry_after: until_next_month,
        },
        ReserveError::TooManyRunning => ApiError::TooManyFilms,
        ReserveError::TooManyFailures => ApiError::TooManyFailures {
            retry_after: until_next_month,
        },
        ReserveError::SpendingLimit => ApiError::SpendingLimit {
            retry_after: until_next_day(now).as_secs(),
        },
        ReserveError::Store(error) => error.into(),
    }
}

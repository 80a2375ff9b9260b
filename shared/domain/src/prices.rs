//! What things cost: one price table (D13), us-east-1, in billionths of a dollar, and the
//! bills that are made of it. What `cargo xtask cost` prints, and `docs/costs.md` quotes.
//!
//! Model prices are data of the registry in `replicate`; here are AWS's own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod film;
mod line;
mod measured;
mod month;
mod table;
mod upload;

pub use film::{FILM_READS, FILM_WRITES, film, overhead, units_of_film};
pub use line::{Line, Price, after_allowances, at_list_price};
pub use measured::*;
pub use month::{Bill, Habits, Installation, idle_month, month};
pub use table::*;
pub use upload::{PART_READS, PART_WRITES, hour_watched, transcode};

/// A function's run: its time and memory at the price of its processor.
pub fn lambda_nano_usd(seconds: f64, memory_mb: u32, arm64: bool) -> u64 {
    let rate = if arm64 {
        LAMBDA_ARM64_GB_SECOND
    } else {
        LAMBDA_X86_64_GB_SECOND
    };
    let run = gb_seconds(seconds, memory_mb) * rate.nano_usd + LAMBDA_REQUEST.nano_usd;
    run.round() as u64
}

/// Dollars as people read them.
pub fn usd(nano_usd: u64) -> f64 {
    nano_usd as f64 / 1e9
}

/// What kind of thing a ledger entry paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CostKind {
    /// A prediction at the provider.
    Model,
    /// A function's time.
    Compute,
}

/// One line of a job's ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerEntry {
    /// The step, and the attempt or run of it: `scene-001#1`, `compose#<request id>`.
    pub step: String,
    /// See [`CostKind`].
    pub kind: CostKind,
    /// The model, or the function.
    pub item: String,
    /// Expected before, in billionths of a dollar.
    pub predicted_nano_usd: u64,
    /// Known after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual_nano_usd: Option<u64>,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

#[cfg(test)]
mod tests;

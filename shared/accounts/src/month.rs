//! Closing a month and its usage report (R86).
//!
//! The month in the key already separates the counters, so nothing has to be
//! set back; closing twice changes nothing.

use std::time::Duration;

use domain::failure::{Failure, StepError};
use domain::quota::{Month, month_before};
use domain::time::Time;
use serde::Serialize;
use serde_json::{Value, json};
use store::{MonthRow, Objects, UsageTable};

/// How long a closed month's rows are kept.
const KEPT_FOR: Duration = Duration::from_secs(400 * 24 * 3600);

/// What closing a month did; also the function's output.
#[derive(Debug, Serialize)]
pub struct ClosedMonth {
    /// The month.
    pub month: Month,
    /// How many users had used it.
    pub users: usize,
    /// How many videos they made.
    pub videos: u32,
    /// How many rows had expired and were removed.
    pub removed: usize,
}

/// Closes the month before `now`, writes its report and removes what has expired.
///
/// # Errors
///
/// What the table or the bucket fails with.
pub async fn close_month(
    usage: &UsageTable,
    objects: &Objects,
    now: Time,
) -> Result<ClosedMonth, StepError> {
    let month = month_before(now);
    let rows = usage.month_rows(&month).await?;

    for row in rows.iter().filter(|row| !row.closed) {
        usage
            .close_month(&row.user_id, &month, now, now.after(KEPT_FOR))
            .await?;
    }
    let key = format!("reports/usage-{}.json", month.as_str());
    let report = serde_json::to_vec_pretty(&report(&month, &rows))
        .map_err(|error| StepError::new(Failure::Internal, error))?;
    objects.put_bytes(&key, report, "application/json").await?;
    let removed = usage.remove_expired_windows(now).await?;

    let videos = rows.iter().map(|row| row.used).sum();
    tracing::info!(
        month = month.as_str(),
        users = rows.len(),
        videos,
        removed,
        "month closed"
    );
    Ok(ClosedMonth {
        month,
        users: rows.len(),
        videos,
        removed,
    })
}

fn report(month: &Month, rows: &[MonthRow]) -> Value {
    let users: Vec<Value> = rows
        .iter()
        .map(|row| json!({ "userId": row.user_id, "videos": row.used, "stillReserved": row.reserved }))
        .collect();
    json!({
        "month": month,
        "videos": rows.iter().map(|row| row.used).sum::<u32>(),
        "users": users,
    })
}

#[cfg(test)]
mod tests;

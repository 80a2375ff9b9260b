//! Monthly: closes the month before and writes the usage report (R86).
//!
//! The month in the key already separates the counters, so nothing has to be
//! set back; running twice changes nothing. Also removes what has expired.

use std::time::Duration;

use config::Environment;
use domain::failure::{Failure, StepError};
use domain::quota::{Month, month_before};
use domain::time::Time;
use serde::Serialize;
use serde_json::{Value, json};
use store::{DynamoDb, MonthRow, Objects, S3, UsageTable};

/// How long a closed month's rows are kept.
const KEPT_FOR: Duration = Duration::from_secs(400 * 24 * 3600);

/// What was done.
#[derive(Debug, Serialize)]
struct Output {
    month: Month,
    users: usize,
    videos: u32,
    removed: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    config::logging::start();
    let mut environment = Environment::of_process();
    let tables = environment.tables();
    let bucket = environment.required("ASSETS_BUCKET");
    environment.finish()?;
    let sdk = config::aws::load().await;
    let usage = UsageTable::new(DynamoDb::new(&sdk), tables.usage);
    let objects = Objects::new(S3::new(&sdk), bucket);

    edge::step::run("quota-reset", |_event: Value, _| {
        handle(config::clock::now(), &usage, &objects)
    })
    .await
}

async fn handle(now: Time, usage: &UsageTable, objects: &Objects) -> Result<Output, StepError> {
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
    Ok(Output {
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
mod tests {
    use super::*;

    #[test]
    fn the_report_adds_up() {
        let row = |user: &str, used| MonthRow {
            user_id: user.to_owned(),
            used,
            reserved: 0,
            closed: false,
        };
        let month = month_before(Time::from_millisecond(1_795_176_000_000));
        let report = report(&month, &[row("a", 3), row("b", 4)]);
        assert_eq!(report["month"], "2026-10");
        assert_eq!(report["videos"], 7);
        assert_eq!(report["users"][1]["userId"], "b");
    }
}

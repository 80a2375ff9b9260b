//! `DELETE /api/jobs/admin/cleanup-old`: removes transcodes that ended and were
//! accepted `days` ago or earlier, with everything they made (R32, R55, D24).
//!
//! The oldest first, at most 500 or as many as fit into 20 seconds; `remaining`
//! tells whether another call is needed. `dryRun=true` only tells.

use std::time::{Duration, Instant};

use config::Bootstrap;
use domain::administration::{Cleanup, gigabytes};
use domain::time::Time;
use edge::http::{Admin, ApiError, Authentication, Error, Reply, Request, query};
use transcodes::TranscodeRemover;

const DAY_MS: i64 = 24 * 3600 * 1000;
/// None is begun later; the gateway waits for 30 seconds.
const TIME: Duration = Duration::from_secs(20);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let remover = TranscodeRemover::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::administrative(
        "admin-cleanup-old",
        authentication,
        move |admin, request| handle(admin, request, remover.clone()),
    )
    .await
}

async fn handle(
    admin: Admin,
    request: Request,
    remover: TranscodeRemover,
) -> Result<Reply, ApiError> {
    let until = Instant::now() + TIME;
    let (days, dry_run) = (query(&request, "days"), query(&request, "dryRun"));
    let wanted = Cleanup::from_query(days.as_deref(), dry_run.as_deref())?;

    let now = remover.clock.now().as_millisecond();
    let before = Time::from_millisecond(now - i64::from(wanted.days) * DAY_MS);
    let totals = remover.clean_up(before, wanted.dry_run, until).await?;
    tracing::info!(
        admin = admin.user_id(),
        action = "cleanup-old",
        days = wanted.days,
        dry_run = wanted.dry_run,
        jobs = totals.transcodes,
        bytes = totals.bytes,
        "administration"
    );

    let verb = if wanted.dry_run { "would be " } else { "" };
    Reply::ok(&contract::Cleanup {
        message: format!("{} old jobs {verb}deleted", totals.transcodes),
        deleted: totals.transcodes,
        freed_space: gigabytes(totals.bytes),
        freed_bytes: totals.bytes,
        remaining: totals.remaining,
        dry_run: wanted.dry_run,
    })
}

#[cfg(test)]
mod tests;

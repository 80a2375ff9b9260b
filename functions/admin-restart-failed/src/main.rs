//! `POST /api/jobs/admin/restart-failed`: failed transcodes are tried again (R31).
//!
//! `jobIds` names them; without, the oldest ones, at most `limit` (1-100). With
//! `dryRun` they are only named. An empty body is allowed. Each takes a place among its
//! user's transcodes; without one it stays failed.

use config::Bootstrap;
use contract::Restarted;
use domain::administration::RestartFailed;
use domain::transcode::{Transcode, TranscodeStatus};
use edge::http::{
    Admin, ApiError, Authentication, Error, Idempotency, Reply, Request, optional_body,
};
use store::StoreError;
use transcodes::{Reopened, TranscodeQueue};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let queue = TranscodeQueue::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    let idempotency = Idempotency::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::creating_as_admin(
        "admin-restart-failed",
        authentication,
        idempotency,
        move |admin, request| handle(admin, request, queue.clone()),
    )
    .await
}

async fn handle(admin: Admin, request: Request, queue: TranscodeQueue) -> Result<Reply, ApiError> {
    let wanted = optional_body::<contract::RestartFailed>(&request)?.checked()?;

    let (mut restarted, mut without_place) = (Vec::new(), Vec::new());
    for transcode in failed(&queue, &wanted).await? {
        if wanted.dry_run {
            restarted.push(transcode.id);
            continue;
        }
        match restart(&queue, &transcode).await? {
            Reopened::Open => restarted.push(transcode.id),
            Reopened::NoPlace => without_place.push(transcode.id),
            Reopened::NotFailed => {}
        }
    }
    tracing::info!(
        admin = admin.user_id(),
        action = "restart-failed",
        dry_run = wanted.dry_run,
        jobs = restarted.len(),
        ids = ?restarted,
        "administration"
    );

    let verb = if wanted.dry_run { "would be " } else { "" };
    Reply::ok(&Restarted {
        message: format!("{} failed jobs {verb}restarted", restarted.len()),
        job_ids: restarted,
        without_place,
        dry_run: wanted.dry_run,
    })
}

async fn failed(
    queue: &TranscodeQueue,
    wanted: &RestartFailed,
) -> Result<Vec<Transcode>, StoreError> {
    let limit = usize::try_from(wanted.limit).unwrap_or(usize::MAX);
    let mut found = match &wanted.ids {
        Some(ids) => queue.transcodes.by_ids(ids).await?,
        None => {
            let now = queue.clock.now();
            let failed = TranscodeStatus::Failed;
            queue.transcodes.oldest(failed, now, limit).await?
        }
    };
    found.retain(|transcode| transcode.status == TranscodeStatus::Failed);
    found.truncate(limit);
    Ok(found)
}

/// A message that cannot be sent is sent by the reconciler.
async fn restart(queue: &TranscodeQueue, transcode: &Transcode) -> Result<Reopened, StoreError> {
    let reopened = queue.reopen(transcode).await?;
    if reopened == Reopened::Open
        && let Err(error) = queue.send(&transcode.user_id, transcode.id).await
    {
        let id = transcode.id;
        tracing::warn!(transcode = %id, error = %error, "its message is left to the reconciler");
    }
    Ok(reopened)
}

#[cfg(test)]
mod tests;

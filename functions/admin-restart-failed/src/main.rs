//! `POST /api/jobs/admin/restart-failed`: failed transcodes are tried again (R31).
//!
//! `jobIds` names them; without, the oldest ones, at most `limit` (1-100). With
//! `dryRun` they are only named. An empty body is allowed.

use config::Bootstrap;
use contract::Restarted;
use domain::administration::RestartFailed;
use domain::ids::TranscodeId;
use domain::transcode::{Transcode, TranscodeStatus};
use edge::http::{
    Admin, ApiError, Authentication, Error, Idempotency, Reply, Request, optional_body,
};
use store::StoreError;
use transcodes::TranscodeQueue;

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

    let mut restarted = Vec::new();
    for transcode in failed(&queue, &wanted).await? {
        if wanted.dry_run || restart(&queue, transcode.id).await? {
            restarted.push(transcode.id);
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

/// `false` when somebody else was first. A message that cannot be sent is sent
/// by the reconciler.
async fn restart(queue: &TranscodeQueue, id: TranscodeId) -> Result<bool, StoreError> {
    if !queue.reopen(id).await? {
        return Ok(false);
    }
    if let Err(error) = queue.send(id).await {
        tracing::warn!(transcode = %id, error = %error, "its message is left to the reconciler");
    }
    Ok(true)
}

#[cfg(test)]
mod tests;

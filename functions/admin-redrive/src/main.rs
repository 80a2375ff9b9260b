//! `POST /api/jobs/admin/dead-letters/redrive`: messages that were given up are
//! sent again, each once.
//!
//! `ids` names them; without, the oldest ones, at most `limit` (1-100). With
//! `dryRun` they are only named. A message whose transcode failed restarts it;
//! one whose transcode is not failed any more is only put away, and one whose user has
//! no place for it is kept.

use config::Bootstrap;
use contract::Redriven;
use domain::administration::Redrive;
use edge::http::{Admin, ApiError, Authentication, Error, Reply, Request, optional_body};
use store::{DeadLetter, StoreError};
use transcodes::{Reopened, TranscodeQueue};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let queue = TranscodeQueue::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::administrative("admin-redrive", authentication, move |admin, request| {
        handle(admin, request, queue.clone())
    })
    .await
}

async fn handle(admin: Admin, request: Request, queue: TranscodeQueue) -> Result<Reply, ApiError> {
    let wanted = optional_body::<contract::Redrive>(&request)?.checked()?;

    let (mut sent, mut put_away, mut without_place) = (Vec::new(), Vec::new(), Vec::new());
    for letter in letters(&queue, &wanted).await? {
        if wanted.dry_run {
            sent.push(letter.id);
            continue;
        }
        match redrive(&queue, &letter).await? {
            RedriveResult::Sent => sent.push(letter.id),
            RedriveResult::PutAway => put_away.push(letter.id),
            RedriveResult::Kept => without_place.push(letter.id),
        }
    }
    tracing::info!(
        admin = admin.user_id(),
        action = "redrive",
        dry_run = wanted.dry_run,
        letters = sent.len(),
        ids = ?sent,
        "administration"
    );

    let verb = if wanted.dry_run { "would be " } else { "" };
    Reply::ok(&Redriven {
        message: format!("{} messages {verb}sent again", sent.len()),
        ids: sent,
        skipped: put_away,
        without_place,
        dry_run: wanted.dry_run,
    })
}

async fn letters(queue: &TranscodeQueue, wanted: &Redrive) -> Result<Vec<DeadLetter>, StoreError> {
    let Some(ids) = &wanted.ids else {
        let oldest = queue.transcodes.dead_letters(wanted.limit, None, false);
        return Ok(oldest.await?.0);
    };
    let mut letters = queue.transcodes.dead_letters_of(ids).await?;
    letters.truncate(usize::try_from(wanted.limit).unwrap_or(usize::MAX));
    Ok(letters)
}

/// What became of a letter.
enum RedriveResult {
    /// Its message is in the queue again.
    Sent,
    /// Its transcode is not failed any more.
    PutAway,
    /// Its transcode's user holds as much as may be at once.
    Kept,
}

/// Sends a letter's message again. A transcode becomes open first, so that the reconciler sends
/// its message if this one is lost. A message without a transcode is known by its
/// letter alone, which goes last: twice is better than never.
async fn redrive(queue: &TranscodeQueue, letter: &DeadLetter) -> Result<RedriveResult, StoreError> {
    let Some(id) = letter.transcode else {
        // Its user is unknown: it is a tenant of its own.
        queue.messages.send(&letter.id, &letter.body).await?;
        let is_ours = queue.transcodes.take_dead_letter(&letter.id).await?;
        return Ok(if is_ours {
            RedriveResult::Sent
        } else {
            RedriveResult::PutAway
        });
    };
    let Some(state) = queue.transcodes.get(id).await? else {
        queue.transcodes.take_dead_letter(&letter.id).await?;
        return Ok(RedriveResult::PutAway);
    };
    let reopened = queue.reopen(&state.transcode).await?;
    if reopened == Reopened::NoPlace {
        return Ok(RedriveResult::Kept);
    }
    let is_ours = queue.transcodes.take_dead_letter(&letter.id).await?;
    if reopened != Reopened::Open || !is_ours {
        return Ok(RedriveResult::PutAway);
    }
    queue.send(&state.transcode.user_id, id).await?;
    Ok(RedriveResult::Sent)
}

#[cfg(test)]
mod tests;

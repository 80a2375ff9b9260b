//! `POST /api/jobs/admin/dead-letters/discard`: messages that were given up are
//! thrown away for good, such as those that cannot be read. What they were
//! about stays as it is: a transcode has failed before its letter is written.
//!
//! `ids` names them; with `dryRun` they are only looked up.

use config::Bootstrap;
use contract::{Discard, Discarded};
use edge::http::{Admin, ApiError, Authentication, Error, Reply, Request, body};
use store::TranscodesTable;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let transcodes = TranscodesTable::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::administrative("admin-discard", authentication, move |admin, request| {
        handle(admin, request, transcodes.clone())
    })
    .await
}

async fn handle(
    admin: Admin,
    request: Request,
    transcodes: TranscodesTable,
) -> Result<Reply, ApiError> {
    let wanted = body::<Discard>(&request)?.checked()?;

    let mut discarded = Vec::new();
    for letter in transcodes.dead_letters_of(&wanted.ids).await? {
        if wanted.dry_run || transcodes.take_dead_letter(&letter.id).await? {
            discarded.push(letter.id);
        }
    }
    tracing::info!(
        admin = admin.user_id(),
        action = "discard",
        dry_run = wanted.dry_run,
        letters = discarded.len(),
        ids = ?discarded,
        "administration"
    );

    let verb = if wanted.dry_run { "would be " } else { "" };
    Reply::ok(&Discarded {
        message: format!("{} messages {verb}discarded", discarded.len()),
        ids: discarded,
        dry_run: wanted.dry_run,
    })
}

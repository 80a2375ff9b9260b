//! `POST /api/jobs/admin/dead-letters/redrive`: messages that were given up are
//! sent again, each once.
//!
//! `ids` names them; without, the oldest ones, at most `limit` (1-100). With
//! `dryRun` they are only named. A message whose transcode failed restarts it;
//! one whose transcode is not failed any more is only put away.

use domain::administration::Redrive;
use domain::delivery::TranscodeMessage;
use edge::http::{ApiError, Error, Reply, Request, administrator, optional_json_object};
use library::Wiring;
use serde_json::json;
use store::{DeadLetter, Queue, StatsTable, StoreError, TranscodesTable, unless_conflict};

#[derive(Clone)]
struct State {
    transcodes: TranscodesTable,
    stats: StatsTable,
    queue: Queue,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    config::logging::start();
    let mut wiring = Wiring::begin().await;
    let state = State {
        transcodes: wiring.transcodes(),
        stats: wiring.stats(),
        queue: wiring.queue(),
    };
    let gate = wiring.gate()?;

    edge::http::protected("admin-redrive", gate, move |request| {
        handle(request, state.clone())
    })
    .await
}

async fn handle(request: Request, state: State) -> Result<Reply, ApiError> {
    let admin = administrator(&request)?;
    let wanted = Redrive::from_json(&optional_json_object(&request)?)?;

    let (mut sent, mut put_away) = (Vec::new(), Vec::new());
    for letter in letters(&state, &wanted).await? {
        if wanted.dry_run || redrive(&state, &letter).await? {
            sent.push(letter.id);
        } else {
            put_away.push(letter.id);
        }
    }
    tracing::info!(
        admin = admin.user_id,
        action = "redrive",
        dry_run = wanted.dry_run,
        letters = sent.len(),
        ids = ?sent,
        "administration"
    );

    let verb = if wanted.dry_run { "would be " } else { "" };
    Reply::ok(&json!({
        "message": format!("{} messages {verb}sent again", sent.len()),
        "ids": sent,
        "skipped": put_away,
        "dryRun": wanted.dry_run,
    }))
}

async fn letters(state: &State, wanted: &Redrive) -> Result<Vec<DeadLetter>, StoreError> {
    let Some(ids) = &wanted.ids else {
        let oldest = state.transcodes.dead_letters(wanted.limit, None, false);
        return Ok(oldest.await?.0);
    };
    let mut letters = state.transcodes.dead_letters_of(ids).await?;
    letters.truncate(usize::try_from(wanted.limit).unwrap_or(usize::MAX));
    Ok(letters)
}

/// Whether it was sent. First the transcode becomes open, so that a message that
/// is lost now is sent by the reconciler; then the letter goes; then it is sent.
async fn redrive(state: &State, letter: &DeadLetter) -> Result<bool, StoreError> {
    let mut body = letter.body.clone();
    if let Some(id) = letter.transcode {
        let now = config::clock::now();
        if !unless_conflict(state.transcodes.restart(&state.stats, id, now).await)? {
            state.transcodes.take_dead_letter(&letter.id).await?;
            return Ok(false);
        }
        body = TranscodeMessage::new(id).body();
    }
    if !state.transcodes.take_dead_letter(&letter.id).await? {
        return Ok(false);
    }
    state.queue.send(&body).await?;
    Ok(true)
}

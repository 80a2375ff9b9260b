//! `GET /api/jobs/admin/dead-letters`: messages that were given up, newest first.
//!
//! Takes `limit` (1-100, default 10) and the `cursor` of the page before.

use config::Bootstrap;
use contract::DeadLetterList;
use domain::administration::DeadLetterId;
use edge::http::{Admin, ApiError, Authentication, Cursor, Error, Reply, Request, behind, limit};
use store::{DeadLetter, TranscodesTable};

const SCOPE: &str = "dead-letters";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let transcodes = TranscodesTable::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::administrative(
        "admin-dead-letters",
        authentication,
        move |admin, request| handle(admin, request, transcodes.clone()),
    )
    .await
}

async fn handle(
    admin: Admin,
    request: Request,
    transcodes: TranscodesTable,
) -> Result<Reply, ApiError> {
    let limit = u32::try_from(limit(&request)?).unwrap_or(u32::MAX);
    let after: Option<DeadLetterId> = behind(&request, SCOPE)?;

    let (letters, more) = transcodes
        .dead_letters(limit, after.as_ref().map(DeadLetterId::as_str), true)
        .await?;
    tracing::info!(
        admin = admin.user_id(),
        action = "list-dead-letters",
        "administration"
    );

    let next = letters.last().filter(|_| more);
    let next = next.map(|letter| Cursor::write(letter.id.clone(), SCOPE));
    Reply::ok(&DeadLetterList {
        dead_letters: letters.into_iter().map(view).collect(),
        next_cursor: next,
    })
}

fn view(letter: DeadLetter) -> contract::DeadLetter {
    contract::DeadLetter {
        given_up_at: letter.given_up_at().to_owned(),
        id: letter.id,
        job_id: letter.transcode,
        body: letter.body,
        receives: letter.receives,
        cause: letter.cause,
    }
}

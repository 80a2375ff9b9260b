//! `GET /api/jobs/admin/dead-letters`: messages that were given up, newest first.
//!
//! Takes `limit` (1-100, default 10) and the `cursor` of the page before.

use config::Bootstrap;
use domain::administration::DeadLetterId;
use edge::http::{Admin, ApiError, Authentication, Cursor, Error, Reply, Request, behind, limit};
use serde_json::{Value, json};
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
    let views: Vec<Value> = letters.iter().map(view).collect();
    Reply::ok(&json!({ "deadLetters": views, "nextCursor": next }))
}

fn view(letter: &DeadLetter) -> Value {
    json!({
        "id": letter.id,
        "jobId": letter.transcode,
        "body": letter.body,
        "receives": letter.receives,
        "cause": letter.cause,
        "givenUpAt": letter.given_up_at(),
    })
}

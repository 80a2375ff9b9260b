//! `GET /api/jobs`: the caller's own transcodes, newest first (D28).
//!
//! Takes `limit` (1-100, default 10) and the `cursor` of the page before.

use config::Bootstrap;
use contract::TranscodeList;
use edge::http::{ApiError, Authentication, Caller, Cursor, Error, Reply, Request, behind, limit};
use store::{TranscodeFilter, TranscodesTable};
use transcodes::transcode_view;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let transcodes = TranscodesTable::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap).for_reading();
    bootstrap.finish()?;

    edge::http::protected("transcodes-list", authentication, move |caller, request| {
        handle(caller, request, transcodes.clone())
    })
    .await
}

async fn handle(
    caller: Caller,
    request: Request,
    transcodes: TranscodesTable,
) -> Result<Reply, ApiError> {
    let scope = format!("transcodes#{}", caller.user_id);
    let (limit, after) = (limit(&request)?, behind(&request, &scope)?);

    let own = TranscodeFilter {
        user_id: Some(caller.user_id.clone()),
        ..TranscodeFilter::default()
    };
    let (page, next) = transcodes.list(&own, limit, 0, after.as_ref()).await?;

    Reply::ok(&TranscodeList {
        jobs: page.iter().map(transcode_view).collect(),
        next_cursor: next.map(|position| Cursor::write(position, &scope)),
    })
}

//! `GET /api/jobs/admin/all`: everybody's transcodes, newest first (R29, D28).
//!
//! Takes `status`, `userId`, `from` and `to` (ISO 8601), and `limit` with a
//! `page` or the `cursor` of the page before.

use config::Bootstrap;
use contract::TranscodePage;
use domain::request::InvalidField;
use domain::time::Time;
use domain::transcode::TranscodeStatus;
use edge::http::{Admin, ApiError, Authentication, Cursor, Error, Paging, Reply, Request, query};
use store::{StatsTable, StoreError, TranscodeFilter, TranscodePosition, TranscodesTable};
use transcodes::transcode_view;

/// Cognito's ids have 36; a table's key takes no more than 2,048.
const LONGEST_USER_ID: usize = 128;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let (transcodes, stats) = (
        TranscodesTable::connect(&mut bootstrap),
        StatsTable::connect(&mut bootstrap),
    );
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::administrative("admin-jobs", authentication, move |admin, request| {
        handle(admin, request, transcodes.clone(), stats.clone())
    })
    .await
}

async fn handle(
    admin: Admin,
    request: Request,
    transcodes: TranscodesTable,
    stats: StatsTable,
) -> Result<Reply, ApiError> {
    let filter = filter(&request)?;
    let scope = format!("admin#{filter:?}");
    let paging: Paging<TranscodePosition> = Paging::read(&request, &scope)?;

    let (page, next) = transcodes
        .list(&filter, paging.limit, paging.skip(), paging.after.as_ref())
        .await?;
    let total = total(&transcodes, &stats, &filter).await?;
    tracing::info!(
        admin = admin.user_id(),
        action = "list-jobs",
        jobs = page.len(),
        "administration"
    );

    Reply::ok(&TranscodePage {
        jobs: page.iter().map(transcode_view).collect(),
        pagination: paging.envelope(total),
        next_cursor: next.map(|position| Cursor::write(position, &scope)),
    })
}

fn filter(request: &Request) -> Result<TranscodeFilter, InvalidField> {
    let status = query(request, "status").map(|name| {
        let names = TranscodeStatus::ALL.map(TranscodeStatus::as_str).join(", ");
        TranscodeStatus::from_name(&name)
            .ok_or_else(|| InvalidField::new("status", format!("one of: {names}")))
    });
    let user_id = query(request, "userId").filter(|user_id| !user_id.is_empty());
    if user_id
        .as_ref()
        .is_some_and(|user_id| user_id.len() > LONGEST_USER_ID)
    {
        let constraint = format!("at most {LONGEST_USER_ID} bytes");
        return Err(InvalidField::new("userId", constraint));
    }
    let (from, to) = (time(request, "from")?, time(request, "to")?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(InvalidField::new("from", "not after `to`"));
    }
    Ok(TranscodeFilter {
        user_id,
        status: status.transpose()?,
        from,
        to,
    })
}

fn time(request: &Request, name: &str) -> Result<Option<Time>, InvalidField> {
    let time = query(request, name).map(|text| {
        serde_json::from_value(text.into())
            .map_err(|_| InvalidField::new(name, "a time like 2026-11-20T12:00:00Z"))
    });
    time.transpose()
}

/// From the counters where they know; else by counting the index's keys.
async fn total(
    transcodes: &TranscodesTable,
    stats: &StatsTable,
    filter: &TranscodeFilter,
) -> Result<u64, StoreError> {
    if filter.user_id.is_some() || filter.from.is_some() || filter.to.is_some() {
        return transcodes.count(filter).await;
    }
    let known = stats.transcodes().await?;
    match filter.status {
        None => Ok(known.total()),
        Some(TranscodeStatus::Pending) => Ok(known.pending),
        Some(TranscodeStatus::Completed) => Ok(known.completed),
        Some(TranscodeStatus::Failed) => Ok(known.failed),
        Some(TranscodeStatus::Cancelled) => Ok(known.cancelled),
        Some(TranscodeStatus::Downloading | TranscodeStatus::Processing) => {
            transcodes.count(filter).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::requests::get;

    fn refused(query: &str) -> Option<String> {
        let request = get(&format!("/api/jobs/admin/all?{query}"));
        filter(&request).err().map(|fault| fault.field)
    }

    #[test]
    fn a_period_that_ends_before_it_begins_is_refused() {
        let (early, late) = ("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z");
        assert_eq!(refused(&format!("from={early}&to={late}")), None);
        assert_eq!(refused(&format!("from={early}&to={early}")), None);
        let reversed = refused(&format!("from={late}&to={early}"));
        assert_eq!(reversed.as_deref(), Some("from"));
    }

    #[test]
    fn a_user_id_that_is_no_key_is_refused() {
        assert_eq!(refused("userId=3f0c"), None);
        let long = refused(&format!("userId={}", "u".repeat(2049)));
        assert_eq!(long.as_deref(), Some("userId"));
    }
}

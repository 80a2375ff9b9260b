//! `GET /api/v1/jobs`: the caller's own jobs, newest first (R5, D28).
//!
//! Takes `status` (one or more, separated by commas), `limit` (1-100, default 10) and the
//! `cursor` of the page before.

use config::Bootstrap;
use contract::{JobList, Thumbnail};
use domain::job::Status;
use domain::request::InvalidField;
use edge::http::{
    ApiError, Authentication, Caller, Cursor, Error, Reply, Request, behind, limit, query,
};
use films::{JobReader, job_view};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let reader = JobReader::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap).for_reading();
    bootstrap.finish()?;

    edge::http::protected("jobs-list", authentication, move |caller, request| {
        handle(caller, request, reader.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, reader: JobReader) -> Result<Reply, ApiError> {
    let only = statuses(&request)?;
    let only = only.as_deref();
    let scope = scope(&caller.user_id, only);
    let limit = limit(&request)?;
    let after = behind(&request, &scope)?;

    let (page, next) = reader
        .jobs
        .list(&caller.user_id, only, limit, after.as_ref())
        .await?;

    let (mut jobs, mut thumbnails) = (Vec::new(), Vec::new());
    for job in &page {
        let url = reader.thumbnail_url(job).await?;
        thumbnails.extend(url.clone().map(|url| Thumbnail {
            job_id: job.job_id,
            url,
        }));
        jobs.push(job_view::summary(job, url));
    }
    Reply::ok(&JobList {
        jobs,
        thumbnails,
        next_cursor: next.map(|position| Cursor::write(position, &scope)),
    })
}

/// The statuses that are asked for, each once and always in one order.
fn statuses(request: &Request) -> Result<Option<Vec<Status>>, InvalidField> {
    let Some(text) = query(request, "status") else {
        return Ok(None);
    };
    let named: Result<Vec<_>, _> = text.split(',').map(str::parse::<Status>).collect();
    let named = named.map_err(|_| {
        let names = Status::ALL.map(Status::as_str).join(", ");
        InvalidField::new(
            "status",
            format!("one or more, separated by commas, of: {names}"),
        )
    })?;
    let each = Status::ALL.into_iter();
    Ok(Some(each.filter(|one| named.contains(one)).collect()))
}

/// What a cursor holds for: these films of this user.
fn scope(user_id: &str, only: Option<&[Status]>) -> String {
    let names = only.unwrap_or_default().iter().map(|one| one.as_str());
    let words: Vec<&str> = std::iter::once(user_id).chain(names).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests;

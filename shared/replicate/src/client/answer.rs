//! From a request to what its answer means.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::violations_of;
use crate::{Error, Http};

/// A prediction is a few kilobytes; what is longer is not read.
const LONGEST_BODY: usize = 2 * 1024 * 1024;

pub(super) async fn read<T: DeserializeOwned>(
    http: &Http,
    request: RequestBuilder,
) -> Result<T, Error> {
    let response = http.send(request).await.map_err(Error::transport)?;
    let status = response.status();
    if status.is_success() {
        return parse(&body_of(response).await?);
    }
    let headers = response.headers().clone();
    // What a refusal says only adds to what its status says already.
    let body = body_of(response).await.unwrap_or_default();
    let problem = serde_json::from_slice(&body).unwrap_or_default();
    Err(meaning(status, &headers, &problem))
}

async fn body_of(mut response: Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Error::transport)? {
        if body.len() + chunk.len() > LONGEST_BODY {
            return Err(Error::Malformed(format!(
                "longer than {LONGEST_BODY} bytes"
            )));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    // The parser's own words may quote the body: only the place is told.
    serde_json::from_slice(body).map_err(|error| {
        let (kind, line, column) = (error.classify(), error.line(), error.column());
        Error::Malformed(format!("{kind:?} error at line {line} column {column}"))
    })
}

fn meaning(status: StatusCode, headers: &HeaderMap, problem: &Value) -> Error {
    match status.as_u16() {
        401 => Error::Unauthenticated,
        402 => Error::InsufficientCredit,
        404 => Error::NotFound,
        422 => Error::InvalidInput(violations_of(problem)),
        429 => Error::Throttled {
            retry_after: retry_after(headers, problem),
        },
        408 | 500.. => Error::Unavailable {
            status: status.as_u16(),
        },
        _ => Error::Rejected {
            status: status.as_u16(),
        },
    }
}

/// The body's number, or the header's (seconds; a date is not used by the
/// provider), or the one in the older bodies' text.
fn retry_after(headers: &HeaderMap, problem: &Value) -> Option<Duration> {
    let in_body = || problem.get("retry_after")?.as_f64();
    let in_header = || headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok();
    let in_text = || seconds_in(problem.get("detail")?.as_str()?);
    let seconds: f64 = in_body().or_else(in_header).or_else(in_text)?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// "... resets in ~30s." and "Expected available in 1 second."
fn seconds_in(detail: &str) -> Option<f64> {
    let (_, rest) = detail.rsplit_once(" in ")?;
    let rest = rest.trim_start_matches('~');
    let end = rest
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(rest.len());
    rest.get(..end)?.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_wait_is_read_from_every_known_wording() {
        for (detail, seconds) in [
            (
                "Request was throttled. Your rate limit resets in ~30s.",
                Some(30.0),
            ),
            (
                "Request was throttled. Expected available in 1 second.",
                Some(1.0),
            ),
            (
                "Your rate limit is 6 a minute while in debt. Your rate limit resets in ~5s.",
                Some(5.0),
            ),
            ("Slow down.", None),
            ("Try again in a while", None),
        ] {
            assert_eq!(seconds_in(detail), seconds, "{detail}");
        }
    }

    #[test]
    fn a_senseless_time_to_wait_is_none() {
        for value in [
            serde_json::json!(-1),
            serde_json::json!(1e300),
            serde_json::json!("soon"),
        ] {
            let problem = serde_json::json!({ "retry_after": value });
            assert_eq!(retry_after(&HeaderMap::new(), &problem), None);
        }
    }
}

//! The caller's films, page by page.

use domain::job::{JobId, Status};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::films::Job;

/// The caller's films, newest first (R5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobList {
    /// One page.
    pub jobs: Vec<Job>,
    /// Pictures of those that have one.
    pub thumbnails: Vec<Thumbnail>,
    /// Where the next page begins; `null` on the last.
    pub next_cursor: Option<String>,
}

/// A film's picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Thumbnail {
    /// The film.
    pub job_id: JobId,
    /// A link, good for an hour.
    pub url: String,
}

/// Which of the caller's films a list shows.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes parameters, which `edge` reads one by one"
)]
pub(crate) struct JobQuery {
    /// Only films in one of these, separated by commas. They are sought among 200 films at a
    /// time: a page may have fewer than `limit`, or none, and still have a `nextCursor`.
    #[param(inline, explode = false, min_items = 1)]
    status: Option<Vec<Status>>,
}

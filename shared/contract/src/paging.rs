//! What several replies share.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The envelope of lists that know their length (R20).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    /// Items in all.
    pub total: u64,
    /// From 1; not there behind a cursor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u64>,
    /// Items of a page.
    pub limit: u64,
    /// Pages in all.
    pub total_pages: u64,
    /// `true` where `total` is only known to be so many at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_lower_bound: Option<bool>,
}

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// For people.
    pub message: String,
}

/// A list that goes on behind a cursor (D28).
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes parameters, which `edge` reads one by one"
)]
pub(crate) struct CursorQuery {
    /// Items of a page; 10 unless said otherwise.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<u32>,
    /// The `nextCursor` of the page before.
    #[param(max_length = 1000)]
    cursor: Option<String>,
}

/// A list whose pages are numbered as well.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes parameters, which `edge` reads one by one"
)]
pub(crate) struct PageQuery {
    /// Items of a page; 10 unless said otherwise.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<u32>,
    /// From 1; `page` times `limit` at most 1,000; not together with `cursor`.
    #[param(minimum = 1, maximum = 1000)]
    page: Option<u32>,
    /// The `nextCursor` of the page before.
    #[param(max_length = 1000)]
    cursor: Option<String>,
}

//! Listening for changes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::operation::{Access, Method, Operation};

/// Where to listen, and what lets the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LiveTicket {
    /// The address of the `WebSocket`; the ticket is added to it as `?ticket=`. Each message
    /// is a hint, `{jobId, version}` or `{transcodeId, version}`: something of the caller's
    /// has changed. How it stands is told by the ordinary routes.
    pub url: String,
    /// Good for one connection.
    pub ticket: String,
    /// For how many seconds the ticket is good.
    pub expires_in: u64,
}

pub(crate) fn operations() -> Vec<Operation> {
    let summary = "A ticket to listen for changes of one's own films and transcodes";
    vec![
        Operation::new(
            "live-ticket",
            Method::Post,
            "/api/v1/live",
            Access::SignedIn,
            summary,
        )
        .answers::<LiveTicket>(200, "The ticket"),
    ]
}

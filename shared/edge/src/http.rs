//! Serving an API route: the layers around the handler, and what handlers read
//! and answer with.

mod anonymous;
mod authenticate;
mod caller;
pub mod cookies;
mod cross_site;
mod cursor;
mod error;
mod idempotency;
mod jwks;
mod layers;
mod paging;
mod reply;
mod request;
mod serve;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod token;

pub use authenticate::Authenticator;
pub use caller::{Admin, Caller};
pub use contract::ErrorCode;
pub use cross_site::CrossSite;
pub use cursor::{Cursor, no_cursor};
pub use error::ApiError;
pub use idempotency::{Creation, Idempotency, creating, creating_as_admin};
pub use lambda_http::{Error, Request};
pub use layers::{Authentication, administrative, optional, protected, public, same_site};
pub use paging::{Paging, behind, limit};
pub use reply::Reply;
pub use request::{
    accepts_json, body, client_ip, is_head, job_id, optional_body, origin, path_after, path_id,
    query, raw_path,
};

//! Serving an API route: the layers around the handler, and what handlers read
//! and answer with.

mod authenticate;
mod cursor;
mod error;
mod job_reader;
mod job_view;
mod jwks;
mod layers;
mod reply;
mod request;
mod token;

pub use authenticate::{Authenticator, Caller};
pub use cursor::Cursor;
pub use error::ApiError;
pub use job_reader::JobReader;
pub use job_view::{JobView, LINK_LIFE};
pub use lambda_http::{Error, Request};
pub use layers::{Gate, protected, public};
pub use reply::Reply;
pub use request::{accepts_json, caller, client_ip, job_id, json_object, query};

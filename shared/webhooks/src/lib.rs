//! Sending webhooks by the Standard Webhooks scheme to addresses that strangers name: to
//! public ones only, signed, without redirects, within a time limit.
//!
//! Knows neither users nor tables.

mod address;
mod resolver;
mod retry_after;
mod sender;
mod signature;
mod target;

pub use address::is_public;
pub use resolver::PublicResolver;
pub use sender::{Delivered, Request, SendError, Sender};
pub use signature::{SignError, new_secret, sign};
pub use target::{OriginsError, TargetError, Targets};
